//! The prefix of a generated key whose manifest declares none.

use super::Digest;

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// `k`, five characters of a hash of the key's address, and `_`. A key that somebody else created in the same application and
/// package does not have it, so it is never mistaken for a generation of this one.
pub fn own_prefix(address: &str) -> Box<str> {
    let digest = Digest::of(address.as_bytes()).hex();
    // 15 hexadecimal digits always fit.
    let mut number = u64::from_str_radix(&digest[..15], 16).unwrap_or_default();
    let mut prefix = String::from("k");
    for _ in 0..5 {
        let digit = usize::try_from(number % 36).unwrap_or_default();
        prefix.push(char::from(ALPHABET[digit]));
        number /= 36;
    }
    prefix.push('_');
    prefix.into()
}

#[cfg(test)]
mod tests {
    use super::own_prefix;

    #[test]
    fn an_address_always_has_the_same_prefix() {
        // Changing it would create a second key for every manifest without a prefix.
        assert_eq!(&*own_prefix("key/production"), "krycpc_");
        assert_ne!(own_prefix("key/production"), own_prefix("key/Production"));
    }
}
