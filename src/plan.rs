//! The ordered changes that make a store what the manifests say. Only data: it can be shown, saved, reviewed.
//!
//! Absent on purpose: key values (a change says where a value comes from, never what it is), and anything that acts.

mod access;
mod build;
mod consent;
mod context;
mod draft;
pub mod forecast;
mod guards;
mod live_rules;
mod order;
mod organizations;
mod origin;
mod own_key;
mod prune;
mod query;
pub mod remembered;
mod resolve;
mod review;
mod transfer_guards;
mod transfer_rules;

pub use crate::change::Action;
pub use crate::change::Change;
pub use crate::change::FieldChange;
pub use crate::change::KeyTarget;
pub use crate::change::LiveTarget;
pub use crate::change::Target;
pub use crate::change::ValueFrom;
pub use build::plan;
pub use context::Context;
pub use context::MaxDelete;
pub use context::Options;
pub use context::Planned;
pub use forecast::Forecast;
pub use forecast::Tariff;
pub use organizations::resolve_organizations;
pub use origin::Origin;
pub use origin::StoreName;
pub use query::query;
pub use remembered::Remembered;
pub use resolve::Undeclared;
pub use review::review;

use std::collections::BTreeMap;

use crate::model::Address;
use crate::model::Kind;

/// What `apply` would do, in order.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Dependencies stand before what depends on them.
    pub changes: Vec<Change>,
    /// Declared objects that are as they should be, by kind.
    pub unchanged: BTreeMap<Kind, usize>,
    /// Objects of the store that no manifest declares and that the workspace does not own, by kind.
    pub left_alone: BTreeMap<Kind, usize>,
    /// Objects that are not wanted but stay, with the reason.
    pub kept: Vec<Kept>,
}

/// An object that is owned and not wanted, and stays all the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    pub address: Address,
    pub why: String,
}

impl Plan {
    pub const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes do `action`.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }
}
