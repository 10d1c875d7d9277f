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
    says: "Of two generated keys of one application and package, neither prefix begins the other.",
    why: "The prefix is how Keywright tells the live keys apart. With `chk_` and `chk_web_` a live key could belong to \
          both, and rotation could remove the wrong one.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-014").shown_by(cases!("kw-014"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let mut slots: Vec<(&KeyOf<'_>, &str, Place)> =
        world.keys.iter().filter_map(|key| prefix_of(key).map(|(prefix, place)| (key, prefix, place))).collect();
    // Sorted, a prefix stands right before the first text that it begins, if there is one. What is said does not
    // depend on the order of the files.
    slots.par_sort_by(|a, b| {
        a.0.slot().cmp(&b.0.slot()).then(a.1.cmp(b.1)).then_with(|| a.0.called.cmp(&b.0.called)).then(a.2.cmp(&b.2))
    });
    for keys in slots.chunk_by(|a, b| a.0.slot() == b.0.slot()) {
        let mut shortest = &keys[0];
        for key in &keys[1..] {
            if key.1.starts_with(shortest.1) {
                findings.add(alike(shortest, key));
            } else {
                shortest = key;
            }
        }
    }
}

/// The prefix of a generated key, and where it is written; nothing for a custom key.
fn prefix_of<'a>(key: &'a KeyOf<'_>) -> Option<(&'a str, Place)> {
    let Some(spec) = key.spec else { return Some(("", key.place)) };
    let prefix = generated(spec)?.prefix.as_ref();
    Some(prefix.map_or(("", key.place), |prefix| (&*prefix.value, prefix.place)))
}

fn alike(one: &(&KeyOf<'_>, &str, Place), other: &(&KeyOf<'_>, &str, Place)) -> Diagnostic {
    let message = format!(
        "{} and {} are generated for one application and package and can not be told apart",
        one.0.called, other.0.called
    );
    KW_014
        .finding(message)
        .at(other.2)
        .label(one.2, "the other key")
        .help("give each a prefix of its own, of which neither begins the other")
}
