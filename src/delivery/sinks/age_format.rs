//! The file format of age, version 1 (<https://c2sp.org/age>), for recipients with X25519 keys. Only encryption, with the
//! ciphers of ring, which TLS uses. The crate `age` 0.12 without features brings 74 packages more, a fifth of all, among them
//! one that is not released yet; they decrypt, ask for passphrases, translate messages and know other kinds of keys. The mark
//! would still be code of our own there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::Aad;
use ring::aead::CHACHA20_POLY1305;
use ring::aead::LessSafeKey;
use ring::aead::NONCE_LEN;
use ring::aead::Nonce;
use ring::aead::UnboundKey;
use ring::agreement;
use ring::hkdf;
use ring::hmac;
use ring::rand::SecureRandom as _;
use ring::rand::SystemRandom;
use zeroize::Zeroizing;

use super::sealed::Mark;
use crate::model::Secret;
use crate::model::age_recipient;
use crate::randomness;

const VERSION: &str = "age-encryption.org/v1";
const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const END: &str = "-----END AGE ENCRYPTED FILE-----";

/// The line of the header that says what a file holds. Recipients skip lines of kinds that they do not know.
const MARK: &str = "keywright";

/// Longest text of a line.
const COLUMNS: usize = 64;

/// A file with the value, as text. `None` if a recipient has no usable key, or the system no randomness.
pub(super) fn encrypt(value: &Secret, recipients: &[Box<str>], mark: &Mark) -> Option<String> {
    let random = randomness::for_ring();
    let mut file_key = Zeroizing::new([0; 16]);
    random.fill(&mut *file_key).ok()?;
    let mut header = format!("{VERSION}\n");
    for recipient in recipients {
        header.push_str(&stanza(recipient, &*file_key, &random)?);
    }
    // Its body is empty.
    header.push_str(&format!("-> {MARK} {} {}\n\n---", mark.value, mark.recipients));
    let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &*derived(&[], &*file_key, "header")?), header.as_bytes());
    header.push_str(&format!(" {}\n", STANDARD_NO_PAD.encode(code)));
    let mut nonce = [0; 16];
    random.fill(&mut nonce).ok()?;
    let key = derived(&nonce, &*file_key, "payload")?;
    // The first chunk is the last one: values are far shorter than 64 KiB.
    let mut counter = [0; NONCE_LEN];
    counter[NONCE_LEN - 1] = 1;
    let mut bytes = header.into_bytes();
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed(&*key, counter, value.expose().as_bytes())?);
    Some(armored(&bytes))
}

/// The file key, encrypted for one recipient.
fn stanza(recipient: &str, file_key: &[u8], random: &SystemRandom) -> Option<String> {
    let recipient = age_recipient(recipient)?;
    let own = agreement::EphemeralPrivateKey::generate(&agreement::X25519, random).ok()?;
    let share = own.compute_public_key().ok()?;
    let salt = [share.as_ref(), &recipient].concat();
    let peer = agreement::UnparsedPublicKey::new(&agreement::X25519, recipient);
    // Fails for a key with which every secret would be the same.
    let key = agreement::agree_ephemeral(own, &peer, |shared| derived(&salt, shared, &format!("{VERSION}/X25519")));
    let body = sealed(&*key.ok()??, [0; NONCE_LEN], file_key)?;
    Some(format!("-> X25519 {}\n{}\n", STANDARD_NO_PAD.encode(share), STANDARD_NO_PAD.encode(body)))
}

/// HKDF-SHA-256.
fn derived(salt: &[u8], secret: &[u8], info: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    extracted.expand(&[info.as_bytes()], hkdf::HKDF_SHA256).ok()?.fill(&mut *key).ok()?;
    Some(key)
}

/// ChaCha20-Poly1305. No key is used twice.
fn sealed(key: &[u8], nonce: [u8; NONCE_LEN], plain: &[u8]) -> Option<Vec<u8>> {
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).ok()?);
    let mut bytes = Vec::with_capacity(plain.len() + CHACHA20_POLY1305.tag_len());
    bytes.extend_from_slice(plain);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut bytes).ok()?;
    Some(bytes)
}

fn armored(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(COLUMNS).map(String::from_utf8_lossy);
    std::iter::once(BEGIN.into())
        .chain(lines)
        .chain([END.into()])
        .fold(String::new(), |whole, line| whole + &line + "\n")
}

/// The mark in the header of an armored file. `None` if it is another file.
pub(super) fn mark(file: &[u8]) -> Option<Mark> {
    let text = std::str::from_utf8(file).ok()?.trim();
    let armored = text.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let bytes = STANDARD.decode(armored.split_whitespace().collect::<String>()).ok()?;
    let mut lines = bytes.split(|byte| *byte == b'\n').map_while(|line| std::str::from_utf8(line).ok());
    if lines.next() != Some(VERSION) {
        return None;
    }
    let header = lines.take_while(|line| !line.starts_with("---"));
    let words = header.filter_map(|line| line.strip_prefix("-> ")).map(|line| line.split(' ').collect::<Vec<_>>());
    words.into_iter().find_map(|words| match words[..] {
        [MARK, value, recipients] => Some(Mark { value: value.to_owned(), recipients: recipients.to_owned() }),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[test]
    fn a_file_shows_its_mark_and_never_its_value() {
        let mark = Mark { value: "0123abcd:ff".to_owned(), recipients: "aa".to_owned() };
        let value = Secret::new("chk_fake-value-0123456789");
        let one = encrypt(&value, &[RECIPIENT.into(), RECIPIENT.into()], &mark).unwrap();
        let other = encrypt(&value, &[RECIPIENT.into()], &mark).unwrap();
        assert!(one != other && one.lines().all(|line| line.len() <= COLUMNS));
        for file in [&one, &other] {
            assert_eq!(super::mark(file.as_bytes()), Some(mark.clone()));
        }
        assert!(encrypt(&value, &["age1fake".into()], &mark).is_none());
        for foreign in ["", "A=1\n", BEGIN, &format!("{BEGIN}\nAAAA\n{END}\n")] {
            assert_eq!(super::mark(foreign.as_bytes()), None, "{foreign}");
        }
    }
}
