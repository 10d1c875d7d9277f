//! Data from Managed File Transfer other than the fields of its keys.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::LiveId;

/// The context of the API keys in a snapshot. Contains no secrets: the reader drops them (MFT-042).
#[derive(Default)]
pub struct Transfer {
    /// The organizations that are not deleted. `None` if the credential cannot list them.
    pub organizations: Option<Vec<Organization>>,
    pub keys: BTreeMap<LiveId, TransferKey>,
    /// The owner of the keys in the snapshot. `None` if the API did not return it.
    pub account: Option<Account>,
    /// Whether Keywright is signed in with one of these keys, and not with a token.
    pub uses_key: bool,
    /// The key that Keywright is signed in with, if its id is known.
    pub own_key: Option<LiveId>,
    /// Names of keys that are marked as deleted.
    pub deleted: BTreeSet<Box<str>>,
    /// The number of keys in the list, if it may be one page of a longer list: the API documents no paging.
    pub round: Option<usize>,
}

/// Data about one live key that is not one of its fields.
#[derive(Default)]
pub struct TransferKey {
    pub tenant: Option<i64>,
    /// The property `name`, if it differs from `keyName`. Its meaning is not documented.
    pub other_name: Option<Box<str>>,
    /// The user who last changed the key, or who created it.
    pub changed_by: Option<Box<str>>,
    /// Fields with a list that could not be read; the attributes do not contain them.
    pub unread: BTreeSet<&'static str>,
    /// Lists that are missing or empty, but not null: the service does not say whether that means all or none.
    pub unclear: BTreeSet<&'static str>,
}

/// An organization that a key can be limited to.
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
    /// Whether a text names this user. The comparison ignores case.
    pub fn is(&self, text: &str) -> bool {
        let names = [&self.id, &self.username, &self.email];
        names.into_iter().flatten().any(|name| !name.is_empty() && name.eq_ignore_ascii_case(text.trim()))
    }

    /// The name of the user for messages.
    pub fn shown(&self) -> &str {
        self.username.as_deref().or(self.email.as_deref()).or(self.id.as_deref()).unwrap_or("a user without a name")
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn an_account_has_several_names() {
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
