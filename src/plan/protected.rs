//! The users that are never disabled or deleted.

use std::collections::BTreeSet;

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;
use crate::rule::Rule;
use crate::rules;
use crate::rules::INTERNAL_USER;

/// Names that one misspelt name is compared with, and findings about such names.
const MOST_COMPARED: usize = 5_000;
const MOST_REPORTED: usize = 20;

/// Why a user is never disabled or deleted: CAM-046, and CAM-072 for a user of the Boomi platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Protection {
    /// The area's own user, which issues tokens.
    Internal,
    Administrator,
    /// A user with the role of those that sign in to the API.
    Service,
    /// The user that Keywright signs in as.
    Own,
    /// A user of the Boomi platform, which no answer of the API shows: the settings name them.
    Platform,
}

impl Protection {
    pub(super) fn of(live: &LiveObject, context: &Context<'_>) -> Option<Self> {
        let cloud = context.workspace.remote.cloud_api_management.as_ref();
        let of_platform = cloud.map_or(&[][..], |store| &store.platform_users);
        Self::why(live, context.live.signed_in_as.as_ref(), of_platform)
    }

    fn why(live: &LiveObject, own: Option<&Address>, of_platform: &[Box<str>]) -> Option<Self> {
        if live.address.kind() != Kind::User {
            return None;
        }
        let has_role = |is_it: fn(&str) -> bool| match live.attributes.get("roles") {
            Some(Value::Set(roles)) => roles.iter().any(|role| is_it(role)),
            _ => false,
        };
        let reasons = [
            (&*live.name == INTERNAL_USER, Self::Internal),
            (of_platform.contains(&live.name), Self::Platform),
            (has_role(|role| role.contains("Administrator")), Self::Administrator),
            (has_role(|role| role.eq_ignore_ascii_case("Service User")), Self::Service),
            (own == Some(&live.address), Self::Own),
        ];
        reasons.into_iter().find_map(|(is_it, protection)| is_it.then_some(protection))
    }

    /// After the name of the user and "is".
    pub(super) const fn phrase(self) -> &'static str {
        match self {
            Self::Internal => "the user of the area itself",
            Self::Administrator => "an administrator",
            Self::Service => "a service user",
            Self::Own => "the user that Keywright signs in as",
            Self::Platform => "a user of the Boomi platform",
        }
    }

    pub(super) const fn rule(self) -> &'static Rule {
        match self {
            Self::Platform => &rules::CAM_072,
            _ => &rules::CAM_046,
        }
    }

    /// Why the status of a user stays.
    pub(super) fn of_status(self, user: &impl std::fmt::Display) -> Diagnostic {
        let phrase = self.phrase();
        let (never, help) = match self {
            Self::Platform => (
                "whose status cannot change in the area",
                "enable or disable the user in the Boomi platform, and leave out `status`",
            ),
            Self::Internal => ("which is never disabled", "remove the manifest"),
            Self::Administrator | Self::Service => {
                ("who is never disabled", "take that role away in the Control Center first, or leave out `status`")
            }
            Self::Own => ("which is never disabled", "sign in as another user, or leave out `status`"),
        };
        self.rule().finding(format!("{user} is {phrase}, {never}")).help(help)
    }
}

/// CAM-076: names of `platformUsers` that no user has. A part of the users proves nothing.
pub(super) fn unknown(context: &Context<'_>) -> Vec<Diagnostic> {
    let Some(store) = context.workspace.remote.cloud_api_management.as_ref() else { return Vec::new() };
    if store.platform_users.is_empty() || !context.live.has_all_users {
        return Vec::new();
    }
    let live = context.live.of(Kind::User).iter().map(|user| &*user.name);
    let known: BTreeSet<&str> = live.chain(context.desired.of(Kind::User).map(|user| &*user.name)).collect();
    let unknown = store.platform_users.iter().filter(|name| !known.contains(&***name));
    let finding = |name: &str| {
        let shown = crate::text::quoted(name);
        let message =
            format!("`platformUsers` in keywright.yaml names `{shown}`, who is neither declared nor in the area");
        let problem = rules::CAM_076.finding(message);
        match crate::diagnostic::did_you_mean(name, known.iter().copied().take(MOST_COMPARED)) {
            Some(near) => problem.help(format!("did you mean `{}`?", crate::text::quoted(near))),
            None => problem.help("write the username as the area has it, or remove the name"),
        }
    };
    unknown.take(MOST_REPORTED).map(|name| finding(name)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::LiveId;

    fn user(name: &str, roles: &[&str]) -> LiveObject {
        LiveObject {
            address: Address::user(name),
            id: LiveId::new(name),
            name: name.into(),
            parent: None,
            parent_id: None,
            attributes: [("roles", Value::set(roles.iter().copied()))].into_iter().collect(),
            created: None,
            updated: None,
            key: None,
            unread: BTreeSet::new(),
        }
    }

    #[test]
    fn those_who_run_the_area_and_those_of_the_platform_are_protected() {
        let (own, of_platform) = (Address::user("service"), ["ann".into()]);
        for (name, roles, protection) in [
            (INTERNAL_USER, &[][..], Some(Protection::Internal)),
            ("ann", &["Administrator"][..], Some(Protection::Platform)),
            ("bob", &["Member", "Portal Administrator"][..], Some(Protection::Administrator)),
            ("job", &["Service User", "API Manager"][..], Some(Protection::Service)),
            ("service", &[][..], Some(Protection::Own)),
            ("carol", &["Member"][..], None),
            ("Ann", &[][..], None),
        ] {
            assert_eq!(Protection::why(&user(name, roles), Some(&own), &of_platform), protection, "{name}");
        }
        assert_eq!(Protection::why(&user("service", &[]), None, &[]), None);
    }
}
