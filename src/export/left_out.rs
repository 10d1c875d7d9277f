//! Objects of the store that an export does not contain.

use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules::looks_like_a_key;

/// An object that no manifest can declare, or none that would match it.
#[derive(Clone)]
pub struct LeftOut {
    /// The address in the store.
    pub(super) live: Address,
    id: LiveId,
    /// A clause: `it has no package plan`.
    pub reason: String,
}

impl LeftOut {
    pub(super) fn of(object: &LiveObject, reason: impl Into<String>) -> Self {
        Self::new(&object.address, &object.id, reason)
    }

    pub(super) fn new(live: &Address, id: &LiveId, reason: impl Into<String>) -> Self {
        Self { live: live.clone(), id: id.clone(), reason: reason.into() }
    }

    pub const fn kind(&self) -> Kind {
        self.live.kind()
    }

    /// The address for people. The name of an API key may be the credential itself (MFT-019).
    pub fn address(&self) -> String {
        if self.kind() == Kind::ApiKey && looks_like_a_key(&self.live.name()) {
            return "apikey/(hidden)".to_owned();
        }
        self.live.to_string()
    }

    /// The store's id. `None` for API keys, whose id may be the credential itself.
    pub fn id(&self) -> Option<&str> {
        (self.kind() != Kind::ApiKey).then(|| self.id.expose())
    }

    /// The object and the reason, on one line.
    pub fn line(&self) -> String {
        match self.id() {
            // The address of a package key ends with its id.
            Some(id) if self.kind() != Kind::PackageKey => format!("{} ({id}): {}", self.address(), self.reason),
            _ => format!("{}: {}", self.address(), self.reason),
        }
    }
}
