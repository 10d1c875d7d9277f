//! Objects of the store that an export does not contain.

use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::rules::looks_like_a_key;

/// The name of an API key that may be the credential itself (MFT-019).
const HIDDEN: &str = "apikey/(hidden)";

/// An object that no manifest can declare, or none that would match it.
#[derive(Clone)]
pub struct LeftOut {
    kind: Kind,
    /// The address in the store. `None` if a part of the object's identity was not understood.
    pub(super) live: Option<Address>,
    /// What is known of an object without an address.
    label: String,
    id: Option<LiveId>,
    /// Whether it belongs to the platform, so that nobody misses it.
    pub is_platform: bool,
    /// A clause: `it has no package plan`.
    pub reason: String,
}

impl LeftOut {
    pub(super) fn of(object: &LiveObject, reason: impl Into<String>) -> Self {
        Self::new(&object.address, &object.id, reason)
    }

    /// An object of the platform itself.
    pub(super) fn of_platform(object: &LiveObject, reason: impl Into<String>) -> Self {
        Self { is_platform: true, ..Self::of(object, reason) }
    }

    pub(super) fn new(live: &Address, id: &LiveId, reason: impl Into<String>) -> Self {
        let (kind, label) = (live.kind(), String::new());
        Self { kind, live: Some(live.clone()), label, id: Some(id.clone()), is_platform: false, reason: reason.into() }
    }

    /// A row that was not understood.
    pub(super) fn of_row(row: &OddRow) -> Self {
        let is_hidden = row.kind == Kind::ApiKey && row.name.as_deref().is_some_and(looks_like_a_key);
        let name = if is_hidden { HIDDEN.to_owned() } else { row.label() };
        let label = format!("one of the {}, {name}", row.kind.plural());
        // The store's plans are listed by package, and only of packages that are understood.
        let below = if row.kind == Kind::Package { "; its package plans were not read" } else { "" };
        let reason = format!("its `{}` is missing or not understood{below}", row.property);
        Self { kind: row.kind, live: None, label, id: row.id.clone(), is_platform: false, reason }
    }

    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The address for people; `None` if there is none.
    pub fn address(&self) -> Option<String> {
        let live = self.live.as_ref()?;
        let is_hidden = self.kind == Kind::ApiKey && looks_like_a_key(&live.name());
        Some(if is_hidden { HIDDEN.to_owned() } else { live.to_string() })
    }

    /// The store's id. `None` for API keys, whose id may be the credential itself.
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().filter(|_| self.kind != Kind::ApiKey).map(LiveId::expose)
    }

    /// The object and the reason, on one line.
    pub fn line(&self) -> String {
        match (self.address(), self.id()) {
            (None, _) => format!("{}: {}", self.label, self.reason),
            // The address of a package key ends with its id.
            (Some(address), Some(id)) if self.kind != Kind::PackageKey => format!("{address} ({id}): {}", self.reason),
            (Some(address), _) => format!("{address}: {}", self.reason),
        }
    }
}
