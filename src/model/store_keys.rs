//! What the workspace database calls the workspace and the stores that it remembers: by what they are, not by where they
//! are reached.

use super::Kind;

/// What a workspace without a name declared, and what the database recorded before it knew workspaces. It belongs to every
/// workspace.
pub const ANY_WORKSPACE: &str = "";

/// The name of each store in the database. A store that moves to another host or port keeps its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreKeys {
    workspace: Box<str>,
    cloud: Box<str>,
    transfer: Box<str>,
}

/// The name of the embedded store, which is in the database itself.
const EMBEDDED: &str = "embedded";

impl StoreKeys {
    /// `workspace` is the name in its settings, or [`ANY_WORKSPACE`]; `area` is the id of the area in Cloud API Management, `site` the address of the site of Managed File Transfer. `None`
    /// for kinds in the embedded store.
    pub fn new(workspace: &str, area: Option<&str>, site: Option<&str>) -> Self {
        Self {
            workspace: workspace.into(),
            cloud: area.map_or_else(|| EMBEDDED.into(), |area| format!("area {area}").into()),
            transfer: site.map_or_else(|| EMBEDDED.into(), |url| format!("site {}", host_of(url)).into()),
        }
    }

    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// The name of the store in which a kind lives.
    pub fn of(&self, kind: Kind) -> &str {
        if kind == Kind::ApiKey { &self.transfer } else { &self.cloud }
    }

    /// Every store, each once.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let transfer = (self.transfer != self.cloud).then_some(&*self.transfer);
        std::iter::once(&*self.cloud).chain(transfer)
    }
}

/// The host of an address without its port, in lowercase. The API names no id of a site: keys carry the number of their
/// tenant, but a site without keys shows none, and numbers of different regions may be equal.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let without_port = match host.rsplit_once(':') {
        // The colons in brackets belong to an IPv6 address.
        Some((before, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => host,
    };
    without_port.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_keeps_its_name_when_its_port_or_path_changes() {
        let name = |url| StoreKeys::new("w", None, Some(url)).of(Kind::ApiKey).to_owned();
        for url in ["https://files.example.com", "https://FILES.example.com:8443/x", "http://files.example.com/?a=b:1"]
        {
            assert_eq!(name(url), "site files.example.com");
        }
        assert_eq!((name("http://[::1]:80"), name("http://[::1]")), ("site [::1]".into(), "site [::1]".into()));
        assert_eq!(StoreKeys::new("w", Some("a-1"), None).of(Kind::User), "area a-1");
    }

    #[test]
    fn each_store_is_named_once() {
        let names = |keys: &StoreKeys| keys.all().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names(&StoreKeys::new("w", None, None)), ["embedded"]);
        assert_eq!(names(&StoreKeys::new("w", Some("a"), None)), ["area a", "embedded"]);
    }
}
