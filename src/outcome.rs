//! What became of each change.

use crate::model::Address;
use crate::store::Altered;
use crate::store::Refusal;
use crate::store::RefusalKind;

/// What became of one change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    Done,
    /// The store did it, but holds these fields otherwise than it was told: it ignores them, or somebody's trigger
    /// alters them.
    Altered(Vec<Altered>),
    /// The store did it, but the key's value could not be written to where it is read; the next run writes it.
    Undelivered(Refusal),
    Failed(Refusal),
    /// Not tried, because this change, which it needs, was not done.
    Blocked(Address),
    /// Not tried, because the run was stopped.
    Skipped,
}

impl Fate {
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

/// What became of every change of a plan, in the plan's order.
#[must_use = "an outcome that nobody reads hides failures"]
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    pub fates: Vec<Fate>,
    /// Why what was written could not be looked at once more, if it could not.
    pub unproven: Option<Refusal>,
}

impl Outcome {
    pub fn all_done(&self) -> bool {
        self.fates.iter().all(|fate| *fate == Fate::Done)
    }

    pub fn count(&self, name: &str) -> usize {
        self.fates.iter().filter(|fate| fate.name() == name).count()
    }
}
