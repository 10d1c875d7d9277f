//! Rules about the known values of custom keys: written in a manifest, or read from their source.

use std::collections::BTreeMap;

use super::Findings;
use super::package_key::cam_024::check_text;
use super::package_key::cam_074;
use super::package_key::kw_041;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Digest;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::SecretSource;
use crate::model::desired::SecretOrigin;
use crate::rules;
use crate::workspace::Workspace;

/// The known values of custom keys, by the key's address. No message quotes one.
pub type Values = BTreeMap<Address, Secret>;

/// The values that are written in manifests.
pub fn literals(desired: &Desired) -> Values {
    let literal = |object: &Declared| match &object.key.as_ref()?.source {
        KeySource::Custom(SecretSource { origin: SecretOrigin::Literal(secret), .. }) => {
            Some((object.address.clone(), secret.clone()))
        }
        _ => None,
    };
    desired.of(Kind::PackageKey).filter_map(literal).collect()
}

/// The shared secrets that are written in manifests.
pub fn literal_secrets(desired: &Desired) -> Values {
    let literal = |object: &Declared| match &object.key.as_ref()?.secret.as_ref()?.origin {
        SecretOrigin::Literal(secret) => Some((object.address.clone(), secret.clone())),
        _ => None,
    };
    desired.of(Kind::PackageKey).filter_map(literal).collect()
}

/// CAM-074 and KW-041 for every known shared secret.
pub fn check_secrets(desired: &Desired, secrets: &Values, workspace: &Workspace) -> Vec<Diagnostic> {
    let check = |object: &Declared| {
        let place = object.key.as_ref()?.secret.as_ref()?.place;
        let secret = secrets.get(&object.address)?;
        let refused = cam_074::check_text(object, secret, place);
        refused.or_else(|| kw_041::check_secret(object, secret, workspace))
    };
    desired.of(Kind::PackageKey).filter_map(check).collect()
}

/// CAM-024, CAM-025, CAM-026, CAM-085 for every known value.
pub fn check(desired: &Desired, values: &Values) -> Vec<Diagnostic> {
    let mut findings = Findings::default();
    let mut in_package: BTreeMap<(&Address, Digest), Place> = BTreeMap::new();
    let mut in_application: BTreeMap<(&Address, Digest), (&Address, Place)> = BTreeMap::new();
    let mut anywhere: BTreeMap<Digest, (&Address, &Address, Place)> = BTreeMap::new();
    for object in desired.of(Kind::PackageKey) {
        let (Some(key), Some(value)) = (&object.key, values.get(&object.address)) else { continue };
        let place = source_place(&key.source, object.place);
        if let Some(problem) = check_text(object, value, place) {
            findings.add(problem);
        }
        let digest = value.digest();
        if let Some(first) = in_package.insert((&key.package.address, digest), place) {
            let message = format!("{} has the value of another key of {}", object.address, key.package.address);
            let problem = rules::CAM_025.finding(message).at(place).label(first, "the other key");
            findings.add(problem.help("choose another value: it must be unique in the package"));
            continue;
        }
        let Some(application) = &object.parent else { continue };
        if let Some((other, first)) = in_application.insert((&application.address, digest), (&object.address, place)) {
            let message = format!("{} and {other} of one application have the same value", object.address);
            let problem = rules::CAM_026.finding(message).at(place).label(first, "the other key");
            findings.add(problem.help("move one key to another application, or use another value"));
            continue;
        }
        let (of, other, first) = *anywhere.entry(digest).or_insert((&application.address, &object.address, place));
        if *of != application.address {
            let message = format!("{} and {other} of two applications have the same value", object.address);
            let problem = rules::CAM_085.finding(message).at(place).label(first, "the other key");
            findings.add(
                problem.help("use another value: if the two plans share a service, the store refuses the second key"),
            );
        }
    }
    findings.into_vec()
}

/// Where the value of a key is declared.
pub fn source_place(source: &KeySource, otherwise: Place) -> Place {
    match source {
        KeySource::Custom(source) => source.place,
        KeySource::Existing(existing) => existing.place,
        KeySource::Generate(_) => otherwise,
    }
}
