//! CAM-035. Decided here.

use super::owner_status;
use crate::manifest::user::UserStatus;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_035: Rule = Rule {
    says: "A user who is declared disabled has no declared keys.",
    why: "Disabling a user removes or disables all keys of the user. The two manifests contradict each other: one \
          removes the keys, the other keeps them.",
    source: "Boomi help, User Access Settings and Roles; TIBCO docs, User status",
    ..Rule::fixed("CAM-035").shown_by(cases!("cam-035"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        if let Some(status) = owner_status(world, key).filter(|status| status.value == UserStatus::Disabled) {
            let message = format!("{} is disabled but still has {}", key.user.value, key.address);
            let problem = CAM_035.finding(message).at(key.user.place);
            let problem = problem.label(status.place, "declared disabled here");
            findings.add(problem.help("remove the key's manifest too; a disabled user cannot have active keys"));
        }
    }
}
