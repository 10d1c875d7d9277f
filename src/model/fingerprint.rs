//! Keyed fingerprints of secrets, for the workspace database.
//!
//! With a plain digest of a key's value, every reader of it can test guesses, and values that people choose are easy to
//! guess. The journal and the memory therefore hold HMAC-SHA-256 under a key that is kept elsewhere, with an id of that
//! key: a fingerprint under another key is *unknown*, never *changed*.
//!
//! No key is used in two places:
//!
//! - In memory, secrets are compared by their plain [`super::Digest`]: a reader of the memory has the values anyway.
//! - A saved plan is made on one machine and applied on another, which may not have the same key. So it holds fingerprints
//!   only of custom values and shared secrets, which show whether they changed since; under another key that is unknown. It
//!   holds no values, and nothing of an API key's id, which may be the credential itself
//!   ([`super::LiveObject::identity`]). Ids of other kinds and fields are not secrets, so their plain digests stay.

use std::fmt;

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use sha2::Sha256;

use super::Secret;

/// Fewest bytes of a key. A key that could be guessed itself would protect nothing.
pub const SHORTEST_KEY: usize = 32;

/// The key for fingerprints.
#[derive(Clone, PartialEq, Eq)]
pub struct FingerprintKey {
    key: Secret,
    /// Distinguishes this key from others, and reveals nothing of it.
    id: Box<str>,
}

/// The fingerprint of a text: the id of the key, a colon and 64 hexadecimal digits, like `2f6c01d4:…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fingerprint(Box<str>);

impl FingerprintKey {
    /// `None` if the key is shorter than [`SHORTEST_KEY`].
    pub fn new(key: Secret) -> Option<Self> {
        (key.expose().len() >= SHORTEST_KEY).then(|| Self { id: hmac(&key, "key", "")[..8].into(), key })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The fingerprint of a text. `what` is the kind of the text: equal texts of two kinds have different fingerprints.
    pub fn fingerprint(&self, what: &str, text: &str) -> Fingerprint {
        Fingerprint(format!("{}:{}", self.id, hmac(&self.key, what, text)).into())
    }

    /// The fingerprint of the value of a package key.
    pub fn of_value(&self, value: &Secret) -> Fingerprint {
        self.fingerprint("key value", value.expose())
    }

    /// The text of the key, from which the key that seals values is derived.
    pub(super) fn secret(&self) -> &str {
        self.key.expose()
    }

    /// Whether the fingerprint was made with this key. Otherwise it is unknown what it belongs to.
    pub fn made(&self, fingerprint: &Fingerprint) -> bool {
        fingerprint.0.split_once(':').is_some_and(|(id, _)| id == &*self.id)
    }
}

/// In hexadecimal digits.
fn hmac(key: &Secret, what: &str, text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // HMAC accepts keys of every length, so this never fails.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()) else { return String::new() };
    mac.update(what.as_bytes());
    mac.update(&[0]);
    mac.update(text.as_bytes());
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    mac.finalize().into_bytes().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Shows only the id.
impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

impl Fingerprint {
    /// `None` for other texts, like the digests of older versions.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, digits) = text.split_once(':')?;
        let is_hex = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hex(id, 8) && is_hex(digits, 64)).then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digest;

    fn key(text: &str) -> FingerprintKey {
        FingerprintKey::new(Secret::new(text)).unwrap()
    }

    #[test]
    fn a_fingerprint_is_hmac_sha_256() {
        // printf 'value\0guess' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let fingerprint = key("0123456789abcdef0123456789abcdef").fingerprint("value", "guess");
        let digits = fingerprint.as_str().split_once(':').unwrap().1;
        assert_eq!(digits, "67e45425db8150ef1db2097ae2cfee714b9d755d8c4cf67ac9134b1cb160da6d");
        assert!(!fingerprint.as_str().contains(&Digest::of(b"guess").hex()));
        assert_eq!(Fingerprint::parse(fingerprint.as_str()), Some(fingerprint));
    }

    #[test]
    fn fingerprints_of_two_keys_are_distinguished() {
        let (one, other) = (key(&"a".repeat(32)), key(&"b".repeat(32)));
        let fingerprint = one.fingerprint("value", "guess");
        assert!(one.made(&fingerprint) && !other.made(&fingerprint));
        assert_ne!(fingerprint, other.fingerprint("value", "guess"));
        assert_ne!(fingerprint, one.fingerprint("field", "guess"));
        assert_eq!(format!("{one:?}"), one.id());
    }

    #[test]
    fn other_texts_are_neither_keys_nor_fingerprints() {
        assert!(FingerprintKey::new(Secret::new("a".repeat(31))).is_none());
        let old = Digest::of(b"guess").hex();
        for text in ["", ":", &old, &format!("12345678:{old}0"), &format!("1234567:{old}"), &format!("1234567x:{old}")]
        {
            assert_eq!(Fingerprint::parse(text), None, "{text}");
        }
    }
}
