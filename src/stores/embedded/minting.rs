//! Key values that the store generates.
#![expect(clippy::disallowed_methods, reason = "edge: draws the operating system's randomness")]

use crate::model::Secret;
use crate::store::Refusal;

/// A random text of `length` letters and digits.
pub(super) fn mint(length: usize) -> Result<Secret, Refusal> {
    crate::apply::mint("", length, |bytes| {
        getrandom::fill(bytes).map_err(|error| {
            Refusal::unavailable(format!("could not read random bytes from the operating system: {error}"))
        })
    })
}
