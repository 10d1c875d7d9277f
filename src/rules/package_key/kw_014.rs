//! KW-014. Decided here.

use super::generated;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::KeyOf;
use crate::rules::world::World;
use rayon::prelude::*;

pub static KW_014: Rule = Rule {
    says: "If an application has two generated keys in one package, neither prefix begins with the other.",
    why: "Keywright distinguishes the live keys by their prefix. With `chk_` and `chk_web_`, a live key could belong \
          to both, and rotation could remove the wrong one.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-014").shown_by(cases!("kw-014"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let mut slots: Vec<(&KeyOf<'_>, &str, Place)> =
        world.keys.iter().filter_map(|key| prefix_of(key).map(|(prefix, place)| (key, prefix, place))).collect();
    // After the sort, texts that begin with a prefix directly follow it, whatever the order of the files.
    slots.par_sort_by(|a, b| {
        a.0.slot().cmp(&b.0.slot()).then(a.1.cmp(b.1)).then_with(|| a.0.address.cmp(&b.0.address)).then(a.2.cmp(&b.2))
    });
    for keys in slots.chunk_by(|a, b| a.0.slot() == b.0.slot()) {
        let mut shortest = &keys[0];
        for key in &keys[1..] {
            if key.1.starts_with(shortest.1) {
                findings.add(ambiguous(shortest, key));
            } else {
                shortest = key;
            }
        }
    }
}

/// The prefix of a generated key, and its place; `None` for a custom key.
fn prefix_of<'a>(key: &'a KeyOf<'_>) -> Option<(&'a str, Place)> {
    let Some(spec) = key.spec else { return Some(("", key.place)) };
    let prefix = generated(spec)?.prefix.as_ref();
    Some(prefix.map_or(("", key.place), |prefix| (&*prefix.value, prefix.place)))
}

fn ambiguous(one: &(&KeyOf<'_>, &str, Place), other: &(&KeyOf<'_>, &str, Place)) -> Diagnostic {
    let message = format!(
        "{} and {} belong to one application and package, and their prefixes do not distinguish them",
        one.0.address, other.0.address
    );
    KW_014
        .finding(message)
        .at(other.2)
        .label(one.2, "the other key")
        .help("choose two prefixes of which neither begins with the other")
}
