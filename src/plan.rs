//! The ordered changes that bring a store in line with the manifests. Only data: it can be shown, saved and reviewed.
//! Key values are absent on purpose: a change says where a value comes from, never what it is.

mod access;
pub mod applied;
mod build;
mod clock;
mod consent;
mod context;
pub mod control_plane;
mod copies;
mod cut_off;
mod dead_values;
mod declared;
mod deliveries;
mod demand;
mod displaced;
mod draft;
mod drafts;
mod ends;
mod expiry;
pub mod forecast;
mod generations;
mod given;
mod guards;
mod holders;
pub mod known;
mod live_rules;
mod losses;
mod lost_names;
mod memory_guards;
mod minting;
mod odd_values;
mod old_names;
mod one_line;
mod option;
mod order;
mod organizations;
mod origin;
mod own_key;
mod ownerless;
pub mod pending;
mod protected;
mod prune;
mod query;
mod reasons;
mod receipts;
pub mod remembered;
mod renamed_keys;
mod removal;
mod retirement;
mod resolve;
mod review;
mod reviewed;
mod rotate;
mod services;
mod shared_secrets;
mod shared_values;
mod silent;
mod since;
mod strangers;
mod successor;
mod timeline;
mod transfer_guards;
mod transfer_rules;
mod two_objects;
mod unmade;
mod unserved;
mod untimely;

pub use crate::change::Action;
pub use crate::change::Change;
pub use crate::change::FieldChange;
pub use crate::change::KeyTarget;
pub use crate::change::LiveTarget;
pub use crate::change::Sources;
pub use crate::change::Target;
pub use crate::change::ValueFrom;
pub use build::plan;
pub use context::Context;
pub use context::MaxDelete;
pub use context::Options;
pub use context::Planned;
pub use context::RotateNow;
pub use context::Sighting;
pub use copies::Named;
pub use forecast::Forecast;
pub use forecast::Tariff;
pub use generations::Generation;
pub use generations::KeyTimeline;
pub use generations::Next;
pub use generations::Step;
pub use organizations::FIELD as ORGANIZATIONS;
pub use organizations::resolve_organizations;
pub use organizations::resolved_organization;
pub use origin::Commit;
pub use origin::Manifests;
pub use origin::Origin;
pub use origin::StoreName;
pub use own_key::OwnKey;
pub use own_key::own_key_in;
pub use prune::prunable;
pub use prune::undeclared;
pub use query::query;
pub use receipts::LivingValues;
pub use receipts::Receipt;
pub use receipts::Receipts;
pub use receipts::Shown;
pub use remembered::Remembered;
pub use resolve::Undeclared;
pub use review::review;
pub use rotate::narrowed;
pub use services::resolve_services;
pub use since::Former;
pub use since::NoCommit;
pub use since::cannot_know;
pub use since::left_behind;
pub use since::unread;
pub use strangers::set_apart;
pub use successor::in_words;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub use crate::held::Held;
pub use crate::held::Need;
use crate::model::Address;
use crate::model::Kind;
use crate::workspace::Consent;

/// What `apply` would do, in order.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Dependencies come before their dependents.
    pub changes: Vec<Change>,
    /// Declared objects that already match, by kind.
    pub unchanged: BTreeMap<Kind, usize>,
    /// Objects of the store that no manifest declares and that the workspace does not own, by kind. Empty for a part of a
    /// workspace: the other manifests may declare them.
    pub left_alone: BTreeMap<Kind, usize>,
    /// Objects that stay although they differ or are not declared.
    pub kept: Vec<Kept>,
    /// The changes that are not made without consent, by index, with those that depend on them.
    pub held: BTreeMap<usize, Held>,
    /// The consents of the settings without which more would be held back.
    pub consents: BTreeSet<Consent>,
}

/// An object that stays although it differs or is not declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    pub address: Address,
    pub why: String,
}

impl Plan {
    pub const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes with this action are not held back.
    pub fn count(&self, action: Action) -> usize {
        self.unheld().filter(|change| change.action == action).count()
    }

    /// The changes that are not held back.
    pub fn unheld(&self) -> impl Iterator<Item = &Change> {
        let all = self.changes.iter().enumerate();
        all.filter(|(index, _)| !self.held.contains_key(index)).map(|(_, change)| change)
    }
}
