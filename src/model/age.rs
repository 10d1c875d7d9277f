//! Public keys of age (<https://age-encryption.org>): X25519 keys in Bech32, like `age1…`.

/// The letters of Bech32, by their value.
const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// What comes before the separator `1`.
const HUMAN: &str = "age";

/// The number of letters of the checksum.
const CHECKSUM: usize = 6;

/// The X25519 key of a recipient. `None` for anything else, for example a private key or a mistyped letter.
pub fn age_recipient(text: &str) -> Option<[u8; 32]> {
    let letters = text.strip_prefix(HUMAN)?.strip_prefix('1')?;
    let values: Vec<u8> = letters.bytes().map(value).collect::<Option<_>>()?;
    let human = HUMAN.bytes();
    let expanded = human.clone().map(|byte| byte >> 5).chain([0]).chain(human.map(|byte| byte & 31));
    if polymod(expanded.chain(values.iter().copied())) != 1 {
        return None;
    }
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::with_capacity(32));
    for five in &values[..values.len().checked_sub(CHECKSUM)?] {
        held = (held << 5 | u32::from(*five)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    // The last bits are padding.
    let is_padded = bits < 5 && held & ((1 << bits) - 1) == 0;
    bytes.try_into().ok().filter(|_| is_padded)
}

pub fn is_age_recipient(text: &str) -> bool {
    age_recipient(text).is_some()
}

fn value(letter: u8) -> Option<u8> {
    u8::try_from(LETTERS.iter().position(|known| *known == letter)?).ok()
}

/// The checksum of BIP 173: 1 for a text that ends with its own.
fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |checksum, value| {
        let top = checksum >> 25;
        let next = (checksum & 0x1ff_ffff) << 5 ^ u32::from(value);
        let mixed = |next, (bit, generator)| if top >> bit & 1 == 1 { next ^ generator } else { next };
        GENERATOR.into_iter().enumerate().fold(next, mixed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of <https://github.com/FiloSottile/age>.
    const EXAMPLE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[test]
    fn a_recipient_has_a_checksum() {
        assert!(is_age_recipient(EXAMPLE));
        for wrong in [
            "",
            "age1",
            "age1qqqqqq",
            &EXAMPLE.replace("ql3z", "ql3y"),
            &EXAMPLE.to_uppercase(),
            &EXAMPLE[..EXAMPLE.len() - 1],
            &EXAMPLE.replace("age1", "agf1"),
            "AGE-SECRET-KEY-1FAKE",
            "ssh-ed25519 AAAA",
        ] {
            assert!(!is_age_recipient(wrong), "{wrong}");
        }
    }
}
