//! Addresses of objects: `user/alice`, `plan/payments/gold`, `key/checkout-production`.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::kind::Kind;
use crate::text::is_hidden;
use crate::text::natural;

/// The address of one object, unique in a workspace. `/`, `%` and hidden characters inside a name are escaped like
/// `%2F`, so that an address is one unambiguous line that can be copied.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    kind: Kind,
    path: Arc<str>,
}

impl Address {
    pub fn user(username: &str) -> Self {
        Self::of(Kind::User, &[username])
    }

    pub fn application(username: &str, name: &str) -> Self {
        Self::of(Kind::Application, &[username, name])
    }

    pub fn package(name: &str) -> Self {
        Self::of(Kind::Package, &[name])
    }

    pub fn plan(package: &str, name: &str) -> Self {
        Self::of(Kind::Plan, &[package, name])
    }

    /// A key that a manifest declares under a label.
    pub fn key(label: &str) -> Self {
        Self::of(Kind::PackageKey, &[label])
    }

    /// The key that `Application.spec.packages` declares for one package.
    pub fn key_of_application(username: &str, application: &str, package: &str) -> Self {
        Self::of(Kind::PackageKey, &[username, application, package])
    }

    /// A key in the store that no manifest declares; `id` is the id in the store.
    pub fn key_in_store(username: &str, application: &str, package: &str, id: &str) -> Self {
        let slot = Self::key_of_application(username, application, package);
        let mut path = format!("{}@", slot.path);
        escape(id, &mut path);
        Self { kind: Kind::PackageKey, path: path.into() }
    }

    pub fn api_key(key_name: &str) -> Self {
        Self::of(Kind::ApiKey, &[key_name])
    }

    /// Parses the output of `Display`. `None` if it is not a valid address.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, path) = text.split_once('/')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix)?;
        let names = path.split('/').count();
        let fits = match kind {
            Kind::Package | Kind::User | Kind::ApiKey => names == 1,
            Kind::Plan | Kind::Application => names == 2,
            // A label, or user, application and package.
            Kind::PackageKey => names == 1 || names == 3,
        };
        let address = Self { kind, path: path.into() };
        let names = address.names();
        let is_escaped = Self::of(kind, &names.iter().map(String::as_str).collect::<Vec<_>>()) == address;
        (fits && is_escaped).then_some(address)
    }

    /// Whether a text is what `Display` writes for this address, without writing it.
    pub fn is_written(&self, text: &str) -> bool {
        let path = text.strip_prefix(self.kind.prefix()).and_then(|rest| rest.strip_prefix('/'));
        path == Some(&*self.path)
    }

    /// An object of `kind` named `name` below `parent` (the user of an application, the package of a plan).
    pub fn below(kind: Kind, parent: Option<&Self>, name: &str) -> Self {
        let Some(parent) = parent else { return Self::of(kind, &[name]) };
        let mut path = String::with_capacity(parent.path.len() + 1 + name.len());
        path.push_str(&parent.path);
        path.push('/');
        escape(name, &mut path);
        Self { kind, path: path.into() }
    }

    fn of(kind: Kind, names: &[&str]) -> Self {
        let mut path = String::with_capacity(names.iter().map(|name| name.len() + 1).sum());
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                path.push('/');
            }
            escape(name, &mut path);
        }
        Self { kind, path: path.into() }
    }

    /// The user, application and package of a key that no manifest declares, as they are in its address.
    pub fn slot_in_store(&self) -> Option<&str> {
        let (slot, _) = self.path.rsplit_once('@')?;
        (self.kind == Kind::PackageKey && slot.split('/').count() == 3).then_some(slot)
    }

    /// What is before all addresses of a kind, and after those of the kinds before it. Not the address of an object.
    pub fn lowest(kind: Kind) -> Self {
        Self { kind, path: "".into() }
    }

    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The order for people, in which `key/8` comes before `key/79`.
    pub fn natural_cmp(&self, other: &Self) -> Ordering {
        self.kind.cmp(&other.kind).then_with(|| natural(&self.path, &other.path))
    }

    /// All names in the address, unescaped, parents first: username and application, package and plan.
    pub fn names(&self) -> Vec<String> {
        self.path.split('/').map(unescape).collect()
    }

    /// The last name of the address, unescaped.
    pub fn name(&self) -> String {
        unescape(self.path.rsplit('/').next().unwrap_or_default())
    }

    /// The first name of the address, unescaped: the username of an application, the package of a plan.
    pub fn first_name(&self) -> String {
        unescape(self.path.split('/').next().unwrap_or_default())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.prefix(), self.path)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn escape(name: &str, path: &mut String) {
    // A fast exit for nearly every name: a run creates several addresses per object.
    if name.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'/' && byte != b'%') {
        path.push_str(name);
        return;
    }
    let is_special = |character: char| character == '/' || character == '%' || is_hidden(character);
    let mut rest = name;
    while let Some(at) = rest.find(is_special) {
        let end = rest[at..].chars().next().map_or(rest.len(), |character| at + character.len_utf8());
        path.push_str(&rest[..at]);
        path.extend(rest[at..end].bytes().map(|byte| format!("%{byte:02X}")));
        rest = &rest[end..];
    }
    path.push_str(rest);
}

fn unescape(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Address;
    use crate::model::Kind;

    #[test]
    fn addresses_are_easy_to_read() {
        assert_eq!(Address::plan("payments", "gold").to_string(), "plan/payments/gold");
        assert_eq!(Address::key("checkout-production").to_string(), "key/checkout-production");
        assert_eq!(Address::key_in_store("al", "shop", "pay", "77").to_string(), "key/al/shop/pay@77");
        assert_eq!(Address::below(Kind::Plan, Some(&Address::package("p")), "q"), Address::plan("p", "q"));
        assert_eq!(Address::below(Kind::User, None, "alice"), Address::user("alice"));
    }

    #[test]
    fn a_name_with_a_slash_stays_one_name() {
        let odd = Address::application("a/b", "50%\nc");
        assert_eq!(odd.to_string(), "application/a%2Fb/50%25%0Ac");
        assert!(odd.is_written("application/a%2Fb/50%25%0Ac"));
        assert!(!odd.is_written("application/a%2Fb/50%25") && !odd.is_written("user/a%2Fb/50%25%0Ac"));
        assert_ne!(odd, Address::application("a", "b/50%\nc"));
        assert_eq!(odd.names(), ["a/b", "50%\nc"]);
        assert_eq!((odd.first_name(), odd.name()), ("a/b".to_owned(), "50%\nc".to_owned()));
    }

    #[test]
    fn only_displayed_addresses_are_parsed() {
        for address in [
            Address::user("al%ice/\u{202e}"),
            Address::plan("payments", "gold plus"),
            Address::application("a/b", ""),
            Address::key("checkout-production"),
            Address::key_of_application("al", "shop", "pay"),
            Address::key_in_store("al", "shop", "pay", "7/7@%"),
            Address::api_key("erp"),
        ] {
            assert_eq!(Address::parse(&address.to_string()), Some(address));
        }
        for wrong in [
            "",
            "user",
            "usr/alice",
            "user/a/b",
            "plan/gold",
            "key/a/b",
            "user/a\nb",
            "user/50%",
            "user/%61",
            "user/%c3%a9",
        ] {
            assert_eq!(Address::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn unescaping_accepts_unescaped_text() {
        assert_eq!(super::unescape("50%"), "50%");
        assert_eq!(super::unescape("%zz%4"), "%zz%4");
        assert_eq!(super::unescape("é%C3%A9"), "éé");
    }
}
