//! KW-141. Decided here for the manifests, and in `plan/removal.rs` for objects of the store.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::KeySource;
use crate::model::Kind;
use crate::rule::Rule;

pub static KW_141: Rule = Rule {
    says: "No manifest declares an object that hangs on one whose manifest says `removed: true`.",
    why: "What hangs on a removed object goes with it, so the two manifests contradict each other.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-141").shown_by(cases!("kw-141"))
};

/// Checks the resolved manifests.
pub(in crate::rules) fn check(desired: &Desired) -> Vec<Diagnostic> {
    let Some(removed) = &desired.removed else { return Vec::new() };
    let mut findings = Vec::new();
    findings.extend(shared_prefixes(desired, removed));
    for object in desired.objects.values() {
        let above = above(object).into_iter().find_map(|(address, place)| Some((removed.get(&address)?, place)));
        if let Some((above, place)) = above {
            let message = format!("{} is declared, but {} is removed", object.address, above.address);
            let problem = KW_141.finding(message).at(place).label(above.place, "removed here");
            findings.push(problem.help(delete_or_remove(&object.address)));
        }
    }
    findings
}

/// What agrees with a removed object: that nothing below it is declared.
pub fn delete_or_remove(declared: &Address) -> String {
    format!(
        "delete the manifest of {declared}, or write `removed: true` in it, too; to keep it, take `removed: true` out of the other \
         manifest"
    )
}

/// A removed key and a declared one of the same application and package, whose prefixes do not distinguish the keys of the
/// store.
fn shared_prefixes(desired: &Desired, removed: &Desired) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for gone in removed.of(Kind::PackageKey) {
        let Some(slot) = slot(gone) else { continue };
        let Some(prefixes) = prefixes(gone) else { continue };
        for object in desired.of(Kind::PackageKey).filter(|object| self::slot(object) == Some(slot)) {
            let overlaps =
                |prefix: &&str| prefixes.iter().any(|other| prefix.starts_with(other) || other.starts_with(prefix));
            let Some(prefix) = self::prefixes(object).into_iter().flatten().find(overlaps) else {
                continue;
            };
            let (address, of) = (&object.address, &gone.address);
            let message = format!(
                "{address} is declared, but {of} is removed, and the prefix `{}` does not distinguish their keys",
                crate::text::quoted(prefix)
            );
            let help = "if it is the same key, keep one of the two manifests, with `previously`; otherwise give the declared \
                        one another prefix";
            let problem = KW_141.finding(message).at(object.place).label(gone.place, "removed here");
            findings.push(problem.help(help));
        }
    }
    findings
}

fn slot(key: &Declared) -> Option<(&Address, &Address)> {
    Some((&key.parent.as_ref()?.address, &key.key.as_ref()?.package.address))
}

/// The prefixes by which the keys of a manifest are found in the store.
fn prefixes(key: &Declared) -> Option<Vec<&str>> {
    match &key.key.as_ref()?.source {
        KeySource::Generate(generated) if !generated.by_store => {
            Some(std::iter::once(&generated.prefix).chain(&generated.former).map(|prefix| &**prefix).collect())
        }
        _ => None,
    }
}

/// What an object hangs on, with the places that say so.
fn above(object: &Declared) -> Vec<(Address, Place)> {
    let parent = object.parent.iter().map(|parent| (parent.address.clone(), parent.place));
    let Some(key) = &object.key else { return parent.collect() };
    let user =
        object.parent.iter().map(|application| (Address::user(&application.address.first_name()), application.place));
    let terms = [&key.package, &key.plan].map(|reference| (reference.address.clone(), reference.place));
    user.chain(parent).chain(terms).collect()
}
