//! What a guard asks.

use crate::diagnostic::Diagnostic;
use crate::model::Address;

/// What a guard asks before one change is made.
pub(super) struct Demand {
    /// The change, by its index in the plan.
    pub(super) index: usize,
    pub(super) finding: Diagnostic,
    /// Consent for one of these addresses is enough. If there is none, the change cannot be allowed.
    pub(super) lifted_by: Vec<Address>,
}
