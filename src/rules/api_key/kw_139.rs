//! KW-139. Decided here.

use crate::model::Address;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static KW_139: Rule = Rule {
    says: "An API key has no `previously`.",
    why: "The store finds API keys by their names and shows no other sign of them, so no plan could do what it says.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-139").shown_by(cases!("kw-139"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (manifest, _) in world.api_keys() {
        let names = manifest.metadata.previously.as_ref().filter(|names| !names.value.is_empty());
        let Some(names) = names else { continue };
        let place = names.value.first().map_or(names.place, |first| first.place);
        let address = Address::api_key(manifest.name());
        let message = format!("{address} cannot have old names: Keywright finds API keys by name");
        let help = "declare a new key without `previously`, and disable the old one later";
        findings.add(KW_139.finding(message).at(place).help(help));
    }
}
