//! Why an object is updated, in words.

use std::borrow::Cow;

use super::Context;
use super::FieldChange;
use super::access;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;

/// A change that widens the access of an API key says so (MFT-031), and one that enables a user says what it leaves.
pub(super) fn reason_of_update(
    declared: &Declared,
    live: &LiveObject,
    fields: &[FieldChange],
    context: &Context<'_>,
) -> Cow<'static, str> {
    let wider = access::of_fields(fields).wider;
    if declared.address.kind() == Kind::ApiKey && !wider.is_empty() {
        return format!("differs from the manifest; widens access: {}", wider.join(", ")).into();
    }
    match still_disabled(live, fields, context) {
        0 => "differs from the manifest".into(),
        keys => {
            let keys = crate::text::count(keys, "disabled key*");
            format!("differs from the manifest; the service does not enable the user's keys with the user: {keys}")
                .into()
        }
    }
}

/// The disabled keys of a user who is enabled (`cloud-api-management.md` 10, C8).
fn still_disabled(live: &LiveObject, fields: &[FieldChange], context: &Context<'_>) -> usize {
    let enables = |field: &FieldChange| {
        let word = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).map(str::to_owned);
        field.field == "status"
            && word(&field.after).as_deref() == Some("active")
            && word(&field.before).as_deref() == Some("disabled")
    };
    if live.address.kind() != Kind::User || !fields.iter().any(enables) {
        return 0;
    }
    let is_theirs = |key: &&LiveObject| {
        key.parent.as_ref().is_some_and(|application| Address::user(&application.first_name()) == live.address)
            && key.attributes.text("settings.status") == Some("disabled")
    };
    context.live.of(Kind::PackageKey).iter().filter(is_theirs).count()
}
