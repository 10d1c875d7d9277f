//! CAM-006. Decided in `manifest/user.rs`.

use crate::rule::Rule;

pub static CAM_006: Rule = Rule {
    says: "The status of a user is active, waiting or disabled.",
    why: "The store has no other account status. Disabling a user also disables or removes the user's keys, so \
          Keywright must not guess what another word means.",
    source: "TIBCO docs, User Access Settings",
    ..Rule::fixed("CAM-006").shown_by(cases!("cam-006"))
};
