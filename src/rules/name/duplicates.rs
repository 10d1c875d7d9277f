//! Objects that are declared twice, and names that differ only in case.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::manifest::Manifest;
use crate::manifest::Spec;
use crate::model::Address;
use crate::model::Kind;
use crate::rule::Rule;
use crate::rules;
use crate::rules::Findings;
use crate::rules::world::World;

/// The rule that forbids two objects of a kind with one name.
const fn rule_of(kind: Kind) -> &'static Rule {
    match kind {
        Kind::User => &rules::CAM_002,
        Kind::Application => &rules::CAM_011,
        Kind::Package => &rules::CAM_014,
        Kind::Plan => &rules::CAM_018,
        Kind::PackageKey => &rules::CAM_058,
        Kind::ApiKey => &rules::MFT_002,
    }
}

/// The address of the object that a manifest declares; `None` if a name is missing.
pub(in crate::rules) fn address_of(manifest: &Manifest) -> Option<Address> {
    address_with(manifest, &manifest.metadata.name.as_ref()?.value)
}

fn address_with(manifest: &Manifest, name: &str) -> Option<Address> {
    Some(match &manifest.spec {
        Spec::User(_) => Address::user(name),
        Spec::Package(_) => Address::package(name),
        Spec::Plan(spec) => Address::plan(&spec.package.as_ref()?.value, name),
        Spec::Application(spec) => Address::application(&spec.user.as_ref()?.value, name),
        Spec::PackageKey(_) => Address::key(name),
        Spec::ApiKey(_) => Address::api_key(name),
    })
}

pub(in crate::rules) fn check(world: &World<'_>, findings: &mut Findings) {
    let declared = declarations(world, findings);
    check_case(&declared, findings);
    check_previously(world, &declared, findings);
}

/// The declared addresses, sorted. If one is declared twice, the first one counts.
fn declarations(world: &World<'_>, findings: &mut Findings) -> Vec<(Address, Place)> {
    let objects =
        world.manifests.par_iter().filter_map(|manifest| Some((address_of(manifest)?, manifest.name_place())));
    let uses = world.keys.par_iter().filter(|key| key.spec.is_none());
    let keys =
        uses.map(|key| (Address::key_of_application(&key.user.value, key.application, &key.package.value), key.place));
    let mut declared: Vec<_> = objects.chain(keys).collect();
    // The sort is stable, so the first declaration stays first.
    declared.par_sort_by(|a, b| a.0.cmp(&b.0));
    declared.dedup_by(|again, first| {
        let is_twice = again.0 == first.0;
        if is_twice {
            findings.add(declared_twice(&again.0, again.1, first.1, world));
        }
        is_twice
    });
    declared
}

fn declared_twice(address: &Address, place: Place, first: Place, world: &World<'_>) -> Diagnostic {
    let is_removed = |manifest: &Manifest| {
        let place_of = manifest.name_place();
        (place_of == place || place_of == first) && manifest.is_removed()
    };
    let help = if world.manifests.iter().any(is_removed) {
        "an object cannot go and leave its name to another one in one apply: remove it in one, without the other manifest, and \
         write that one in place of the removed one for the next"
    } else {
        "remove or rename one of the two"
    };
    let finding = rule_of(address.kind()).finding(format!("{address} is declared twice")).at(place);
    finding.label(first, "first declared here").help(help)
}

/// Usernames and names of API keys that differ only in case: the stores may treat them as equal.
fn check_case(declared: &[(Address, Place)], findings: &mut Findings) {
    let has_case = |kind| matches!(kind, Kind::User | Kind::ApiKey);
    let named = declared.iter().filter(|(address, _)| has_case(address.kind()));
    let mut folded: Vec<_> =
        named.map(|(address, place)| (address.kind(), address.name().to_lowercase(), address, *place)).collect();
    folded.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    for alike in folded.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)) {
        let (kind, _, other, first) = &alike[0];
        for (_, _, address, place) in &alike[1..] {
            let message = format!("{address} and {other} differ only in case");
            let problem = match kind {
                Kind::User => rules::CAM_002.also(message),
                _ => rules::MFT_003.finding(message),
            };
            let problem = problem.at(*place).label(*first, "the other one");
            findings.add(
                problem.help("choose names that differ in more than case; the store may treat them as the same name"),
            );
        }
    }
}

/// The addresses in `previously` of a manifest. `bob/shop` may be an application of the same user with a slash in its
/// name, or the application `shop` of bob, which CAM-013 refuses.
pub(in crate::rules) fn former_addresses(manifest: &Manifest) -> Vec<(Address, Place)> {
    let mut formers = Vec::new();
    for name in manifest.metadata.previously.iter().flat_map(|previously| &previously.value) {
        formers.extend(address_with(manifest, &name.value).map(|address| (address, name.place)));
        if let (Spec::Application(_), Some((user, application))) = (&manifest.spec, name.value.split_once('/')) {
            formers.push((Address::application(user, application), name.place));
        }
    }
    formers
}

/// What to do if keys without a prefix exchange their names, or pass them on.
const KEYS_BY_ID: &str = "a key without a `prefix` is found by its name, so its name cannot go to another key: declare both \
                          by their ids, `key: {existing: ID}`, which `keywright export` shows, and remove the names from \
                          `previously`";

/// Whether a manifest has a generated key that is found by the name of the manifest.
fn has_no_prefix(manifest: &Manifest) -> bool {
    let Spec::PackageKey(spec) = &manifest.spec else { return false };
    let generate = spec.key.as_ref().and_then(|key| key.value.generate.as_ref());
    generate.is_some_and(|generate| generate.value.prefix.is_none())
}

fn check_previously(world: &World<'_>, declared: &[(Address, Place)], findings: &mut Findings) {
    let declared = |address: &Address| {
        let at = declared.binary_search_by(|(other, _)| other.cmp(address)).ok()?;
        Some(declared[at].1)
    };
    let mut claimed: BTreeMap<Address, Place> = BTreeMap::new();
    let new_names = new_names(world);
    for manifest in world.manifests {
        let own = address_of(manifest);
        for (former, place) in former_addresses(manifest) {
            let mut help = "remove it from `previously`";
            let (message, other) = if own.as_ref() == Some(&former) {
                (format!("{former} is listed as its own old name"), manifest.name_place())
            } else if let Some(other) = declared(&former).filter(|_| !can_be_taken(&former)) {
                if has_no_prefix(manifest) {
                    help = KEYS_BY_ID;
                }
                (format!("{former} is listed as an old name but is also declared"), other)
            } else if let Some(other) = declared(&former).filter(|_| is_circle(own.as_ref(), &former, &new_names)) {
                help = EXCHANGE;
                (format!("{former} is listed as an old name by an object that takes its name in turn"), other)
            } else if let Some(other) = claimed.get(&former) {
                (format!("{former} is listed as the old name of two objects"), *other)
            } else {
                claimed.insert(former, place);
                continue;
            };
            let problem = rules::KW_016.finding(message).at(place).label(other, "here");
            findings.add(problem.help(help));
        }
    }
}

const EXCHANGE: &str = "a store cannot exchange names at once: give this object a new name in one apply, and the wanted one, with \
                        that new name under `previously`, in the next; if the names are exchanged already, take them out of \
                        `previously`; on a machine without the workspace database of earlier runs, first declare the keys of \
                        `Application.packages` in PackageKey manifests with their ids";

/// Whether one object may take the name that another one leaves. A key is found by a prefix of its former names, which the
/// other key would have too; users and API keys cannot be renamed.
const fn can_be_taken(former: &Address) -> bool {
    matches!(former.kind(), Kind::Application | Kind::Package | Kind::Plan)
}

/// The declared names of the objects, by their old ones. Several objects may list one old name.
fn new_names(world: &World<'_>) -> BTreeMap<Address, BTreeSet<Address>> {
    let mut names: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for manifest in world.manifests {
        let Some(own) = address_of(manifest) else { continue };
        for (former, _) in former_addresses(manifest) {
            names.entry(former).or_default().insert(own.clone());
        }
    }
    names
}

/// Whether the object that has the former name takes, over any number of others, the name of the object that lists it.
fn is_circle(own: Option<&Address>, former: &Address, new_names: &BTreeMap<Address, BTreeSet<Address>>) -> bool {
    let mut open: Vec<&Address> = own.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if name == former {
            return true;
        }
        if seen.insert(name) {
            open.extend(new_names.get(name).into_iter().flatten());
        }
    }
    false
}
