//! Exports package keys without their values, as generated keys with a prefix.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Exported;
use super::yaml;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Value;
use serde_yaml::Mapping;

/// Minimum number of secret characters after a prefix.
const LEAST_SECRET: usize = 16;

/// The keys of one application and package, by prefix.
type Slot<'a> = BTreeMap<&'a str, Vec<&'a LiveObject>>;

pub(super) fn export(live: &Live) -> Vec<Exported> {
    let mut slots: BTreeMap<(&Address, &Address), Vec<&LiveObject>> = BTreeMap::new();
    for key in live.of(Kind::PackageKey) {
        if let (Some(parent), Some(facts)) = (&key.parent, &key.key) {
            slots.entry((parent, &facts.package)).or_default().push(key);
        }
    }
    let owners: BTreeMap<&Address, &LiveObject> =
        live.of(Kind::User).iter().map(|user| (&user.address, user)).collect();
    let plans: BTreeMap<&Address, &LiveObject> = live.of(Kind::Plan).iter().map(|plan| (&plan.address, plan)).collect();
    let mut labels = BTreeSet::new();
    let mut exported = Vec::new();
    for ((application, package), keys) in slots {
        let user = Address::user(&application.first_name());
        let status = owners.get(&user).and_then(|user| user.attributes.text("status")).unwrap_or("unknown");
        if status != "active" {
            let what = format!("{} of {application} for {package}", crate::text::count(keys.len(), "key"));
            exported.push(Exported::Comment(format!("not exported: {what}; {user} is {status} and cannot have keys")));
            continue;
        }
        for (prefix, mut generations) in by_prefix(&keys) {
            generations.sort_by_key(|key| Reverse((key.created, &key.id)));
            exported.push(manifest(application, package, prefix, &generations, &plans, &mut labels));
        }
    }
    exported
}

/// Groups keys by conventional prefix (`chk_…`), if all prefixes are distinct. A single key needs no prefix.
fn by_prefix<'a>(keys: &[&'a LiveObject]) -> Slot<'a> {
    let mut slot = Slot::new();
    for key in keys {
        slot.entry(prefix_of(key)).or_default().push(key);
    }
    let prefixes: Vec<&str> = slot.keys().copied().collect();
    let distinct = keys.len() > 1 && prefixes.windows(2).all(|pair| !pair[1].starts_with(pair[0]));
    if distinct { slot } else { Slot::from([("", keys.to_vec())]) }
}

/// Up to eight letters or digits and an underscore; empty if too few secret characters would remain.
fn prefix_of(key: &LiveObject) -> &str {
    let Some(value) = key.key.as_ref().map(|key| key.value.expose()) else { return "" };
    match value.find('_') {
        Some(at @ 1..=8)
            if value[..at].bytes().all(|b| b.is_ascii_alphanumeric()) && value.len() - at > LEAST_SECRET =>
        {
            &value[..=at]
        }
        _ => "",
    }
}

fn manifest(
    application: &Address,
    package: &Address,
    prefix: &str,
    generations: &[&LiveObject],
    plans: &BTreeMap<&Address, &LiveObject>,
    labels: &mut BTreeSet<String>,
) -> Exported {
    // A slot is made of at least one key.
    let Some((current, older)) = generations.split_first() else { return Exported::Comment(String::new()) };
    let plan = current.attributes.text("plan").unwrap_or_default();
    let mut attributes = current.attributes.clone();
    let mut comments = Vec::new();
    if !older.is_empty() {
        comments.push(format!(
            "not exported: {} of this application and package, older than this one",
            crate::text::count(older.len(), "key")
        ));
    }
    let terms = plans.get(&Address::below(Kind::Plan, Some(package), plan));
    for (limit, flag) in [("settings.throttle", "throttle.keyOverride"), ("settings.quota", "quota.keyOverride")] {
        let own = attributes.get(limit).is_some_and(|limit| limit.as_text() != Some("plan"));
        let forbidden = terms.and_then(|terms| terms.attributes.get(flag)) == Some(&Value::Bool(false));
        if own && forbidden {
            attributes.remove(limit);
            comments.push(format!("not exported: {limit}; the plan does not allow keys their own limit"));
        }
    }
    let mut spec = yaml::spec(Kind::PackageKey, &attributes);
    spec.insert("user".into(), application.first_name().into());
    spec.insert("application".into(), application.name().into());
    spec.insert("package".into(), package.name().into());
    let generate = if prefix.is_empty() { Mapping::new() } else { yaml::one("prefix", prefix) };
    spec.insert("key".into(), yaml::one("generate", generate).into());
    Exported::Manifest { name: label(application, package, labels), spec, comments }
}

/// A unique label with user, application and package.
fn label(application: &Address, package: &Address, labels: &mut BTreeSet<String>) -> String {
    let names = [application.first_name(), application.name(), package.name()].join("-");
    let plain: String =
        names.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).take(200).collect();
    let numbered = (2..).map(|number| format!("{plain}-{number}"));
    let mut candidates = std::iter::once(plain.clone()).chain(numbered);
    loop {
        if let Some(label) = candidates.next()
            && labels.insert(label.clone())
        {
            return label;
        }
    }
}
