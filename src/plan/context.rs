//! The input of planning and its result.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::KeyTimeline;
use super::Plan;
use super::receipts::LivingValues;
use super::receipts::Shown;
use super::remembered::Remembered;
use crate::change::Change;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Sources;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Delivery;
use crate::model::Desired;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::Secret;
use crate::outcome::ChangeResult;
use crate::rules::values::Values;
use crate::workspace::Workspace;

/// The input of a plan.
pub struct Context<'a> {
    pub desired: &'a Desired,
    /// The texts that `desired` was read from.
    pub sources: &'a Sources,
    pub live: &'a Live,
    /// The values of custom keys.
    pub values: &'a Values,
    /// The declared shared secrets of keys.
    pub secrets: &'a BTreeMap<Address, Secret>,
    /// What the delivery files on this machine show. A file that is not here has no entry.
    pub delivered: &'a BTreeMap<Delivery, Shown>,
    pub workspace: &'a Workspace,
    pub now: Instant,
    pub options: &'a Options,
    /// What the workspace database knows from earlier runs.
    pub remembered: &'a Remembered,
    /// Empty; filled if a place received the value of a key that may be gone.
    pub living: LivingValues,
}

/// What the run may do beyond the manifests.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Delete what is owned and not declared.
    pub prune: bool,
    /// Addresses that the guards do not stop, as the user wrote them.
    pub allow: BTreeSet<String>,
    /// For a saved plan, the addresses of the consents in the settings that it was made with: no other counts.
    pub consents: Option<BTreeSet<String>>,
    /// Replaces the limit of the guard against mass deletion.
    pub max_delete: Option<MaxDelete>,
    /// Addresses of keys whose values are written even if it is unknown whether they were delivered.
    pub deliver: BTreeSet<String>,
    /// Deliver no value.
    pub no_deliver: bool,
    /// The keys whose successors `keywright rotate` makes now. If there are any, nothing else changes.
    pub rotate: RotateNow,
    /// Only a part of the workspace was read. Other parts may declare the rest, so no key is taken over or retired.
    pub is_part: bool,
}

/// What `keywright rotate` asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RotateNow {
    pub keys: BTreeSet<Address>,
    /// Also if their last rotation is in progress.
    pub again: bool,
}

/// A plan with its findings. A plan with errors can be shown but not applied.
#[must_use = "a plan without its findings hides what must not be applied"]
pub struct Planned {
    pub plan: Plan,
    /// The changes that are not made, by index: held back, or, in a saved plan, stale or blocked by a stale change.
    pub excluded: BTreeMap<usize, ChangeResult>,
    /// The findings of the rules.
    pub diagnostics: Vec<Diagnostic>,
    /// Errors that hold back one object and what depends on it; the rest of the plan can be applied.
    pub held: Vec<Diagnostic>,
    /// The findings of the guards that hold changes back until there is consent; the rest of the plan can be applied.
    pub asked: Vec<Diagnostic>,
    /// The findings of the limits that stop the whole plan.
    pub stopped: Vec<Diagnostic>,
    /// The live objects that the manifests declare.
    pub declared: Vec<Sighting>,
    /// The keys with the prefix of a rotated key that are no generations of it, by its address.
    pub apart: Vec<Sighting>,
    /// Addresses and fields that are not updated because of [`Context::remembered`].
    pub withheld: BTreeSet<(String, String)>,
    /// The rotated keys of the store. Empty for a part of a workspace and for a saved plan.
    pub rotations: Vec<KeyTimeline>,
}

impl Planned {
    /// Why objects and changes are left out although the rest of the plan can be applied.
    pub fn left_out(&self) -> Vec<Diagnostic> {
        [self.held.as_slice(), &self.asked].concat()
    }

    /// The changes that can still be made.
    pub fn left(&self) -> impl Iterator<Item = &Change> + Clone {
        let left = self.plan.changes.iter().enumerate().filter(|(index, _)| !self.excluded.contains_key(index));
        left.map(|(_, change)| change)
    }

    /// The places in sinks to which these changes deliver.
    pub fn sinks(&self) -> impl Iterator<Item = &Delivery> {
        let keys = self.left().filter_map(|change| change.target.key.as_ref());
        keys.flat_map(|key| &key.deliver).filter(|to| to.sink.is_some())
    }
}

/// A live object that a manifest declares, as the current object or as an older generation of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The address in the manifests.
    pub address: Address,
    pub id: LiveId,
}

impl Sighting {
    /// The live objects that manifests declare, of each key the current generation first.
    pub fn all(desired: &Desired, matching: &Matching<'_>) -> Vec<Self> {
        let is_sure = |address: &Address| desired.get(address).is_none_or(|declared| !matching.is_displaced(declared));
        let found = matching.found.iter().filter(|(address, _)| is_sure(address)).flat_map(|(address, found)| {
            std::iter::once(&found.live).chain(&found.older).map(move |live| (address, live))
        });
        found.map(|(address, live)| Self { address: address.clone(), id: live.id.clone() }).collect()
    }

    pub(super) fn apart(matching: &Matching<'_>) -> Vec<Self> {
        let apart = matching.beside.iter().flat_map(|(address, apart)| apart.iter().map(move |live| (address, live)));
        apart.map(|(address, live)| Self { address: address.clone(), id: live.id.clone() }).collect()
    }

    pub const fn kind(&self) -> Kind {
        self.address.kind()
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
                more => Err(format!("{more}% is more than 100%")),
            },
            None => text.parse().map(Self::Count).map_err(wrong),
        }
    }
}
