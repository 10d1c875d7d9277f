//! CAM-035. Decided here.

use super::only_exists;
use super::owner_status;
use crate::manifest::package_key::KeyStatus;
use crate::manifest::user::UserStatus;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::KeyOf;
use crate::rules::world::World;

pub static CAM_035: Rule = Rule {
    says: "A user who is declared disabled has no declared keys, except keys that exist and are not active.",
    why: "Disabling a user removes or disables all keys of the user. The two manifests contradict each other: one \
          removes the keys, the other keeps them.",
    source: "Boomi help, User Access Settings and Roles; TIBCO docs, User status",
    ..Rule::fixed("CAM-035").shown_by(cases!("cam-035"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    // A key that exists and is disabled contradicts nothing.
    for key in world.keys.iter().filter(|key| !only_exists(key) || !is_off(key)) {
        if let Some(status) = owner_status(world, key).filter(|status| status.value == UserStatus::Disabled) {
            let message = format!("{} is disabled but still has {}", key.user.value, key.address);
            let problem = CAM_035.finding(message).at(key.user.place);
            let problem = problem.label(status.place, "declared disabled here");
            findings.add(problem.help("remove the key's manifest too; a disabled user cannot have active keys"));
        }
    }
}

/// Whether the key is declared as not active.
fn is_off(key: &KeyOf<'_>) -> bool {
    let settings = key.spec.and_then(|spec| spec.settings.as_ref());
    let status = settings.and_then(|settings| settings.value.status.as_ref());
    status.is_some_and(|status| status.value != KeyStatus::Active)
}
