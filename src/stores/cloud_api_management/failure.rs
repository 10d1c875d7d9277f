//! Why a call has no usable answer.

use crate::store::Refusal;

/// Why a call has no usable answer.
pub(super) enum Failure {
    Refused(Refusal),
    /// The answer to a create is lost: the object may exist.
    Lost(Refusal),
    /// The answer to a read is too long or unreadable, or a gateway did not wait for it: a smaller request may be answered better.
    Unusable(Refusal),
    /// The object does not exist.
    Missing(Refusal),
    /// The API rejects the body. `is_settled` if it names a property; otherwise an object that was just created may not
    /// be visible yet (Q1, Q2).
    Invalid {
        refusal: Refusal,
        is_settled: bool,
        is_duplicate: bool,
        blank: Vec<String>,
    },
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal)
            | Failure::Lost(refusal)
            | Failure::Unusable(refusal)
            | Failure::Missing(refusal)
            | Failure::Invalid { refusal, .. } => refusal,
        }
    }
}
