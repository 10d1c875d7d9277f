//! Files encrypted with the program sops, as an object with one field. The mark is in the metadata, where sops skips it. When
//! sops writes the file again, for example for other keys, the mark is gone, and the value is delivered again.

use std::sync::Arc;

use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

use super::Inner;
use super::Reach;
use super::Seen;
use super::command;
use super::command::Words;
use super::sealed;
use super::sealed::Found;
use super::sealed::Mark;
use super::sealed::Sealed;
use crate::delivery::Cause;
use crate::model::Delivery;
use crate::model::FingerprintKey;
use crate::model::Secret;
use crate::workspace::SopsSink;

/// The metadata of a file, and the mark in it.
const METADATA: &str = "sops";
const MARK: &str = "keywright";

/// What a fingerprint of the encrypted text is for.
const CONTENT: &str = "sops file";

/// How an encrypted text begins.
const ENCRYPTED: &str = "ENC[AES256_GCM,data:";

/// Encrypted before any key is created, to find out whether sops can use the keys.
const PROBE: &str = "keywright-probe";

fn sealed<'a>(inner: &'a Inner, sink: &SopsSink, to: &Delivery) -> Sealed<'a> {
    Sealed { inner, file: sink.file(&to.file, &to.variable), recipients: sealed::digest(sink.sorted_keys()), read }
}

pub(super) fn look(inner: &Inner, sink: &SopsSink, to: &Delivery, reach: Reach) -> Result<Seen, Cause> {
    sealed(inner, sink, to).look(reach)
}

/// Whether a value can be encrypted. The same for all paths.
pub(super) async fn probe(inner: &Arc<Inner>, sink: &SopsSink) -> Result<(), Cause> {
    let tried = encrypt(inner, sink, "probe", &Secret::new(PROBE)).await;
    tried
        .map(|_| ())
        .map_err(|cause| Cause { message: format!("no value can be encrypted: {}", cause.message), ..cause })
}

pub(super) async fn write(
    inner: &Arc<Inner>,
    sink: &SopsSink,
    to: &Delivery,
    value: &Secret,
) -> Result<Box<str>, Cause> {
    let Some((place, mark)) = sealed(inner, sink, to).outdated(value)? else { return Ok(Box::default()) };
    let file = marked(encrypt(inner, sink, &to.variable, value).await?, &mark, inner.key()?);
    let text = serde_json::to_string_pretty(&Json::Object(file)).unwrap_or_default();
    sealed::replace(&place, &(text + "\n"))
}

/// An encrypted file with the value as its only field.
async fn encrypt(inner: &Arc<Inner>, sink: &SopsSink, name: &str, value: &Secret) -> Result<Map<String, Json>, Cause> {
    // A configuration file of another user, in a folder above, could leave the value as it is. So could a name.
    let fixed = ["--config", "/dev/null", "encrypt", "--encrypted-regex=.", "--filename-override=value.json"];
    let keys = sink.keys.iter().map(|(option, keys)| format!("{option}={}", keys.join(",")));
    let arguments = fixed.map(str::to_owned).into_iter().chain(keys).map(Box::from);
    let words = std::iter::once(sink.program.clone()).chain(arguments).collect();
    let plain = Secret::new(json!({ name: value.expose() }).to_string());
    let output = command::run(inner, Words::plain(words), &sink.variables, Some(&plain)).await?;
    let file = serde_json::from_str(&output).ok().filter(|file| is_encrypted(file, name, value));
    file.ok_or_else(|| {
        let help = "check that the program of the sink is sops, version 3.10 or newer";
        Cause::new("the program ended well, but did not print an encrypted file", help).for_now()
    })
}

fn is_encrypted(file: &Map<String, Json>, name: &str, value: &Secret) -> bool {
    let metadata = file.get(METADATA).and_then(Json::as_object);
    let field = file.get(name).and_then(Json::as_str);
    let has_value = file.values().any(|field| field.to_string().contains(value.expose()));
    file.len() == 2 && metadata.is_some() && field.is_some_and(|text| text.starts_with(ENCRYPTED)) && !has_value
}

/// The file with its mark. The fingerprint of the encrypted text shows whether another program changed it since.
fn marked(mut file: Map<String, Json>, mark: &Mark, key: &FingerprintKey) -> Map<String, Json> {
    let content = content(&file, key);
    if let Some(metadata) = file.get_mut(METADATA).and_then(Json::as_object_mut) {
        let mark = json!({ "value": mark.value, "recipients": mark.recipients, "content": content });
        metadata.insert(MARK.to_owned(), mark);
    }
    file
}

/// The fingerprint of a file without its mark.
fn content(file: &Map<String, Json>, key: &FingerprintKey) -> String {
    key.fingerprint(CONTENT, &Json::Object(file.clone()).to_string()).as_str().to_owned()
}

fn read(bytes: &[u8], key: Option<&FingerprintKey>) -> Found {
    let Ok(mut file) = serde_json::from_slice::<Map<String, Json>>(bytes) else { return Found::Foreign };
    let fields = file.iter().filter(|(name, _)| *name != METADATA);
    let are_encrypted = fields.clone().all(|(_, field)| field.as_str().is_some_and(|text| text.starts_with(ENCRYPTED)));
    if fields.count() != 1 || !are_encrypted {
        return Found::Foreign;
    }
    let Some(metadata) = file.get_mut(METADATA).and_then(Json::as_object_mut) else { return Found::Foreign };
    let Some(mark) = metadata.remove(MARK) else { return Found::Changed };
    let text = |name: &str| mark.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (value, recipients, content) = (text("value"), text("recipients"), text("content"));
    // Under another key, nothing is known, which the fingerprint of the value shows.
    let is_of_key = |key: &&FingerprintKey| content.split_once(':').is_some_and(|(id, _)| id == key.id());
    match key.filter(is_of_key) {
        Some(key) if self::content(&file, key) != content => Found::Changed,
        _ => Found::Marked(Mark { value, recipients }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> FingerprintKey {
        FingerprintKey::new(Secret::new("0123456789abcdef0123456789abcdef")).unwrap()
    }

    fn file(field: &str) -> Map<String, Json> {
        let Json::Object(file) = json!({ "K": field, "sops": { "mac": "fake" } }) else { unreachable!("an object") };
        file
    }

    #[test]
    fn a_mark_belongs_to_the_text_that_was_encrypted() {
        let mark = Mark { value: "0123abcd:ff".to_owned(), recipients: "aa".to_owned() };
        let whole = marked(file("ENC[AES256_GCM,data:fake]"), &mark, &key());
        let bytes = serde_json::to_vec(&whole).unwrap();
        let other_key = FingerprintKey::new(Secret::new("f".repeat(32))).unwrap();
        for key in [Some(&key()), Some(&other_key), None] {
            assert!(matches!(read(&bytes, key), Found::Marked(found) if found == mark));
        }
        let changed = String::from_utf8(bytes).unwrap().replace("data:fake", "data:other");
        assert!(matches!(read(changed.as_bytes(), Some(&key())), Found::Changed));
        let without = serde_json::to_vec(&file("ENC[AES256_GCM,data:fake]")).unwrap();
        assert!(matches!(read(&without, Some(&key())), Found::Changed));
        for foreign in ["", "[]", "{}", r#"{"K": "plain", "sops": {}}"#, r#"{"K": "ENC[AES256_GCM,data:a]"}"#] {
            assert!(matches!(read(foreign.as_bytes(), Some(&key())), Found::Foreign), "{foreign}");
        }
    }

    #[test]
    fn an_output_with_the_value_is_no_encrypted_file() {
        let value = Secret::new("chk_fake");
        assert!(is_encrypted(&file("ENC[AES256_GCM,data:fake]"), "K", &value));
        assert!(!is_encrypted(&file("ENC[AES256_GCM,data:chk_fake]"), "K", &value));
        assert!(!is_encrypted(&file("chk_fake"), "K", &value));
        assert!(!is_encrypted(&file("ENC[AES256_GCM,data:fake]"), "OTHER", &value));
    }
}
