//! Exports package keys by their ids, without their values.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Exported;
use super::yaml;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Value;

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
        let keys = keys.into_iter().map(|key| manifest(application, package, key, &plans, &mut labels));
        exported.extend(keys);
    }
    exported
}

fn manifest(
    application: &Address,
    package: &Address,
    key: &LiveObject,
    plans: &BTreeMap<&Address, &LiveObject>,
    labels: &mut BTreeSet<String>,
) -> Exported {
    let plan = key.attributes.text("plan").unwrap_or_default();
    let mut attributes = key.attributes.clone();
    let mut comments = Vec::new();
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
    spec.insert("key".into(), yaml::one("existing", key.id.expose()).into());
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
