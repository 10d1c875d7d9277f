//! MFT-006. Decided here, and in `stores/embedded/fields.rs`.

use super::state;
use super::whole;
use crate::manifest::api_key::ApiKeyState;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static MFT_006: Rule = Rule {
    says: "An API key says `enabled: true` or `enabled: false`, unless its state is disabled or absent.",
    why: "The server always stores one of the two and most likely takes a missing one as false. A forgotten line must \
          not switch a key off.",
    source: "AFT Management API, ApiKey",
    ..Rule::fixed("MFT-006").shown_by(cases!("mft-006"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (manifest, spec) in whole(world) {
        if spec.enabled.is_none() && state(spec) == ApiKeyState::Present {
            let problem = MFT_006.finding("it is not said whether the key is enabled").at(manifest.name_place());
            findings.add(problem.help("add `enabled: true` or `enabled: false` under spec"));
        }
    }
}
