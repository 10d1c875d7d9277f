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

/// Whether a value begins as those of keys without a declared prefix do, whatever their address was.
pub fn has_own_prefix(value: &str) -> bool {
    let is_of_hash = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    let bytes = value.as_bytes();
    bytes.len() > 7 && bytes[0] == b'k' && bytes[6] == b'_' && bytes[1..6].iter().all(|byte| is_of_hash(*byte))
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
