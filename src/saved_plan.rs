//! A plan that outlives its run: written to a file, reviewed, and applied later, as it is and nothing else.
//!
//! Here it is a value; the bytes are made by [`SavedPlan::to_bytes`] and read by [`SavedPlan::read`], and the `cli`
//! moves them. Absent on purpose: key values and shared secrets, which are read from where the manifests say when the
//! plan is applied, and the store's ids, of which only fingerprints are kept, because an id may be a credential.

mod convert;
mod document;
mod lines;
mod read;
mod write;

pub use document::KIND;
pub use document::schema;
pub use read::LONGEST;
pub use read::Problem;
pub use read::is_saved_plan;
pub use read::sealed;

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::model::Kind;
use crate::plan::Options;
use crate::plan::Origin;
use crate::plan::Plan;

/// A plan with all that it takes to apply it later.
#[derive(Clone, PartialEq, Eq)]
pub struct SavedPlan {
    pub origin: Origin,
    /// What the run was allowed to do beyond the manifests; the guards are asked again with the same consent.
    pub options: Options,
    /// Kinds of which the plan saw attributes that the store's owner added: fingerprints are of all that was seen.
    pub added: BTreeSet<Kind>,
    /// Of the objects of the store a file holds fingerprints only; [`crate::plan::review`] finds them.
    pub plan: Plan,
    /// What was worth knowing when the plan was made. Plans with errors are not saved.
    pub findings: Vec<Finding>,
}

#[cfg(test)]
mod tests;
