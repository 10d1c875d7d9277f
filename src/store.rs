//! The seam between the core and the stores: two small traits in domain words.
//!
//! The planner is given a [`Reader`] and so can not write; only `apply` is given a [`Store`]. A dry run is a missing
//! capability, not a flag. How a store pages, selects fields and parallelises is its own matter.

use std::collections::BTreeSet;
use std::future::Future;

use crate::diagnostic::RuleId;
use crate::model::Kind;
use crate::model::Live;
use crate::model::Secret;
use crate::plan::Change;

/// Reads the live state. All that planning is ever given.
pub trait Reader {
    /// A snapshot of the kinds asked for. A list that could not be read whole is an error or is marked incomplete;
    /// it is never silently short.
    fn read(&self, query: &Query) -> impl Future<Output = Result<Live, Refusal>>;
}

/// Performs one change.
pub trait Store: Reader {
    /// Does `write.change` and nothing else. Refuses with [`RefusalKind::Stale`] when the object is no longer what the
    /// plan saw, and with [`RefusalKind::Rejected`] when a rule of the store forbids it.
    fn perform(&self, write: &Write<'_>) -> impl Future<Output = Result<Performed, Refusal>>;
}

/// What a snapshot must cover.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    pub kinds: BTreeSet<Kind>,
}

/// One change with the secrets it needs, which are never part of the plan.
pub struct Write<'a> {
    pub change: &'a Change,
    /// The value of a key that is created, unless the store mints it.
    pub value: Option<&'a Secret>,
    /// The shared secret of a key that is created.
    pub secret: Option<&'a Secret>,
}

/// What a store answers to a change that it did.
#[derive(Default)]
pub struct Performed {
    /// The value of the key that was created or replaced.
    pub value: Option<Secret>,
}

/// Why a store did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub kind: RefusalKind,
    pub rule: Option<RuleId>,
    /// Completes the sentence «could not create key/x: …».
    pub reason: String,
    pub help: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusalKind {
    /// A rule of the store forbids the change; doing it again will not help.
    Rejected,
    /// The object is no longer what the plan was made from.
    Stale,
    /// The store could not be reached or could not finish; nothing is known to be wrong with the change.
    Unavailable,
}

impl Refusal {
    pub fn rejected(rule: &'static str, reason: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Rejected, rule: Some(RuleId(rule)), reason: reason.into(), help: None }
    }

    pub fn stale(reason: impl Into<String>) -> Self {
        let help = Some("plan again: the object was changed since".to_owned());
        Self { kind: RefusalKind::Stale, rule: Some(RuleId("CAM-052")), reason: reason.into(), help }
    }

    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Unavailable, rule: None, reason: reason.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
