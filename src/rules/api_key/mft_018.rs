//! MFT-018. Decided here.

use super::complete;
use crate::manifest::api_key::ApiKeyState;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static MFT_018: Rule = Rule {
    says: "An API key whose state is disabled or absent does not set `enabled: true`.",
    why: "The two lines contradict each other. Whichever one Keywright followed, a key could be enabled or disabled \
          against its author's intent.",
    source: "Clarity, inferred",
    ..Rule::fixed("MFT-018").shown_by(cases!("mft-018"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in complete(world) {
        if let (Some(enabled), Some(state)) = (&spec.enabled, &spec.state)
            && enabled.value
            && state.value != ApiKeyState::Present
        {
            let message = format!("the key is both enabled and {}", state.value.word());
            let problem = MFT_018.finding(message).at(enabled.place).label(state.place, "declared here");
            findings.add(problem.help("remove `enabled`, or write `state: present`"));
        }
    }
}
