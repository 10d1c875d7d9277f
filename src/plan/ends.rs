//! The end of each generation of a key with `expires: {after: …}`: the date on which it reaches that age.

use std::borrow::Cow;

use chrono::NaiveDate;
use chrono::TimeDelta;

use super::Context;
use super::clock;
use crate::matching::Found;
use crate::model::Attributes;
use crate::model::Declared;
use crate::model::DesiredField;
use crate::model::Instant;
use crate::model::LiveObject;
use crate::model::Value;

const FORM: &str = "%Y-%m-%d";

/// Days by which the date of a key may differ: it is created a little after its plan, perhaps after midnight.
const NEAR: i64 = 1;

/// The declared fields of a new key.
pub(super) fn of_new<'d>(context: &Context<'_>, declared: &'d Declared) -> Cow<'d, [DesiredField]> {
    let age = declared.key.as_ref().and_then(|key| key.ends_after);
    let end = age.and_then(|age| at_age(clock::of_store(context), age));
    with_end(declared, end.map(|end| end.date_naive()))
}

/// The declared fields of a key in the store. Its end only moves to a date that leaves time for a successor, so a manifest
/// that changes cannot end the key of its callers.
pub(super) fn of_live<'d>(context: &Context<'_>, declared: &'d Declared, found: &Found<'_>) -> Cow<'d, [DesiredField]> {
    let end = (!clock::is_doubtful(context, found)).then(|| end_of(context, declared, found.live)).flatten();
    with_end(declared, end)
}

/// The fields of a key in the store as the manifest leaves them.
pub(super) fn as_left(context: &Context<'_>, declared: &Declared, found: &Found<'_>) -> Attributes {
    let mut left = found.live.attributes.clone();
    let is_ignored = |field: &str| context.workspace.ignores.covers(declared.address.kind(), field);
    for field in of_live(context, declared, found).iter().filter(|field| !is_ignored(&field.field)) {
        left.insert(field.field.clone(), field.value.clone());
    }
    left
}

/// The date on which a key must end, if it ends on another one.
fn end_of(context: &Context<'_>, declared: &Declared, live: &LiveObject) -> Option<NaiveDate> {
    let key = declared.key.as_ref()?;
    let overlap = key.rotation.map_or(0, |rotation| rotation.overlap);
    let end = at_age(live.created?, key.ends_after?)
        .filter(|end| at_age(context.now, overlap).is_some_and(|soon| *end > soon))?;
    let end = end.date_naive();
    let now = live.attributes.text("expires").and_then(|date| NaiveDate::parse_from_str(date, FORM).ok());
    now.is_none_or(|now| (now - end).num_days().abs() > NEAR).then_some(end)
}

fn at_age(created: Instant, seconds: i64) -> Option<Instant> {
    created.checked_add_signed(TimeDelta::seconds(seconds))
}

/// In the place where the manifest has it: after the package plan.
fn with_end(declared: &Declared, end: Option<NaiveDate>) -> Cow<'_, [DesiredField]> {
    let Some(end) = end else { return Cow::Borrowed(&declared.fields) };
    let value = Value::text(end.format(FORM).to_string());
    let mut fields = declared.fields.clone();
    let after_plan = fields.iter().position(|field| field.field == "plan").map_or(0, |plan| plan + 1);
    fields.insert(after_plan, DesiredField { field: "expires".into(), value, place: declared.place });
    Cow::Owned(fields)
}
