//! KW-111: objects of API Control Plane, a second writer of areas. Its packages have keys of 64 characters (the default of
//! the area is 24); no other sign is documented. Manifests and the memory of the workspace overrule it.

use std::collections::BTreeSet;

use super::Context;
use super::known::Maker;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;

/// The key length of its packages, in characters.
const KEY_LENGTH: i64 = 64;

/// The undeclared packages that it made, with their plans and keys, and the applications and users that have such keys.
#[derive(Default)]
pub(super) struct OfControlPlane(BTreeSet<Address>);

impl OfControlPlane {
    pub(super) fn of(context: &Context<'_>, matching: &Matching<'_>) -> Self {
        let mut found = BTreeSet::new();
        for live in matching.unmatched.iter().filter(|live| is_its_package(live, context)) {
            found.insert(live.address.clone());
        }
        if found.is_empty() {
            return Self::default();
        }
        for live in &matching.unmatched {
            match (live.address.kind(), &live.key, &live.parent) {
                (Kind::Plan, _, Some(package)) if found.contains(package) => drop(found.insert(live.address.clone())),
                (Kind::PackageKey, Some(key), Some(application)) if found.contains(&key.package) => {
                    let user = Address::user(&application.first_name());
                    found.extend([live.address.clone(), application.clone(), user]);
                }
                _ => {}
            }
        }
        Self(found)
    }

    pub(super) fn contains(&self, live: &LiveObject) -> bool {
        self.0.contains(&live.address)
    }
}

/// Whether API Control Plane made an undeclared package.
fn is_its_package(live: &LiveObject, context: &Context<'_>) -> bool {
    if live.address.kind() != Kind::Package {
        return false;
    }
    match context.remembered.objects.of(live, context.remembered.key.as_ref()) {
        Some(known) => known.maker == Maker::ControlPlane,
        None => has_sign(live),
    }
}

/// The sign by which its packages are recognized.
pub fn has_sign(live: &LiveObject) -> bool {
    live.address.kind() == Kind::Package
        && live.attributes.get("keyLength").and_then(Value::as_number) == Some(KEY_LENGTH)
}
