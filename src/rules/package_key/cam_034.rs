//! CAM-034. Decided here, and in `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use super::only_exists;
use super::owner_status;
use crate::manifest::user::UserStatus;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_034: Rule = Rule {
    says: "A new key is declared only for an active user; if no manifest declares the status, the store's value counts.",
    why: "An administrator cannot give a key to a user who is not active. The store would refuse the key in the middle \
          of the apply.",
    source: "Boomi help, Creating package keys",
    ..Rule::fixed("CAM-034").shown_by(cases!("cam-034"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    // A key that exists does not need an active user.
    for key in world.keys.iter().filter(|key| !only_exists(key)) {
        if let Some(status) = owner_status(world, key).filter(|status| status.value == UserStatus::Waiting) {
            let message = format!("{} is for {}, who is not active", key.address, key.user.value);
            let problem = CAM_034.finding(message).at(key.user.place);
            let problem = problem.label(status.place, "declared waiting here");
            findings.add(problem.help("activate the user first; only active users can have keys"));
        }
    }
}
