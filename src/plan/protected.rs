//! The users that are never disabled or deleted.

use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Value;
use crate::rules::INTERNAL_USER;

/// CAM-046: the platform's internal user, administrators, service users (they only sign in to the API, and have no other
/// role), and the user that Keywright signs in as.
pub(super) fn is_protected(live: &LiveObject, all: &Live) -> bool {
    let is_administrator = match live.attributes.get("roles") {
        Some(Value::Set(roles)) => {
            roles.iter().any(|role| role.contains("Administrator") || role.eq_ignore_ascii_case("Service User"))
        }
        _ => false,
    };
    let is_own = all.signed_in_as.as_ref() == Some(&live.address);
    live.address.kind() == Kind::User && (&*live.name == INTERNAL_USER || is_administrator || is_own)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::Address;
    use crate::model::Attributes;
    use crate::model::LiveId;

    fn user(name: &str) -> LiveObject {
        LiveObject {
            address: Address::user(name),
            id: LiveId::new(name),
            name: name.into(),
            parent: None,
            parent_id: None,
            attributes: Attributes::default(),
            created: None,
            updated: None,
            key: None,
            unread: BTreeSet::new(),
        }
    }

    #[test]
    fn the_user_that_keywright_signs_in_as_is_protected() {
        let mut all = Live::default();
        all.signed_in_as = Some(Address::user("service"));
        assert!(is_protected(&user("service"), &all) && is_protected(&user(INTERNAL_USER), &all));
        assert!(!is_protected(&user("alice"), &all) && !is_protected(&user("service"), &Live::default()));
    }
}
