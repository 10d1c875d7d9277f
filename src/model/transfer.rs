//! What Managed File Transfer tells beside the fields of its keys.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::LiveId;

/// The surroundings of the API keys that a snapshot found. Holds no secret: what the API sends of these is dropped
/// while it is read (MFT-042).
#[derive(Default)]
pub struct Transfer {
    /// The organizations that are not deleted; nothing when the credential may not see them.
    pub organizations: Option<Vec<Organization>>,
    pub keys: BTreeMap<LiveId, TransferKey>,
    /// Whose keys the snapshot lists; nothing when the API did not tell.
    pub account: Option<Account>,
    /// Whether Keywright is signed in with one of these keys, and not with a token.
    pub uses_key: bool,
    /// The key that Keywright is signed in with, when its id says so.
    pub own_key: Option<LiveId>,
    /// Names of keys that are marked as deleted.
    pub deleted: BTreeSet<Box<str>>,
    /// How many keys have no name.
    pub nameless: usize,
    /// How many keys the list had, when it may be one page of a longer one: no paging is documented.
    pub round: Option<usize>,
}

/// What is known of one live key and is no field of it.
#[derive(Default)]
pub struct TransferKey {
    pub tenant: Option<i64>,
    /// The property `name`, where it is not the same as `keyName`. What it means is not documented.
    pub other_name: Option<Box<str>>,
    /// Who changed the key last, or who made it.
    pub changed_by: Option<Box<str>>,
    /// Fields whose list was not understood; they are not among the key's attributes.
    pub unread: BTreeSet<&'static str>,
}

/// What a key can be tied to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Organization {
    pub id: i64,
    pub tenant: Option<i64>,
    pub public_code: Option<Box<str>>,
    pub system_code: Option<Box<str>>,
    pub name: Option<Box<str>>,
}

/// The user of the credential, under every name that the API uses for a user.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Account {
    pub id: Option<Box<str>>,
    pub username: Option<Box<str>>,
    pub email: Option<Box<str>>,
}

impl Account {
    /// Whether a text names this user. Usernames and addresses are compared without case.
    pub fn is(&self, text: &str) -> bool {
        let names = [&self.id, &self.username, &self.email];
        names.into_iter().flatten().any(|name| !name.is_empty() && name.eq_ignore_ascii_case(text.trim()))
    }

    /// What people call the user.
    pub fn shown(&self) -> &str {
        self.username.as_deref().or(self.email.as_deref()).or(self.id.as_deref()).unwrap_or("a user without a name")
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn an_account_goes_by_every_name_of_it() {
        let account =
            Account { id: Some("7".into()), username: Some("svc-aft".into()), email: Some("A@example.com".into()) };
        for name in ["7", "SVC-aft", " a@example.com "] {
            assert!(account.is(name), "{name}");
        }
        assert!(!account.is("bob") && !account.is(""));
        assert!(!Account { id: Some("".into()), ..Account::default() }.is(""));
        assert_eq!(account.shown(), "svc-aft");
    }
}
