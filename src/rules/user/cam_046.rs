//! CAM-046. Decided here, and in `plan/protected.rs`, `plan/live_rules.rs`, `plan/review.rs` and `stores/embedded/users.rs`.

use crate::manifest::user::UserStatus;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_046: Rule = Rule {
    says: "The user `MasheryInternalOAuth2`, the user that Keywright signs in as, service users and administrators are \
           never deleted or disabled.",
    why: "The area stops working without its system user, and without an administrator no one can undo a mistake. The \
          name is checked in the manifests, the rest against the store.",
    source: "Mashcli, members; Boomi help, User Access Settings and Roles",
    ..Rule::fixed("CAM-046").shown_by(cases!("cam-046"))
};

/// The platform's own user, which must not be changed.
pub const INTERNAL_USER: &str = "MasheryInternalOAuth2";

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let internal = world.users.get(INTERNAL_USER).and_then(|(_, spec)| spec.status.as_ref());
    if let Some(status) = internal.filter(|status| status.value != UserStatus::Active) {
        let message = format!("{INTERNAL_USER} belongs to the platform and cannot be disabled");
        findings.add(CAM_046.finding(message).at(status.place).help("remove the field or the manifest"));
    }
}
