//! Key values that the store generates.

use crate::model::Secret;
use crate::randomness;
use crate::store::Refusal;

/// A random text of `length` letters and digits.
pub(super) fn mint(length: usize) -> Result<Secret, Refusal> {
    crate::apply::mint("", length, |bytes| Ok(randomness::fill(bytes)?))
}
