//! What an answer shows of what was sent. The API may ignore a property, and a trigger of the customer's may alter it.

use super::fields;
use super::value;
use super::value::Object;
use crate::model::Kind;
use crate::model::Value;
use crate::plan::FieldChange;
use crate::store::Altered;

/// The fields whose value in the answer is not the one that was sent. What the answer leaves out is not known.
pub(super) fn differing(kind: Kind, sent: &Object, changes: &[FieldChange], echo: &Object) -> Vec<Altered> {
    let told = value::attributes(kind, echo, false);
    let is_told = |wire: &str| sent.contains_key(wire) && echo.contains_key(wire);
    let known = fields::of(kind).iter().filter(|field| is_told(field.wire));
    let differs = |change: &&FieldChange| {
        let empty = change.after.as_ref().is_none_or(Value::is_empty);
        match told.get(&change.field) {
            Some(value) => change.after.as_ref() != Some(value),
            None => !empty,
        }
    };
    known
        .filter_map(|field| changes.iter().filter(differs).find(|change| change.field == field.name))
        .map(|change| Altered {
            field: change.field.clone(),
            wanted: change.after.clone(),
            held: told.get(&change.field).cloned(),
        })
        .collect()
}

/// What was sent and not taken, to be sent again.
pub(super) fn missed(kind: Kind, sent: &Object, changes: &[FieldChange], echo: &Object) -> Object {
    let names = differing(kind, sent, changes, echo);
    let fields = fields::of(kind).iter().filter(|field| names.iter().any(|altered| altered.field == field.name));
    let mut missed = Object::new();
    for field in fields {
        let exempt = match field.form {
            fields::Form::Limit { exempt } | fields::Form::OwnLimit { exempt } => Some(exempt),
            _ => None,
        };
        for wire in std::iter::once(field.wire).chain(exempt) {
            missed.extend(sent.get(wire).map(|value| (wire.to_owned(), value.clone())));
        }
    }
    missed
}

/// A server may repeat what it refuses: a key's value and its shared secret are taken out of what it says, before
/// anything shortens it.
pub(super) fn masked(said: &str, sent: Option<&Object>) -> String {
    let secrets = ["apikey", "secret"].into_iter().filter_map(|name| value::text(sent?, name));
    secrets.fold(said.to_owned(), |said, secret| said.replace(&secret, "(a secret)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_repeats_of_a_secret_is_not_told() {
        let sent = serde_json::json!({"apikey": "value-not-real", "secret": "secret-not-real", "status": "active"});
        let told = masked("value-not-real is taken, so is secret-not-real", sent.as_object());
        assert_eq!(told, "(a secret) is taken, so is (a secret)");
        assert_eq!(masked("as it was", None), "as it was");
    }
}
