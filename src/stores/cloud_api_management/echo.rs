//! Compares an answer with what was sent. The API may ignore a property, and a customer's trigger may change it.

use super::fields;
use super::value;
use super::value::Object;
use crate::diff;
use crate::model::Kind;
use crate::model::Value;
use crate::plan::FieldChange;
use crate::store::Altered;

/// The fields whose value in the answer differs from the one that was sent. Fields missing from the answer are skipped.
pub(super) fn differing(kind: Kind, sent: &Object, changes: &[FieldChange], echo: &Object) -> Vec<Altered> {
    let answered = value::attributes(kind, echo, false);
    let is_in_both = |wire: &str| sent.contains_key(wire) && echo.contains_key(wire);
    let known = fields::of(kind).iter().filter(|field| is_in_both(field.wire));
    let differs = |change: &&FieldChange| {
        let empty = change.after.as_ref().is_none_or(Value::is_empty);
        match answered.get(&change.field) {
            Some(value) => !change.after.as_ref().is_some_and(|after| diff::is_same(&change.field, after, value)),
            None => !empty,
        }
    };
    known
        .filter_map(|field| changes.iter().filter(differs).find(|change| change.field == field.name))
        .map(|change| Altered {
            field: change.field.clone(),
            wanted: change.after.clone(),
            held: answered.get(&change.field).cloned(),
        })
        .collect()
}

/// The properties that the store did not accept, to be sent again.
pub(super) fn not_accepted(kind: Kind, sent: &Object, changes: &[FieldChange], echo: &Object) -> Object {
    let names = differing(kind, sent, changes, echo);
    let fields = fields::of(kind).iter().filter(|field| names.iter().any(|altered| altered.field == field.name));
    let mut not_accepted = Object::new();
    for field in fields {
        let exempt = match field.form {
            fields::Form::Limit { exempt } | fields::Form::OwnLimit { exempt } => Some(exempt),
            _ => None,
        };
        for wire in std::iter::once(field.wire).chain(exempt) {
            not_accepted.extend(sent.get(wire).map(|value| (wire.to_owned(), value.clone())));
        }
    }
    not_accepted
}
