//! KW-024. Decided here, from the resolved manifests; plans decide CAM-009, CAM-022 and CAM-023 instead.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::diagnostic::did_you_mean;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::rule::Rule;

pub static KW_024: Rule = Rule {
    says: "A reference to an object that no manifest declares is not nearly the name of a declared one.",
    why: "Without a store, `validate` cannot know whether the object exists there. A name that is nearly that of a declared \
          object is usually a mistake.",
    source: "Keywright's own rule",
    also: Some((Severity::Error, "with --closed, for every reference to an object that no manifest declares")),
    wrong: "The manifests declare the package `payments`, and a key has `package: paymnets`.",
    right: "The key has `package: payments`.",
    ..Rule::warning("KW-024")
};

/// How many different names are compared with the declared ones: each comparison takes time.
const MOST: usize = 20;

/// Checks every reference of every object. `is_closed` is `validate --closed`.
pub fn check(desired: &Desired, is_closed: bool) -> Vec<Diagnostic> {
    let mut missing: BTreeMap<&Address, Vec<(&Address, Place)>> = BTreeMap::new();
    for object in desired.objects.values() {
        for (address, place) in references(object) {
            if !desired.objects.contains_key(address) {
                missing.entry(address).or_default().push((&object.address, place));
            }
        }
    }
    let mut new_names: BTreeMap<&Address, &Address> = BTreeMap::new();
    for object in desired.objects.values() {
        new_names.extend(object.previously.iter().map(|former| (&former.address, &object.address)));
    }
    let mut findings = Vec::new();
    for (number, (address, users)) in missing.into_iter().enumerate() {
        let near = (number < MOST).then(|| near(address, desired)).flatten();
        for (user, place) in users {
            if let Some(renamed) = new_names.get(address) {
                let message = format!("{user} needs {address}, which is renamed to {renamed}");
                let finding = if is_closed { KW_024.also(message) } else { KW_024.finding(message) };
                findings.push(
                    finding.at(place).help(format!("write the new name, {}", crate::text::line(&renamed.name()))),
                );
                continue;
            }
            let message = format!("{user} needs {address}, which no manifest declares");
            findings.push(match (&near, is_closed) {
                (Some(near), false) => KW_024.finding(message).at(place).help(format!("did you mean {near}?")),
                (Some(near), true) => KW_024.also(message).at(place).help(format!("did you mean {near}?")),
                (None, true) => KW_024.also(message).at(place).help(format!("declare {address}, or correct the name")),
                (None, false) => continue,
            });
        }
    }
    findings
}

fn references(object: &Declared) -> Vec<(&Address, Place)> {
    let key = object.key.iter().flat_map(|key| [&key.package, &key.plan]);
    object.parent.iter().chain(key).map(|reference| (&reference.address, reference.place)).collect()
}

/// The declared object that was probably meant: one of the same kind and parents with a similar name.
fn near(missing: &Address, desired: &Desired) -> Option<Address> {
    let (name, mut path) = (missing.name(), missing.names());
    path.pop();
    let is_beside = |address: &&Address| address.names().split_last().is_some_and(|(_, parents)| parents == path);
    let beside: Vec<&Address> =
        desired.of(missing.kind()).map(|object| &object.address).filter(is_beside).take(5_000).collect();
    let names: Vec<String> = beside.iter().map(|address| address.name()).collect();
    let near = did_you_mean(&name, names.iter().map(String::as_str))?;
    beside.into_iter().find(|address| address.name() == near).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Presence;
    use crate::model::desired::Reference;

    fn declared(address: Address, parent: Option<Address>) -> (Address, Declared) {
        let object = Declared {
            name: address.name().into(),
            address: address.clone(),
            place: Place::default(),
            parent: parent.map(|address| Reference { address, place: Place::default() }),
            previously: Vec::new(),
            protect: false,
            fields: Vec::new(),
            key: None,
            presence: Presence::Present,
        };
        (address, object)
    }

    #[test]
    fn a_name_that_is_nearly_declared_is_reported_and_another_only_when_closed() {
        let objects = [
            declared(Address::user("alice"), None),
            declared(Address::application("alcie", "shop"), Some(Address::user("alcie"))),
            declared(Address::application("zoe", "shop"), Some(Address::user("zoe"))),
        ];
        let desired = Desired { objects: objects.into_iter().collect(), removed: None };
        let open: Vec<Diagnostic> = check(&desired, false);
        assert_eq!(open.len(), 1);
        assert!(open[0].message.contains("user/alcie") && open[0].severity == Severity::Warning);
        let closed = check(&desired, true);
        assert!(closed.len() == 2 && closed.iter().all(|finding| finding.severity == Severity::Error));
    }
}
