//! What a run adds to the record of applied fields.

use std::collections::BTreeMap;

use super::Created;
use super::Experience;
use crate::diff;
use crate::model::Address;
use crate::model::Declared;
use crate::model::FieldName;
use crate::model::FingerprintKey;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::outcome::ChangeResult;
use crate::plan::Change;
use crate::plan::Remembered;
use crate::plan::applied::APPLICATION;
use crate::plan::applied::PACKAGE;
use crate::plan::applied::Record;
use crate::plan::known::trace_of;

/// A user who is created without a status waits for activation. That is what Keywright left, and not what a person did.
const FIRST_STATUS: &str = "waiting";

/// Records where a key is declared.
fn insert_place(fields: &mut Record, application: &Address, package: &Address) {
    for (name, holder) in [(APPLICATION, application), (PACKAGE, package)] {
        fields.insert(FieldName::Borrowed(name), &Value::text(holder.to_string()));
    }
}

/// The fields of one object, by its kind and trace.
pub type Row = (Kind, Box<str>, Record);

/// The records that differ from what is remembered.
pub(super) fn applied(
    seen: &Experience<'_>,
    remembered: &Remembered,
    key: &FingerprintKey,
    is_gone: impl Fn(Kind, &LiveId) -> bool,
) -> Vec<Row> {
    let live =
        Kind::ALL.into_iter().flat_map(|kind| seen.live.of(kind).iter().map(move |live| ((kind, &live.id), live)));
    let live: BTreeMap<(Kind, &LiveId), &LiveObject> = live.collect();
    let changes = seen.changes.iter().zip(seen.results);
    let changes: BTreeMap<(Kind, &LiveId), (&Change, &ChangeResult)> = changes
        .filter_map(|(change, result)| Some(((change.address.kind(), change.live_id()?), (change, result))))
        .collect();
    let mut rows = Vec::new();
    let mut add = |kind: Kind, id: &LiveId, fields: &dyn Fn(Option<&Record>) -> Record| {
        let Some(trace) = trace_of(kind, id, Some(key)) else { return };
        let before = remembered.applied.get(kind, &trace);
        let fields = fields(before);
        if before.map_or(!fields.is_empty(), |before| *before != fields) {
            rows.push((kind, trace, fields));
        }
    };
    for sighting in seen.declared.iter().filter(|sighting| !is_gone(sighting.kind(), &sighting.id)) {
        let of = (sighting.kind(), &sighting.id);
        let (Some(declared), Some(live)) = (seen.desired.get(&sighting.address), live.get(&of)) else { continue };
        let change = changes.get(&of).copied();
        add(of.0, of.1, &|before| of_declared(declared, live, change, before));
    }
    for (index, Created { id, .. }) in seen.created {
        let (Some(change), Some(result)) = (seen.changes.get(*index), seen.results.get(*index)) else { continue };
        add(change.address.kind(), id, &|_| of_created(change, result));
    }
    rows
}

/// The value that a field has after a change; `None` if that is unknown.
fn left_by<'a>(change: &'a Change, result: &'a ChangeResult, field: &str) -> Option<&'a Value> {
    match result {
        ChangeResult::Done | ChangeResult::Undelivered(_) => change.after(field),
        ChangeResult::Altered(altered) => {
            altered.iter().find(|altered| altered.field == field).map_or(change.after(field), |it| it.held.as_ref())
        }
        _ => None,
    }
}

/// A field that is neither written nor equal keeps its record, so that a change that is held back is asked again.
fn of_declared(
    declared: &Declared,
    live: &LiveObject,
    change: Option<(&Change, &ChangeResult)>,
    before: Option<&Record>,
) -> Record {
    let mut fields = Record::default();
    for desired in &declared.fields {
        let written = change.filter(|(change, _)| change.fields.iter().any(|field| field.field == desired.field));
        let is_equal = || diff::differences(std::slice::from_ref(desired), &live.attributes).is_empty();
        let value = match written {
            Some((change, result)) => left_by(change, result, &desired.field),
            None => is_equal().then_some(&desired.value),
        };
        match (value, before) {
            (Some(value), _) => fields.insert(desired.field.clone(), value),
            (None, Some(before)) => fields.keep(&desired.field, before),
            (None, None) => {}
        }
    }
    if let Some((application, key)) = declared.parent.as_ref().zip(declared.key.as_ref()) {
        insert_place(&mut fields, &application.address, &key.package.address);
    }
    let has_age = declared.key.as_ref().is_some_and(|key| key.ends_after.is_some());
    if let Some((field, end)) = end_at_age(live, change, before).filter(|_| has_age) {
        fields.insert(field, &end);
    }
    fields
}

/// The end of a key with `expires: {after: …}`: no field declares the date, so what Keywright wrote last is kept.
fn end_at_age(
    live: &LiveObject,
    change: Option<(&Change, &ChangeResult)>,
    before: Option<&Record>,
) -> Option<(FieldName, Value)> {
    const END: &str = "expires";
    let written = change.filter(|(change, _)| change.fields.iter().any(|field| field.field == END));
    let left = written.and_then(|(change, result)| left_by(change, result, END));
    let end = left.or_else(|| before?.get(END)).or_else(|| live.attributes.get(END))?;
    Some((FieldName::Borrowed(END), end.clone()))
}

fn of_created(change: &Change, result: &ChangeResult) -> Record {
    let mut fields = Record::default();
    for field in &change.fields {
        if let Some(value) = left_by(change, result, &field.field) {
            fields.insert(field.field.clone(), value);
        }
    }
    if let Some((application, key)) = change.target.parent.as_ref().zip(change.target.key.as_ref()) {
        insert_place(&mut fields, application, &key.package);
    }
    if change.address.kind() == Kind::User && change.after("status").is_none() {
        fields.insert(FieldName::Borrowed("status"), &Value::text(FIRST_STATUS));
    }
    fields
}
