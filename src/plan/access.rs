//! Whether a change widens or narrows the access of an API key (`mft-api-keys.md` 2.4, 3.2).
//!
//! The vendor does not document whether an empty list means everything or nothing. Here it means everything, and a
//! change to or from an empty list also counts as doubtful.

use std::collections::BTreeSet;

use super::Change;
use super::FieldChange;
use crate::model::Kind;
use crate::model::Value;

#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Access<'a> {
    pub(super) wider: Vec<&'a str>,
    pub(super) narrower: Vec<&'a str>,
    /// Lists that are empty before or after the change.
    pub(super) doubtful: Vec<&'a str>,
}

/// Empty for objects that are not API keys.
pub(super) fn of(change: &Change) -> Access<'_> {
    if change.address.kind() == Kind::ApiKey { of_fields(&change.fields) } else { Access::default() }
}

pub(super) fn of_fields(fields: &[FieldChange]) -> Access<'_> {
    let mut access = Access::default();
    for change in fields {
        match &*change.field {
            "enabled" => access.flag(change),
            "allowedApis" | "allowedOrgs" => access.list(change),
            "expires" => access.end(change),
            _ => {}
        }
    }
    access
}

impl<'a> Access<'a> {
    fn flag(&mut self, change: &'a FieldChange) {
        match change.after {
            Some(Value::Bool(true)) => self.wider.push(&change.field),
            _ => self.narrower.push(&change.field),
        }
    }

    fn list(&mut self, change: &'a FieldChange) {
        let (before, after) = (items(change.before.as_ref()), items(change.after.as_ref()));
        match (before.is_empty(), after.is_empty()) {
            (true, true) => {}
            (true, false) => {
                self.narrower.push(&change.field);
                self.doubtful.push(&change.field);
            }
            (false, true) => {
                self.wider.push(&change.field);
                self.doubtful.push(&change.field);
            }
            (false, false) => {
                if !after.is_subset(&before) {
                    self.wider.push(&change.field);
                }
                if !before.is_subset(&after) {
                    self.narrower.push(&change.field);
                }
            }
        }
    }

    /// Instants are in UTC and whole seconds, so text order is time order.
    fn end(&mut self, change: &'a FieldChange) {
        let end = |value: Option<&'a Value>| value.and_then(Value::as_text).filter(|end| *end != "never");
        let is_later = match (end(change.before.as_ref()), end(change.after.as_ref())) {
            (Some(before), Some(after)) => after > before,
            (_, after) => after.is_none(),
        };
        if is_later { &mut self.wider } else { &mut self.narrower }.push(&change.field);
    }
}

fn items(value: Option<&Value>) -> BTreeSet<&str> {
    match value {
        Some(Value::Set(items)) => items.iter().map(|item| &**item).collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: &'static str, before: Option<Value>, after: Value) -> FieldChange {
        FieldChange { field: field.into(), before, after: Some(after) }
    }

    /// Whether a change widens, narrows and is doubtful.
    fn judged(change: FieldChange) -> (bool, bool, bool) {
        let fields = [change];
        let access = of_fields(&fields);
        (!access.wider.is_empty(), !access.narrower.is_empty(), !access.doubtful.is_empty())
    }

    #[test]
    fn lists_grow_and_shrink_and_an_empty_one_is_everything() {
        let judge = |before: &[&str], after: &[&str]| {
            judged(change("allowedOrgs", Some(Value::set(before.to_vec())), Value::set(after.to_vec())))
        };
        assert_eq!(judge(&["a"], &["a", "b"]), (true, false, false));
        assert_eq!(judge(&["a", "b"], &["a"]), (false, true, false));
        assert_eq!(judge(&["a"], &["b"]), (true, true, false));
        assert_eq!(judge(&[], &["b"]), (false, true, true));
        assert_eq!(judge(&["a"], &[]), (true, false, true));
        assert_eq!(judged(change("allowedApis", None, Value::set(["x"]))), (false, true, true));
    }

    #[test]
    fn a_later_end_widens_and_never_is_the_latest() {
        let judge =
            |before: &str, after: &str| judged(change("expires", Some(Value::text(before)), Value::text(after)));
        assert_eq!(judge("2027-01-01T00:00:00Z", "2027-01-01T00:00:01Z"), (true, false, false));
        assert_eq!(judge("2027-01-01T00:00:00Z", "never"), (true, false, false));
        assert_eq!(judge("never", "2027-01-01T00:00:00Z"), (false, true, false));
        assert_eq!(judge("2027-01-02T00:00:00Z", "2027-01-01T00:00:00Z"), (false, true, false));
    }

    #[test]
    fn the_switch_widens_and_narrows() {
        assert_eq!(judged(change("enabled", Some(Value::Bool(false)), Value::Bool(true))), (true, false, false));
        assert_eq!(judged(change("enabled", Some(Value::Bool(true)), Value::Bool(false))), (false, true, false));
    }
}
