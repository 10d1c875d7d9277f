//! KW-017. Decided here, and in `plan/minting.rs` when a value is generated.

use super::generated;
use super::is_key_text;
use crate::diagnostic::Diagnostic;
use crate::manifest::package_key::Generate;
use crate::manifest::package_key::Minter;
use crate::model::CHECKSUM;
use crate::model::Generated;
use crate::model::has_mask;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static KW_017: Rule = Rule {
    says: "The prefix of a generated key uses the characters of a custom key; a value that is generated has at least 16 \
           random characters within the package's keyLength.",
    why: "Only the random part keeps a stranger from guessing the key. The store does not support other characters.",
    source: "Keywright's own rule; Boomi help, Creating package keys",
    ..Rule::fixed("KW-017").shown_by(cases!("kw-017"))
};

/// The minimum of random characters in a generated value: 16 of an alphabet of 36 are 82 bits.
pub const MIN_RANDOM: usize = 16;

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for generate in world.keys.iter().filter_map(|key| generated(key.spec?)) {
        check_prefix(generate, findings);
    }
}

fn check_prefix(generate: &Generate, findings: &mut Findings) {
    let checksum = generate.checksum.as_ref().filter(|checksum| checksum.value);
    if let (Some(checksum), Some(by)) = (checksum, generate.by.as_ref().filter(|by| by.value == Minter::Store)) {
        let problem = KW_017.finding("the store creates values without a checksum").at(checksum.place);
        let help = "remove `checksum`, or let Keywright create the value";
        findings.add(problem.label(by.place, "created by the store").help(help));
    }
    let Some(prefix) = generate.prefix.as_ref().filter(|prefix| !prefix.value.is_empty()) else { return };
    let least = MIN_RANDOM + if checksum.is_some() { CHECKSUM } else { 0 };
    if !is_key_text(&prefix.value) {
        let problem = KW_017.finding("the prefix contains characters that are not allowed in a key").at(prefix.place);
        findings.add(problem.help("use letters, digits and the characters _ - . :"));
    } else if prefix.value.len() > LONGEST - least {
        let message =
            format!("a prefix of {} characters leaves no room for {MIN_RANDOM} random ones", prefix.value.len());
        let help = format!("use at most {} characters: a value has at most {LONGEST}", LONGEST - least);
        findings.add(KW_017.finding(message).at(prefix.place).help(help));
    } else if has_mask(&prefix.value) {
        let problem = KW_017.finding("the prefix looks like what a store shows in place of a value").at(prefix.place);
        findings.add(problem.help("use another one: each key would count as masked, and would never be found again"));
    } else if let Some(by) = generate.by.as_ref().filter(|by| by.value == Minter::Store) {
        let problem = KW_017.finding("the store creates values without a prefix").at(prefix.place);
        findings.add(problem.label(by.place, "created by the store").help(
            "remove the prefix, or let Keywright create the value; otherwise Keywright cannot find the key again",
        ));
    }
}

/// Longest value of a key.
const LONGEST: usize = 255;

/// How many characters of a generated value are not random.
pub fn not_random(prefix: &str, has_checksum: bool) -> usize {
    prefix.len() + if has_checksum { CHECKSUM } else { 0 }
}

/// The finding about a value that could be guessed.
pub fn too_short(key: &str, generated: &Generated, length: usize) -> Diagnostic {
    let rest = not_random(&generated.prefix, generated.has_checksum);
    let left = length.saturating_sub(rest);
    let beside = if generated.has_checksum { " beside the prefix and the checksum" } else { "" };
    let message =
        format!("{key} would have {left} random characters of {length}{beside}; it needs at least {MIN_RANDOM}");
    let help = format!("shorten the prefix, or raise the package's keyLength to {} or more", rest + MIN_RANDOM);
    KW_017.finding(message).help(if generated.has_checksum {
        help
    } else {
        "shorten the prefix, or raise the package's keyLength".to_owned()
    })
}
