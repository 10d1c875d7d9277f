//! KW-141. Decided here for the manifests, and in `plan/removal.rs` for objects of the store.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
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
    for object in desired.objects.values() {
        let above = above(object).into_iter().find_map(|(address, place)| Some((removed.get(&address)?, place)));
        if let Some((above, place)) = above {
            let message = format!("{} is declared, but {} is removed", object.address, above.address);
            let problem = KW_141.finding(message).at(place).label(above.place, "removed here");
            findings.push(problem.help("write `removed: true` in both manifests, or in none"));
        }
    }
    findings
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
