//! KW-014. Decided here.

use std::borrow::Cow;

use super::generated;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::manifest::package_key::Minter;
use crate::model::own_prefix;
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
    let mut slots: Vec<Slotted<'_>> =
        world.keys.iter().filter_map(|key| prefix_of(key).map(|(prefix, place)| (key, prefix, place))).collect();
    // After the sort, texts that begin with a prefix directly follow it, whatever the order of the files.
    slots.par_sort_by(|a, b| {
        a.0.slot().cmp(&b.0.slot()).then(a.1.cmp(&b.1)).then_with(|| a.0.address.cmp(&b.0.address)).then(a.2.cmp(&b.2))
    });
    for keys in slots.chunk_by(|a, b| a.0.slot() == b.0.slot()) {
        let mut shortest = &keys[0];
        for key in &keys[1..] {
            if key.1.starts_with(&*shortest.1) {
                findings.add(ambiguous(shortest, key));
            } else {
                shortest = key;
            }
        }
    }
}

/// A generated key with its prefix and the place of that.
type Slotted<'a> = (&'a KeyOf<'a>, Cow<'a, str>, Place);

/// The prefix of a generated key, and its place; `None` for other keys.
fn prefix_of<'a>(key: &'a KeyOf<'_>) -> Option<(Cow<'a, str>, Place)> {
    let own = || (Cow::Owned(own_prefix(&key.address).into()), key.place);
    let Some(spec) = key.spec else { return Some(own()) };
    let generate = generated(spec)?;
    Some(match &generate.prefix {
        Some(prefix) if !prefix.value.is_empty() => (Cow::Borrowed(&*prefix.value), prefix.place),
        _ if generate.by.as_ref().is_some_and(|by| by.value == Minter::Store) => (Cow::Borrowed(""), key.place),
        _ => own(),
    })
}

fn ambiguous(one: &Slotted<'_>, other: &Slotted<'_>) -> Diagnostic {
    let message = format!(
        "{} and {} belong to one application and package, and their prefixes do not distinguish them",
        one.0.address, other.0.address
    );
    KW_014.finding(message).at(other.2).label(one.2, "the other key").help(help(one.0, other.0))
}

/// What tells the two keys apart: not every key can have a prefix.
fn help(one: &KeyOf<'_>, other: &KeyOf<'_>) -> &'static str {
    if kept_by_store(one) || kept_by_store(other) {
        "replace `by: store` by a `prefix`: a value that the store creates has none, so its key must be the only generated key \
         of the application in this package"
    } else if one.spec.is_none() || other.spec.is_none() {
        "choose another prefix for the PackageKey: the prefix of a key from `packages` is fixed"
    } else {
        "choose two prefixes of which neither begins with the other"
    }
}

fn kept_by_store(key: &KeyOf<'_>) -> bool {
    let by = key.spec.and_then(generated).and_then(|generate| generate.by.as_ref());
    by.is_some_and(|by| by.value == Minter::Store)
}
