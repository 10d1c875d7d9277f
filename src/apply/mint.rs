//! Generates key values. The value is known before the key exists, so that a lost response can be resolved by looking
//! it up. The embedded store generates its own values in the same way.

use zeroize::Zeroizing;

use crate::model::CHECKSUM;
use crate::model::Secret;
use crate::model::checksum;
use crate::store::Refusal;

/// The characters of the vendor's own generated keys: 5.17 bits per character.
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Larger bytes would make the first letters of the alphabet more likely than the others.
const FAIR: u8 = 252;

/// A value of `length` characters that begins with `prefix` and ends with a checksum. If `length` is too small, it has one
/// random character.
pub(super) fn mint_with_checksum(
    prefix: &str,
    length: usize,
    random: impl FnMut(&mut [u8]) -> Result<(), Refusal>,
) -> Result<Secret, Refusal> {
    let start = mint(prefix, length.saturating_sub(CHECKSUM), random)?;
    let mut value = Zeroizing::new(String::with_capacity(start.expose().len() + CHECKSUM));
    value.push_str(start.expose());
    value.extend(checksum(start.expose()).map(char::from));
    Ok(Secret::new(value.as_str()))
}

/// A value of `length` characters that begins with `prefix`, or one longer than the prefix if `length` is too small.
pub fn mint(
    prefix: &str,
    length: usize,
    mut random: impl FnMut(&mut [u8]) -> Result<(), Refusal>,
) -> Result<Secret, Refusal> {
    let length = length.max(prefix.len() + 1);
    let mut value = Zeroizing::new(String::with_capacity(length));
    value.push_str(prefix);
    let mut bytes = Zeroizing::new([0_u8; 64]);
    while value.len() < length {
        random(bytes.as_mut())?;
        let fair = bytes.iter().filter(|byte| **byte < FAIR);
        let characters = fair.map(|byte| char::from(ALPHABET[usize::from(byte % 36)]));
        let missing = length - value.len();
        value.extend(characters.take(missing));
    }
    Ok(Secret::new(value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_length_the_prefix_and_the_documented_characters() {
        let mut next = 0_u8;
        let mut counter = |bytes: &mut [u8]| {
            for byte in bytes {
                *byte = next;
                next = next.wrapping_add(7);
            }
            Ok(())
        };
        let value = mint("chk_", 100, &mut counter).unwrap();
        assert_eq!(value.expose().len(), 100);
        assert!(value.expose().starts_with("chk_"));
        assert!(crate::rules::is_key_text(value.expose()));
        assert!(value != mint("chk_", 100, &mut counter).unwrap());
        assert_eq!(mint("toolong", 3, &mut counter).unwrap().expose().len(), 8);
        let checked = mint_with_checksum("chk_", 40, &mut counter).unwrap();
        assert_eq!(checked.expose().len(), 40);
        assert!(checked.expose().starts_with("chk_") && crate::model::has_checksum(checked.expose()));
        assert!(crate::rules::is_key_text(checked.expose()));
        assert_eq!(mint_with_checksum("toolong", 3, &mut counter).unwrap().expose().len(), 15);
    }

    /// 252 is 7 times 36: the bytes from there on would be the first letters once more.
    #[test]
    fn unfair_bytes_are_discarded() {
        for (unfair, fair, characters) in [(252, 1, "bb"), (255, 1, "bb"), (252, 251, "99")] {
            let mut calls = 0;
            let value = mint("", 2, |bytes| {
                calls += 1;
                bytes.fill(if calls == 1 { unfair } else { fair });
                Ok(())
            });
            assert_eq!(value.unwrap().expose(), characters);
            assert_eq!(calls, 2);
        }
    }

    #[test]
    fn without_randomness_there_is_no_value() {
        assert!(mint("", 10, |_| Err(Refusal::unavailable("no randomness"))).is_err());
    }
}
