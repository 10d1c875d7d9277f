//! Objects that are declared twice, and names that differ only in case.

use std::collections::BTreeMap;

use super::Findings;
use super::world::World;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::manifest::Manifest;
use crate::manifest::Spec;
use crate::model::Address;
use crate::model::Kind;

/// The rule that forbids two objects of a kind with one name.
const fn rule_of(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "CAM-002",
        Kind::Application => "CAM-011",
        Kind::Package => "CAM-014",
        Kind::Plan => "CAM-018",
        Kind::PackageKey => "CAM-058",
        Kind::ApiKey => "MFT-002",
    }
}

/// The address under which a manifest declares its object; nothing while a name is missing.
pub(super) fn address_of(manifest: &Manifest) -> Option<Address> {
    let name = &manifest.metadata.name.as_ref()?.value;
    Some(match &manifest.spec {
        Spec::User(_) => Address::user(name),
        Spec::Package(_) => Address::package(name),
        Spec::Plan(spec) => Address::plan(&spec.package.as_ref()?.value, name),
        Spec::Application(spec) => Address::application(&spec.user.as_ref()?.value, name),
        Spec::PackageKey(_) => Address::key(name),
        Spec::ApiKey(_) => Address::api_key(name),
    })
}

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let mut declared: BTreeMap<Address, Place> = BTreeMap::new();
    for manifest in world.manifests {
        let Some(address) = address_of(manifest) else { continue };
        let place = manifest.name_place();
        match declared.get(&address) {
            Some(first) => findings.add(twice(&address, place, *first)),
            None => {
                declared.insert(address, place);
            }
        }
    }
    for key in world.keys.iter().filter(|key| key.spec.is_none()) {
        let address = Address::key_of_application(&key.user.value, key.application, &key.package.value);
        match declared.get(&address) {
            Some(first) => findings.add(twice(&address, key.place, *first)),
            None => {
                declared.insert(address, key.place);
            }
        }
    }
    check_case(&declared, findings);
    check_previously(world, &declared, findings);
}

fn twice(address: &Address, place: Place, first: Place) -> Diagnostic {
    Diagnostic::error(rule_of(address.kind()), format!("{address} is declared twice"))
        .at(place)
        .label(first, "first declared here")
        .help("keep one of the two, or give one another name")
}

/// Usernames and key names that differ only in case: the stores do not say whether they tell them apart.
fn check_case(declared: &BTreeMap<Address, Place>, findings: &mut Findings) {
    let mut folded: BTreeMap<(Kind, String), (&Address, Place)> = BTreeMap::new();
    for (address, place) in declared {
        let rule = match address.kind() {
            Kind::User => "CAM-002",
            Kind::ApiKey => "MFT-003",
            _ => continue,
        };
        match folded.get(&(address.kind(), address.name().to_lowercase())) {
            Some((other, first)) => {
                let message = format!("{address} and {other} differ only in case");
                let problem = Diagnostic::warning(rule, message).at(*place).label(*first, "the other one");
                findings.add(problem.help("the store may take them for one; choose names that differ in more"));
            }
            None => {
                folded.insert((address.kind(), address.name().to_lowercase()), (address, *place));
            }
        }
    }
}

/// The addresses that a manifest's `previously` names. `bob/shop` is the own application that has a slash in its name,
/// or else the application that belonged to bob, which CAM-013 refuses by name.
pub(super) fn former_addresses(manifest: &Manifest) -> Vec<(Address, Place)> {
    let mut formers = Vec::new();
    for name in manifest.metadata.previously.iter().flat_map(|previously| &previously.value) {
        formers.extend(former_address(manifest, &name.value).map(|address| (address, name.place)));
        if let (Spec::Application(_), Some((user, application))) = (&manifest.spec, name.value.split_once('/')) {
            formers.push((Address::application(user, application), name.place));
        }
    }
    formers
}

fn former_address(manifest: &Manifest, name: &str) -> Option<Address> {
    Some(match &manifest.spec {
        Spec::User(_) => Address::user(name),
        Spec::Package(_) => Address::package(name),
        Spec::Plan(spec) => Address::plan(&spec.package.as_ref()?.value, name),
        Spec::Application(spec) => Address::application(&spec.user.as_ref()?.value, name),
        Spec::PackageKey(_) => Address::key(name),
        Spec::ApiKey(_) => Address::api_key(name),
    })
}

fn check_previously(world: &World<'_>, declared: &BTreeMap<Address, Place>, findings: &mut Findings) {
    let mut claimed: BTreeMap<Address, Place> = BTreeMap::new();
    for manifest in world.manifests {
        let own = address_of(manifest);
        for (former, place) in former_addresses(manifest) {
            let (message, other) = if own.as_ref() == Some(&former) {
                (format!("{former} is named as its own former name"), manifest.name_place())
            } else if let Some(other) = declared.get(&former) {
                (format!("{former} is a former name here and is declared too"), *other)
            } else if let Some(other) = claimed.get(&former) {
                (format!("{former} is the former name of two objects"), *other)
            } else {
                claimed.insert(former, place);
                continue;
            };
            let problem = Diagnostic::error("KW-016", message).at(place).label(other, "here");
            findings.add(problem.help("remove it from `previously`"));
        }
    }
}
