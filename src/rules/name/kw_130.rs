//! KW-130. Decided here for declared names, and in `plan/guards/alike.rs` for names of the store.

use rayon::prelude::*;

use super::duplicates::address_of;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Address;
use crate::model::Kind;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::difference;
use crate::text::folded;

pub static KW_130: Rule = Rule {
    says: "Names of one kind do not look the same: they differ in more than case, spaces at their ends, invisible characters, \
           and the encoding of a character.",
    why: "People cannot distinguish such names, and a store may treat them as equal. Two objects that both exist are left as \
          they are; a new one is not created (KW-131).",
    source: "Unicode Standard Annex 15, Normalization Forms",
    wrong: "Two manifests declare the applications `portal` and `Portal` of one user.",
    right: "The second one is named `portal-2`.",
    ..Rule::warning("KW-130")
};

/// Two names that look the same.
pub fn alike(address: &Address, other: &Address, other_is: &str) -> String {
    let difference = difference(&address.name(), &other.name());
    format!("{address} and {other}{other_is} look the same: the names {difference}")
}

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let named = world.manifests.par_iter().filter(|manifest| manifest.kind != Kind::PackageKey);
    let looks = named.filter_map(|manifest| {
        let address = address_of(manifest)?;
        Some((look_of(&address), address, manifest.name_place()))
    });
    let mut looks: Vec<(Look, Address, Place)> = looks.collect();
    looks.par_sort();
    for alike in looks.chunk_by(|a, b| a.0 == b.0) {
        let (_, first, first_place) = &alike[0];
        for (_, address, place) in alike[1..].iter().filter(|(_, address, _)| address != first) {
            if !is_of_another_rule(address, first) {
                findings.add(warning(address, *place, first, *first_place));
            }
        }
    }
}

/// What people see of an address: its kind, its parents, and its name.
pub type Look = (Kind, Vec<String>, String);

pub fn look_of(address: &Address) -> Look {
    let mut parents = address.names();
    let name = parents.pop().unwrap_or_default();
    (address.kind(), parents, folded(&name))
}

/// CAM-002 and MFT-003 are about case.
fn is_of_another_rule(address: &Address, other: &Address) -> bool {
    matches!(address.kind(), Kind::User | Kind::ApiKey) && address.name().to_lowercase() == other.name().to_lowercase()
}

fn warning(address: &Address, place: Place, other: &Address, other_place: Place) -> Diagnostic {
    let problem = KW_130.finding(alike(address, other, "")).at(place).label(other_place, "the other one");
    problem.help("remove or rename one of the two; if both exist, `export` shows how the store writes them")
}
