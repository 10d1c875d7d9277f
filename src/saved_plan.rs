//! A plan that is saved to a file, reviewed, and applied later exactly as it is.
//!
//! [`SavedPlan::to_bytes`] and [`SavedPlan::read`] convert it; the `cli` reads and writes the file. Key values and shared
//! secrets are absent on purpose: apply reads them from the sources that the manifests name. So are the store's ids;
//! the file holds fingerprints instead, and for API keys not even these, because their ids may be credentials
//! ([`crate::model::LiveObject::identity`]).

mod compare;
mod convert;
mod document;
mod lines;
mod read;
mod write;

pub use compare::differences;
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

/// A plan with everything needed to apply it later.
#[derive(Clone, PartialEq, Eq)]
pub struct SavedPlan {
    pub origin: Origin,
    /// The options of the planning run; the guards check again with the same consent.
    pub options: Options,
    /// Kinds for which the plan read extended attributes: fingerprints cover everything that was read.
    pub added: BTreeSet<Kind>,
    /// The file holds only fingerprints of the store's objects; [`crate::plan::review`] finds the objects.
    pub plan: Plan,
    /// The warnings of the plan, and the findings of the guards that hold changes back. Plans with other errors are not
    /// saved.
    pub findings: Vec<Finding>,
}

#[cfg(test)]
mod tests;
