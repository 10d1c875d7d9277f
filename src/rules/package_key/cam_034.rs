//! CAM-034. Decided here, and in `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use super::owner_status;
use crate::manifest::user::UserStatus;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_034: Rule = Rule {
    says: "A key is declared only for a user who is active; a status that no manifest says is asked of the store.",
    why: "An administrator can not give a key to a user who is not active. The store would refuse the key in the \
          middle of the apply.",
    source: "Boomi help, Creating package keys",
    ..Rule::fixed("CAM-034").shown_by(cases!("cam-034"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        if let Some(status) = owner_status(world, key).filter(|status| status.value == UserStatus::Waiting) {
            let message = format!("{} is for {}, who is not active", key.called, key.user.value);
            let problem = CAM_034.finding(message).at(key.user.place);
            let problem = problem.label(status.place, "declared waiting here");
            findings.add(problem.help("a key can only be given to an active user: activate the user first"));
        }
    }
}
