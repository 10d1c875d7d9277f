//! The results of changes.

use std::collections::BTreeMap;

use crate::held::Held;
use crate::model::Address;
use crate::model::Delivery;
use crate::store::Altered;
use crate::store::Refusal;
use crate::store::RefusalKind;

/// The result of one change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChangeResult {
    Done,
    /// Done, but the store ignored or altered these fields.
    Altered(Vec<Altered>),
    /// Done in the store, but the key value could not be delivered; the next run delivers it.
    Undelivered(Refusal),
    /// The store confirmed the change, but this is why it is unknown whether it keeps it. The next run compares again.
    Unverified(Refusal),
    Failed(Refusal),
    /// Not started, because this change, which it needs, was not done.
    Blocked(Address),
    /// Not started, because a guard asks for consent, for this change or for one that it depends on.
    Held(Held),
    /// Not started, because the run was stopped.
    Skipped,
}

impl ChangeResult {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Altered(_) => "altered",
            Self::Undelivered(_) => "undelivered",
            Self::Unverified(_) => "unverified",
            Self::Failed(Refusal { kind: RefusalKind::Stale, .. }) => "stale",
            Self::Failed(_) => "failed",
            Self::Blocked(_) => "blocked",
            Self::Held(_) => "held",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the store confirmed the change.
    pub const fn is_in_store(&self) -> bool {
        matches!(self, Self::Done | Self::Altered(_) | Self::Undelivered(_) | Self::Unverified(_))
    }

    /// Whether the store may have made the change.
    pub const fn may_be_in_store(&self) -> bool {
        self.is_in_store() || matches!(self, Self::Failed(Refusal { kind: RefusalKind::Unsettled, .. }))
    }

    /// Whether dependent changes may start. An old key is not disabled if its successor may be missing.
    pub const fn frees_dependents(&self) -> bool {
        self.is_in_store() && !matches!(self, Self::Unverified(_))
    }
}

/// The results of all changes, in the order of the plan.
#[must_use = "an unread outcome hides failures"]
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    pub results: Vec<ChangeResult>,
    /// Where the values of keys were delivered, by the index of the change.
    pub delivered: BTreeMap<usize, Vec<Delivery>>,
    /// The earlier run that applied the same saved plan. This run then did nothing.
    pub applied_in: Option<i64>,
}

impl Outcome {
    pub fn all_done(&self) -> bool {
        self.results.iter().all(|fate| *fate == ChangeResult::Done)
    }

    /// Where a change delivered a value.
    pub fn delivered_by(&self, index: usize) -> &[Delivery] {
        self.delivered.get(&index).map_or(&[], Vec::as_slice)
    }

    pub fn count(&self, name: &str) -> usize {
        self.results.iter().filter(|fate| fate.name() == name).count()
    }
}
