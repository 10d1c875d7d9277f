//! Field-level differences between declared and live objects.

use std::borrow::Cow;

use crate::change::FieldChange;
use crate::model::Attributes;
use crate::model::DesiredField;
use crate::model::Value;
use crate::model::built_in::is_secret_field;

/// The declared fields that differ from `live`. A field that the store did not send is empty.
pub fn differences(fields: &[DesiredField], live: &Attributes) -> Vec<FieldChange> {
    fields
        .iter()
        .filter(|desired| !is_met(&desired.field, &desired.value, live.get(&desired.field)))
        .map(|desired| FieldChange {
            field: desired.field.clone(),
            before: live.get(&desired.field).cloned(),
            after: Some(desired.value.clone()),
        })
        .collect()
}

/// The fields of a new object.
pub fn all_new(fields: &[DesiredField]) -> Vec<FieldChange> {
    fields
        .iter()
        .map(|desired| FieldChange { field: desired.field.clone(), before: None, after: Some(desired.value.clone()) })
        .collect()
}

/// The fields of a deleted object, without attributes that are secrets: plans show fields.
pub fn all_gone(live: &Attributes) -> Vec<FieldChange> {
    live.iter()
        .filter(|(field, _)| !is_secret_field(field))
        .map(|(field, value)| FieldChange { field: field.clone(), before: Some(value.clone()), after: None })
        .collect()
}

fn is_met(field: &str, wished: &Value, live: Option<&Value>) -> bool {
    live.map_or(wished.is_empty(), |live| is_same(field, wished, live))
}

/// Whether a store considers two values of a field equal: email addresses differ neither in case nor in outer spaces.
pub fn is_same(field: &str, one: &Value, other: &Value) -> bool {
    one == other || folded(field, one) == folded(field, other)
}

/// The same for all values that [`is_same`] considers equal.
pub fn folded<'a>(field: &str, value: &'a Value) -> Cow<'a, Value> {
    let fold = |text: &str| text.trim().to_lowercase();
    match (field, value) {
        ("email", Value::Text(text)) => Cow::Owned(Value::text(fold(text))),
        ("notifyAdminEmails", Value::Set(items)) => Cow::Owned(Value::set(items.iter().map(|item| fold(item)))),
        _ => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;

    fn desired(field: &'static str, value: Value) -> DesiredField {
        DesiredField { field: field.into(), value, place: Place::default() }
    }

    fn live() -> Attributes {
        [("a", Value::text("1")), ("b", Value::Number(2)), ("roles", Value::set(["x", "y"]))].into_iter().collect()
    }

    #[test]
    fn equal_and_unmanaged_fields_do_not_differ() {
        assert_eq!(differences(&[], &live()), []);
        assert_eq!(
            differences(&[desired("a", Value::text("1")), desired("roles", Value::set(["y", "x"]))], &live()),
            []
        );
    }

    #[test]
    fn a_field_that_the_store_did_not_send_is_empty() {
        assert_eq!(differences(&[desired("c", Value::text("")), desired("d", Value::set::<&str>([]))], &live()), []);
        let changes = differences(&[desired("c", Value::Bool(false))], &live());
        assert_eq!(changes, [FieldChange { field: "c".into(), before: None, after: Some(Value::Bool(false)) }]);
    }

    #[test]
    fn differences_keep_the_order_of_the_manifest() {
        let changes = differences(&[desired("b", Value::Number(3)), desired("a", Value::text(""))], &live());
        let before_after = |field: &'static str, before, after| FieldChange {
            field: field.into(),
            before: Some(before),
            after: Some(after),
        };
        assert_eq!(
            changes,
            [
                before_after("b", Value::Number(2), Value::Number(3)),
                before_after("a", Value::text("1"), Value::text("")),
            ]
        );
    }

    #[test]
    fn creates_set_every_field_and_deletes_remove_every_field() {
        assert_eq!(all_new(&[desired("a", Value::text(""))])[0].after, Some(Value::text("")));
        let secrets = [("eav.dbToken", Value::text("x")), ("extendedAttributes.pwd", Value::text("y"))];
        let gone = all_gone(
            &live()
                .iter()
                .map(|(field, value)| (field.clone(), value.clone()))
                .chain(secrets.map(|(field, value)| (field.into(), value)))
                .collect(),
        );
        assert_eq!(gone.len(), 3);
        assert!(gone.iter().all(|change| change.after.is_none() && change.before.is_some()));
    }
}
