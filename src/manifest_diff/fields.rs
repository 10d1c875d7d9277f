//! The fields of a declared object that two versions are compared by. Secrets are compared and never shown.

use crate::model::Declared;
use crate::model::FieldName;
use crate::model::Generated;
use crate::model::KeySource;
use crate::model::Presence;
use crate::model::SecretSource;
use crate::model::Value;
use crate::model::desired::DeclaredKey;
use crate::model::desired::SecretOrigin;

/// One field: what is shown, and for a source of a secret what is compared.
pub(super) struct Field<'d> {
    pub(super) name: FieldName,
    pub(super) value: Value,
    source: Source<'d>,
}

enum Source<'d> {
    None,
    Key(&'d KeySource),
    Secret(&'d SecretSource),
}

impl Field<'_> {
    /// Whether nothing changed.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same_source = match (&self.source, &other.source) {
            (Source::Key(one), Source::Key(other)) => is_same_source(one, other),
            (Source::Secret(one), Source::Secret(other)) => is_same_origin(&one.origin, &other.origin),
            _ => true,
        };
        same_source && self.value == other.value
    }

    /// The value after a change. A change that cannot be shown is named.
    pub(super) fn value_after(&self, before: Option<&Self>) -> Value {
        match before {
            Some(before) if before.value == self.value => Value::text(format!("{} (changed)", text(&self.value))),
            _ => self.value.clone(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}

/// The field of a manifest that takes its object out of the store.
pub(super) const REMOVED: &str = "metadata.removed";

/// All fields that the manifest sets.
pub(super) fn fields(object: &Declared) -> Vec<Field<'_>> {
    let mut found = Vec::new();
    if object.protect {
        found.push(plain("metadata.protect", Value::Bool(true)));
    }
    if !object.previously.is_empty() {
        let names: Vec<String> = object.previously.iter().map(|former| former.address.name()).collect();
        found.push(plain("metadata.previously", Value::set(names.iter().map(String::as_str))));
    }
    match object.presence {
        Presence::Present => {}
        Presence::Absent => found.push(plain("state", Value::text("absent"))),
        Presence::Removed => found.push(plain(REMOVED, Value::Bool(true))),
    }
    let key = object.key.as_deref();
    if let (Some(key), Some(application)) = (key, &object.parent) {
        found.push(plain("application", Value::text(application.address.to_string())));
        found.push(plain("package", Value::text(key.package.address.name())));
    }
    let of_fields = object.fields.iter().map(|desired| Field {
        name: desired.field.clone(),
        value: desired.value.clone(),
        source: Source::None,
    });
    found.extend(of_fields);
    found.extend(key.into_iter().flat_map(of_key));
    found
}

fn plain(name: &'static str, value: Value) -> Field<'static> {
    Field { name: name.into(), value, source: Source::None }
}

fn of_key(key: &DeclaredKey) -> Vec<Field<'_>> {
    let mut found =
        vec![Field { name: "key".into(), value: Value::text(words(&key.source)), source: Source::Key(&key.source) }];
    if let Some(secret) = &key.secret {
        let value = Value::text(format!("from {}", secret.in_words()));
        found.push(Field { name: "secret".into(), value, source: Source::Secret(secret) });
    }
    if let Some(rotation) = &key.rotation {
        let parts = [
            ("rotation.every", rotation.every),
            ("rotation.overlap", rotation.overlap),
            ("rotation.grace", rotation.grace),
        ];
        found.extend(parts.map(|(name, seconds)| plain(name, Value::text(duration(seconds)))));
    }
    if !key.deliver.is_empty() {
        let targets: Vec<String> = key.deliver.iter().map(|to| format!("{} ({})", to.place(), to.name())).collect();
        found.push(plain("deliver", Value::set(targets.iter().map(String::as_str))));
    }
    found
}

fn words(source: &KeySource) -> String {
    match source {
        KeySource::Custom(source) => format!("custom, from {}", source.in_words()),
        KeySource::Existing(_) => "an existing key".to_owned(),
        KeySource::Generate(generated) => {
            let by = if generated.by_store { " by the store" } else { "" };
            let prefix =
                if generated.prefix.is_empty() { String::new() } else { format!(", with prefix {}", generated.prefix) };
            let first = if generated.first.is_some() { ", after an existing key" } else { "" };
            let checksum = if generated.has_checksum { ", with a checksum" } else { "" };
            format!("generated{by}{prefix}{checksum}{first}")
        }
    }
}

/// Whether two manifests take the value of a key from the same place.
pub fn is_same_source(one: &KeySource, other: &KeySource) -> bool {
    match (one, other) {
        (KeySource::Custom(one), KeySource::Custom(other)) => is_same_origin(&one.origin, &other.origin),
        (KeySource::Existing(one), KeySource::Existing(other)) => one.id == other.id,
        (KeySource::Generate(one), KeySource::Generate(other)) => {
            let id = |first: &Option<crate::model::ExistingKey>| first.as_ref().map(|first| first.id.clone());
            let of = |one: &Generated| (one.prefix.clone(), one.by_store, one.has_checksum);
            of(one) == of(other) && id(&one.first) == id(&other.first)
        }
        _ => false,
    }
}

fn is_same_origin(one: &SecretOrigin, other: &SecretOrigin) -> bool {
    match (one, other) {
        (SecretOrigin::Env(one), SecretOrigin::Env(other)) | (SecretOrigin::File(one), SecretOrigin::File(other)) => {
            one == other
        }
        (SecretOrigin::Command(one), SecretOrigin::Command(other)) => one == other,
        // In constant time.
        (SecretOrigin::Literal(one), SecretOrigin::Literal(other)) => one == other,
        _ => false,
    }
}

/// Seconds as manifests write them.
fn duration(seconds: i64) -> String {
    match seconds {
        _ if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        _ if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        _ if seconds % 60 == 0 => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}
