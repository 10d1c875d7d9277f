//! The results of the changes of a plan.

use crate::model::Address;
use crate::store::Altered;
use crate::store::Refusal;
use crate::store::RefusalKind;

/// The result of one change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChangeResult {
    Done,
    /// The store made the change but kept other values for these fields: it ignores them, or a trigger alters them.
    Altered(Vec<Altered>),
    /// The store made the change, but the key's value could not be delivered; the next run delivers it.
    Undelivered(Refusal),
    Failed(Refusal),
    /// Not tried, because this required change was not done.
    Blocked(Address),
    /// Not tried, because the run was stopped.
    Skipped,
}

impl ChangeResult {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Altered(_) => "altered",
            Self::Undelivered(_) => "undelivered",
            Self::Failed(Refusal { kind: RefusalKind::Stale, .. }) => "stale",
            Self::Failed(_) => "failed",
            Self::Blocked(_) => "blocked",
            Self::Skipped => "skipped",
        }
    }

    /// Whether what depends on the change may go on.
    pub const fn is_in_store(&self) -> bool {
        matches!(self, Self::Done | Self::Altered(_) | Self::Undelivered(_))
    }
}

/// The results of all changes, in the plan's order.
#[must_use = "an unread outcome hides failures"]
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    pub results: Vec<ChangeResult>,
    /// Why the written objects could not be verified, if so.
    pub unverified: Option<Refusal>,
}

impl Outcome {
    pub fn all_done(&self) -> bool {
        self.results.iter().all(|result| *result == ChangeResult::Done)
    }

    pub fn count(&self, name: &str) -> usize {
        self.results.iter().filter(|result| result.name() == name).count()
    }
}
