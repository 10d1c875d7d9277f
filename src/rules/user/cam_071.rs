//! CAM-071. Decided here.

use crate::manifest::Spec;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_071: Rule = Rule {
    says: "A user has no `previously`.",
    why: "The store cannot rename users (CAM-007), so no plan could do what it says.",
    source: "Mashery V3 docs, Members",
    ..Rule::fixed("CAM-071").shown_by(cases!("cam-071"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for manifest in world.manifests.iter().filter(|manifest| matches!(manifest.spec, Spec::User(_))) {
        let names = manifest.metadata.previously.as_ref().filter(|names| !names.value.is_empty());
        let Some(place) = names.map(|names| names.value.first().map_or(names.place, |first| first.place)) else {
            continue;
        };
        let message = format!("user/{} cannot have old names: usernames cannot change", manifest.name());
        let help = "remove `previously`; keep the username and change the displayName, or declare a new user beside the old one";
        findings.add(CAM_071.finding(message).at(place).help(help));
    }
}
