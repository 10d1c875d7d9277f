//! Compares two plans: their workspace and stores, the consents, and the address, action and fields of every change. The
//! time, the version, the order of the changes and the forecast are not compared.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::SavedPlan;
use crate::model::FieldName;
use crate::model::Value;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::plan::Held;
use crate::plan::KeyTarget;
use crate::plan::Options;
use crate::plan::Sources;
use crate::plan::StoreName;
use crate::plan::ValueFrom;
use crate::workspace::Consent;

/// The differences between an approved plan and a new one, as sentences. Empty if both make the same changes.
#[must_use]
pub fn differences(approved: &SavedPlan, now: &SavedPlan) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: &str, approved: String, now: String| {
        if approved != now {
            found.push(format!("{what}: approved {approved}, now {now}"));
        }
    };
    let name = |text: &str| Value::text(text).to_string();
    differ("workspace", name(&approved.origin.workspace), name(&now.origin.workspace));
    differ("stores", stores(approved), stores(now));
    differ("database", database(approved), database(now));
    differ("sinks", hosts(&approved.origin.sinks), hosts(&now.origin.sinks));
    let (before, after) = (consents(&approved.options), consents(&now.options));
    differ("consents of the settings", lifted_by_settings(approved), lifted_by_settings(now));
    for ((what, approved), (_, now)) in before.into_iter().zip(after) {
        differ(what, approved, now);
    }
    changes(approved, now, &mut found);
    found
}

fn stores(plan: &SavedPlan) -> String {
    let store = |store: &StoreName| {
        let host = store.host.as_ref().map_or_else(String::new, |host| format!(" at {}", Value::text(host.as_str())));
        format!("{}{host}", Value::text(store.to_string()))
    };
    plan.origin.stores.iter().map(store).collect::<Vec<_>>().join(" and ")
}

/// The hosts of the database. A file has none.
fn database(plan: &SavedPlan) -> String {
    let hosts = hosts(&plan.origin.database);
    if hosts.is_empty() { "a file".to_owned() } else { hosts }
}

fn hosts(all: &[String]) -> String {
    all.iter().map(|host| Value::text(host.as_str()).to_string()).collect::<Vec<_>>().join(", ")
}

fn lifted_by_settings(plan: &SavedPlan) -> String {
    let consent =
        |consent: &Consent| format!("{} until {}", Value::text(&*consent.allow), Value::text(&*consent.until));
    format!("[{}]", plan.plan.consents.iter().map(consent).collect::<Vec<_>>().join(", "))
}

/// What the options of a run allow.
fn consents(options: &Options) -> [(&'static str, String); 6] {
    let Options { prune, allow, consents: _, max_delete, deliver, no_deliver, rotate: _, is_part } = options;
    let yes = |set: bool| if set { "yes" } else { "no" }.to_owned();
    let list = |addresses: &BTreeSet<String>| {
        let addresses = addresses.iter().map(|address| Value::text(address.as_str()).to_string());
        format!("[{}]", addresses.collect::<Vec<_>>().join(", "))
    };
    [
        ("--prune", yes(*prune)),
        ("--allow", list(allow)),
        ("--deliver", list(deliver)),
        ("--no-deliver", yes(*no_deliver)),
        ("--max-delete", max_delete.as_ref().map_or_else(|| "not set".to_owned(), ToString::to_string)),
        ("a part of the workspace", yes(*is_part)),
    ]
}

/// A change, and why it is held back if it is.
type Compared<'a> = (&'a Change, Option<&'a Held>);

/// Changes by action and address. The generations of a key can have several.
fn by_object(plan: &SavedPlan) -> BTreeMap<String, Vec<Compared<'_>>> {
    let mut objects: BTreeMap<String, Vec<Compared<'_>>> = BTreeMap::new();
    for (index, change) in plan.plan.changes.iter().enumerate() {
        let name = format!("{} {}", change.action, change.address);
        objects.entry(name).or_default().push((change, plan.plan.held.get(&index)));
    }
    objects
}

fn changes(approved: &SavedPlan, now: &SavedPlan, found: &mut Vec<String>) {
    let (mut approved, mut now) = (by_object(approved), by_object(now));
    let objects: BTreeSet<String> = approved.keys().chain(now.keys()).cloned().collect();
    for object in objects {
        let mut before = approved.remove(&object).unwrap_or_default();
        let mut after = now.remove(&object).unwrap_or_default();
        after.retain(|new| match before.iter().position(|old| old.1 == new.1 && is_same(old.0, new.0)) {
            Some(at) => {
                before.remove(at);
                false
            }
            None => true,
        });
        let paired = before.len().min(after.len());
        for (old, new) in before.iter().zip(&after) {
            found.push(format!("{object}: {}", what_differs(*old, *new)));
        }
        found.extend(before.iter().skip(paired).map(|_| format!("{object}: only in the approved plan")));
        found.extend(after.iter().skip(paired).map(|_| format!("{object}: not in the approved plan")));
    }
}

fn is_same(old: &Change, new: &Change) -> bool {
    fields(old) == fields(new)
        && old.target.name == new.target.name
        && old.target.parent == new.target.parent
        && key(old.target.key.as_ref()) == key(new.target.key.as_ref())
}

/// The compared parts of a key's change. The id of the previous generation is not one, because ids are the store's; and
/// neither are fingerprints, because the two runners may have different keys for them.
fn key(target: Option<&KeyTarget>) -> Option<(String, &ValueFrom, bool, [Option<&str>; 2], Vec<String>)> {
    let KeyTarget { package, value, with_secret, sources, deliver, follows: _ } = target?;
    let deliver = deliver.iter().map(|to| format!("{} as {}", to.place(), to.name())).collect();
    let Sources { value: read, secret, value_seen: _, secret_seen: _ } = sources;
    Some((package.to_string(), value, *with_secret, [read.as_deref(), secret.as_deref()], deliver))
}

fn fields(change: &Change) -> BTreeMap<&FieldName, &FieldChange> {
    change.fields.iter().map(|field| (&field.field, field)).collect()
}

fn what_differs((old, old_held): Compared<'_>, (new, new_held): Compared<'_>) -> String {
    let mut found = Vec::new();
    if old_held != new_held {
        let held =
            |held: Option<&Held>| held.map_or_else(|| "not held back".to_owned(), |held| format!("held back ({held})"));
        found.push(format!("approved {}, now {}", held(old_held), held(new_held)));
    }
    let (before, after) = (fields(old), fields(new));
    let names: BTreeSet<&FieldName> = before.keys().chain(after.keys()).copied().collect();
    for name in names {
        let (old, new) = (before.get(name).copied(), after.get(name).copied());
        if old != new {
            found.push(format!("{name} approved {}, now {}", text(old), text(new)));
        }
    }
    if old.target.name != new.target.name || old.target.parent != new.target.parent {
        found.push("it has another name or parent".to_owned());
    }
    if key(old.target.key.as_ref()) != key(new.target.key.as_ref()) {
        found.push("the key's value has another source or destination".to_owned());
    }
    found.join("; ")
}

fn text(field: Option<&FieldChange>) -> String {
    let value = |value: &Option<Value>| value.as_ref().map_or_else(|| "not set".to_owned(), ToString::to_string);
    field.map_or_else(|| "unchanged".to_owned(), |field| format!("{} → {}", value(&field.before), value(&field.after)))
}
