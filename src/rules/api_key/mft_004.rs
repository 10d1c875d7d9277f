//! MFT-004. Decided here.

use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static MFT_004: Rule = Rule {
    says: "The name of an API key has at most 100 characters, and only letters, digits, spaces, and `. _ -`.",
    why: "The limits of the store are not documented. A name of this form is safe in every list, log and portal page.",
    source: "Policy of Keywright",
    ..Rule::warning("MFT-004").shown_by(cases!("mft-004"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let usual = |c: char| c.is_ascii_alphanumeric() || " ._-".contains(c);
    for name in world.api_keys().filter_map(|(manifest, _)| manifest.metadata.name.as_ref()) {
        if name.value.chars().count() > 100 || !name.value.chars().all(usual) {
            let problem = MFT_004.finding("the keyName is too long or has unusual characters").at(name.place);
            findings.add(problem.help("use at most 100 letters, digits, spaces and the characters . _ -"));
        }
    }
}
