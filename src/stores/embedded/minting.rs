//! Key values that the store itself mints.
#![expect(clippy::disallowed_methods, reason = "edge: draws the operating system's randomness")]

use zeroize::Zeroizing;

use crate::model::Secret;
use crate::store::Refusal;

const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// The greatest multiple of the alphabet's length that a byte can hold: bytes from here on would favour some letters.
const FAIR: u8 = 252;

/// A random text of `length` letters and digits.
pub(super) fn mint(length: usize) -> Result<Secret, Refusal> {
    // The room is taken at once: a text that grows leaves copies of the secret behind.
    let mut text = String::with_capacity(length);
    let mut bytes = Zeroizing::new([0_u8; 64]);
    while text.len() < length {
        getrandom::fill(bytes.as_mut_slice())
            .map_err(|error| Refusal::unavailable(format!("the operating system gave no randomness: {error}")))?;
        let letters =
            bytes.iter().filter(|byte| **byte < FAIR).map(|byte| char::from(ALPHABET[usize::from(byte % 36)]));
        text.extend(letters.take(length - text.len()));
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::mint;

    #[test]
    fn minted_texts_have_the_length_and_the_letters_and_differ() {
        for length in [0, 1, 24, 64, 65, 255] {
            let text = mint(length).unwrap();
            assert_eq!(text.expose().len(), length);
            assert!(text.expose().bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        }
        assert!(mint(24).unwrap() != mint(24).unwrap());
    }

    #[test]
    fn every_letter_is_drawn() {
        let text = mint(10_000).unwrap();
        let letters: std::collections::BTreeSet<u8> = text.expose().bytes().collect();
        assert_eq!(letters.len(), 36);
    }
}
