//! The checksum at the end of a key value (`generate: {checksum: true}`): by it a scanner for leaked secrets knows a key of
//! Keywright without asking a store.

/// The digits of a checksum, which are also characters of generated keys.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The length of a checksum: 36⁷ is more than 2³².
pub const CHECKSUM: usize = 7;

/// The CRC32 (IEEE) of a text as seven digits to base 36, the first the highest. Scanners depend on it, so it never changes.
pub fn checksum(text: &str) -> [u8; CHECKSUM] {
    let mut number = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        // Never more than 35.
        *digit = DIGITS[usize::try_from(number % 36).unwrap_or_default()];
        number /= 36;
    }
    digits
}

/// Whether a text ends with the checksum of what is before it. One of 4 billion random texts does.
pub fn has_checksum(text: &str) -> bool {
    let parts = text.len().checked_sub(CHECKSUM).and_then(|at| text.split_at_checked(at));
    parts.is_some_and(|(start, end)| !start.is_empty() && end.as_bytes() == checksum(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The CRC32 is that of zip and PNG: `123456789` has the check value 0xCBF43926.
    #[test]
    fn a_checksum_is_the_crc32_to_base_36() {
        assert_eq!(u32::from_str_radix(str::from_utf8(&checksum("123456789")).unwrap(), 36), Ok(0xCBF4_3926));
        assert_eq!(&checksum(""), b"0000000");
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let whole = format!("chk_not-a-real-key{}", str::from_utf8(&checksum("chk_not-a-real-key")).unwrap());
        assert!(has_checksum(&whole));
        for at in 0..whole.len() {
            let mut changed = whole.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            assert!(!has_checksum(str::from_utf8(&changed).unwrap()), "{at}");
        }
        for not in ["", "0000000", "é00000", "short", "chk_not-a-real-key"] {
            assert!(!has_checksum(not), "{not}");
        }
    }
}
