//! MFT-008. Decided here.

use super::mft_007::check_scope;
use super::state;
use super::whole;
use crate::manifest::api_key::ApiKeyState;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static MFT_008: Rule = Rule {
    says: "An API key names its API types in allowedApis or says `allApis: true`, and not both.",
    why: "Whether an empty list means all API types or none is not documented. A forgotten line must not open them \
          all.",
    source: "Thru user guide, API Keys",
    ..Rule::fixed("MFT-008").shown_by(cases!("mft-008"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (manifest, spec) in whole(world).filter(|(_, spec)| state(spec) != ApiKeyState::Absent) {
        let (listed, all) = (spec.allowed_apis.as_ref(), spec.all_apis.as_ref());
        check_scope(&MFT_008, ("allowedApis", "allApis"), listed, all, manifest, findings);
    }
}
