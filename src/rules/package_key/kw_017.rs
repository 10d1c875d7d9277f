//! KW-017. Decided here.

use super::default_key_length;
use super::generated;
use super::is_key_text;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::manifest::package_key::Generate;
use crate::manifest::package_key::Minter;
use crate::model::own_prefix;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::KeyOf;
use crate::rules::world::World;

pub static KW_017: Rule = Rule {
    says: "The prefix of a generated key uses the characters of a custom key and leaves at least 16 random characters \
           within the package's keyLength.",
    why: "Only the random part keeps a stranger from guessing the key. The store does not support other characters.",
    source: "Keywright's own rule; Boomi help, Creating package keys",
    ..Rule::fixed("KW-017").shown_by(cases!("kw-017"))
};

/// The minimum of random characters in a generated value: 16 of an alphabet of 36 are 82 bits.
pub const MIN_RANDOM: usize = 16;

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        match key.spec {
            Some(spec) => generated(spec).into_iter().for_each(|generate| check_prefix(world, key, generate, findings)),
            None => check_length(world, key, &own_prefix(&key.address), key.place, findings),
        }
    }
}

fn check_prefix(world: &World<'_>, key: &KeyOf<'_>, generate: &Generate, findings: &mut Findings) {
    let prefix = generate.prefix.as_ref().filter(|prefix| !prefix.value.is_empty());
    let by_store = generate.by.as_ref().filter(|by| by.value == Minter::Store);
    match (prefix, by_store) {
        (Some(prefix), _) if !is_key_text(&prefix.value) => {
            let problem =
                KW_017.finding("the prefix contains characters that are not allowed in a key").at(prefix.place);
            findings.add(problem.help("use letters, digits and the characters _ - . :"));
        }
        (Some(prefix), Some(by)) => {
            let problem = KW_017.finding("the store creates values without a prefix").at(prefix.place);
            let problem = problem.label(by.place, "created by the store");
            findings.add(problem.help(
                "remove the prefix, or let Keywright create the value; otherwise Keywright cannot find the key again",
            ));
        }
        (Some(prefix), None) => check_length(world, key, &prefix.value, prefix.place, findings),
        (None, None) => check_length(world, key, &own_prefix(&key.address), key.place, findings),
        (None, Some(_)) => {}
    }
}

fn check_length(world: &World<'_>, key: &KeyOf<'_>, prefix: &str, place: Place, findings: &mut Findings) {
    let package = world.packages.get(&*key.package.value);
    let declared = package.and_then(|(_, spec)| spec.key_length.as_ref());
    let length = declared.map_or_else(default_key_length, |length| usize::try_from(length.value).unwrap_or(0));
    if prefix.len() + MIN_RANDOM > length {
        let problem = too_short(&key.address, prefix, length).at(place);
        findings.add(match declared {
            Some(length) => problem.label(length.place, "the package's keyLength"),
            None => problem,
        });
    }
}

/// The finding about a value that could be guessed.
pub fn too_short(key: &str, prefix: &str, length: usize) -> Diagnostic {
    let left = length.saturating_sub(prefix.len());
    let message = format!("{key} would have {left} random characters of {length}; it needs at least {MIN_RANDOM}");
    KW_017.finding(message).help("shorten the prefix, or raise the package's keyLength")
}
