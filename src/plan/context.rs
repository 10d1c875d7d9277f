//! What goes into a plan, and what comes out beside it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Plan;
use super::remembered::Remembered;
use crate::change::Change;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Sources;
use crate::model::Address;
use crate::model::Delivery;
use crate::model::Desired;
use crate::model::Digest;
use crate::model::Instant;
use crate::model::Live;
use crate::model::Secret;
use crate::outcome::Fate;
use crate::rules::values::Values;
use crate::workspace::Workspace;

/// All that a plan is made from.
pub struct Context<'a> {
    pub desired: &'a Desired,
    /// The texts that `desired` was read from.
    pub sources: &'a Sources,
    pub live: &'a Live,
    /// The values of custom keys.
    pub values: &'a Values,
    /// The declared shared secrets of keys.
    pub secrets: &'a BTreeMap<Address, Secret>,
    /// The values that stand at the places of delivery.
    pub delivered: &'a BTreeMap<Delivery, Digest>,
    pub workspace: &'a Workspace,
    pub now: Instant,
    pub options: &'a Options,
    /// What the store did not take before.
    pub remembered: &'a Remembered,
}

/// What the run may do beyond the manifests.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Delete what is owned and not declared.
    pub prune: bool,
    /// Addresses for which the guards are lifted, as the user wrote them.
    pub allow: BTreeSet<String>,
    /// Lifts the guard against many deletes up to this limit.
    pub max_delete: Option<MaxDelete>,
    /// Only a part of the workspace was read: what it does not declare may be declared elsewhere, so no key is taken
    /// over and none is retired.
    pub is_part: bool,
}

/// A plan, and what is wrong with it or worth knowing about it. A plan with errors may be looked at, not applied.
#[must_use = "a plan without its findings hides what may not be done"]
pub struct Planned {
    pub plan: Plan,
    /// The changes of a plan that was made earlier that can not be made any more, by their places: stale, or blocked by
    /// one that is.
    pub void: BTreeMap<usize, Fate>,
    /// What the rules say, in view of the live store.
    pub diagnostics: Vec<Diagnostic>,
    /// What the guards stop.
    pub stopped: Vec<Diagnostic>,
    /// Addresses and fields that are left alone because of what is remembered.
    pub withheld: BTreeSet<(String, String)>,
}

impl Planned {
    /// The changes that can be made.
    pub fn left(&self) -> impl Iterator<Item = &Change> + Clone {
        let left = self.plan.changes.iter().enumerate().filter(|(index, _)| !self.void.contains_key(index));
        left.map(|(_, change)| change)
    }
}

/// `--max-delete 5` or `--max-delete 10%`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MaxDelete {
    Count(usize),
    Percent(usize),
}

impl std::fmt::Display for MaxDelete {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl std::str::FromStr for MaxDelete {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |_| format!("`{text}` is neither a number like 5 nor a percentage like 10%");
        match text.strip_suffix('%') {
            Some(percent) => match percent.parse().map_err(wrong)? {
                percent @ 0..=100 => Ok(Self::Percent(percent)),
                more => Err(format!("{more}% is more than everything")),
            },
            None => text.parse().map(Self::Count).map_err(wrong),
        }
    }
}
