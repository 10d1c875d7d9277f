//! Seals the value of a new key for the workspace database, until it is certain that the store has the key.
//!
//! ChaCha20-Poly1305 under a key that HKDF-SHA-256 derives from the key for fingerprints, which is not in the database. What
//! the value belongs to is authenticated too, so that no sealed value can be moved to another row.

use ring::aead::Aad;
use ring::aead::CHACHA20_POLY1305;
use ring::aead::LessSafeKey;
use ring::aead::NONCE_LEN;
use ring::aead::Nonce;
use ring::aead::UnboundKey;
use ring::hkdf::HKDF_SHA256;
use ring::hkdf::Salt;
use zeroize::Zeroizing;

use super::Address;
use super::FingerprintKey;
use super::Secret;

/// Random bytes for one seal. Callers draw them, and never use them twice.
pub type SealNonce = [u8; NONCE_LEN];

/// What a sealed value belongs to.
#[derive(Clone, Copy)]
pub struct SealedFor<'a> {
    /// The name of the store in the database.
    pub store: &'a str,
    pub address: &'a Address,
    pub run: i64,
}

impl SealedFor<'_> {
    fn bytes(self) -> Vec<u8> {
        // Neither part contains a NUL.
        format!("{}\0{}\0{}", self.store, self.address, self.run).into_bytes()
    }
}

impl FingerprintKey {
    /// The sealed value as text: the id of this key, a colon and hexadecimal digits. `None` if the cipher fails.
    pub fn seal(&self, value: &Secret, of: SealedFor<'_>, nonce: SealNonce) -> Option<Box<str>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(value.expose().len() + CHACHA20_POLY1305.tag_len()));
        bytes.extend_from_slice(value.expose().as_bytes());
        let sealing = self.sealing_key()?;
        let sealed = Nonce::assume_unique_for_key(nonce);
        sealing.seal_in_place_append_tag(sealed, Aad::from(of.bytes()), &mut *bytes).ok()?;
        let digits: String = nonce.iter().chain(bytes.iter()).map(|byte| format!("{byte:02x}")).collect();
        Some(format!("{}:{digits}", self.id()).into())
    }

    /// The value. `None` if another key sealed it, if it belongs to something else, or if it was altered.
    pub fn unseal(&self, sealed: &str, of: SealedFor<'_>) -> Option<Secret> {
        let (_, digits) = sealed.split_once(':').filter(|(id, _)| *id == self.id())?;
        let mut bytes = Zeroizing::new(from_hex(digits)?);
        let nonce: SealNonce = bytes.get(..NONCE_LEN)?.try_into().ok()?;
        let sealed = bytes.get_mut(NONCE_LEN..)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self.sealing_key()?.open_in_place(nonce, Aad::from(of.bytes()), sealed).ok()?;
        std::str::from_utf8(opened).ok().map(Secret::new)
    }

    fn sealing_key(&self) -> Option<LessSafeKey> {
        let secret = Salt::new(HKDF_SHA256, b"keywright").extract(self.secret().as_bytes());
        let derived = secret.expand(&[b"sealed key value"], &CHACHA20_POLY1305).ok()?;
        Some(LessSafeKey::new(UnboundKey::from(derived)))
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> FingerprintKey {
        FingerprintKey::new(Secret::new(text.repeat(32))).unwrap()
    }

    #[test]
    fn only_the_same_key_opens_a_value_and_only_in_its_place() {
        let (store, address) = ("area a", Address::key("k"));
        let of = SealedFor { store, address: &address, run: 7 };
        let value = Secret::new("not-a-real-value");
        let sealed = key("a").seal(&value, of, [1; NONCE_LEN]).unwrap();
        assert!(key("a").unseal(&sealed, of) == Some(value.clone()));
        assert!(!sealed.contains("not-a-real-value") && !sealed.contains(&value.digest().hex()));
        let other = Address::key("other");
        for elsewhere in
            [SealedFor { run: 8, ..of }, SealedFor { store: "area b", ..of }, SealedFor { address: &other, ..of }]
        {
            assert!(key("a").unseal(&sealed, elsewhere).is_none());
        }
        assert!(key("b").unseal(&sealed, of).is_none());
        assert_ne!(key("a").seal(&value, of, [2; NONCE_LEN]).unwrap(), sealed);
    }

    #[test]
    fn an_altered_text_opens_to_nothing() {
        let address = Address::key("k");
        let of = SealedFor { store: "area a", address: &address, run: 7 };
        let sealed = key("a").seal(&Secret::new("not-a-real-value"), of, [1; NONCE_LEN]).unwrap();
        let (id, digits) = sealed.split_once(':').unwrap();
        let flipped = format!("{id}:{}0", &digits[..digits.len() - 1]).replace("00", "01");
        for text in ["", ":", id, "x:y", &format!("{id}:"), &format!("{id}:{}", &digits[..30]), &sealed[1..]] {
            assert!(key("a").unseal(text, of).is_none(), "{text}");
        }
        assert!(*sealed == *flipped || key("a").unseal(&flipped, of).is_none());
        assert!(key("a").unseal(&sealed.replace(':', ":é"), of).is_none());
    }
}
