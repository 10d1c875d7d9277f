//! The name that a store has for an object of its own.

use super::Digest;

/// The store's id of an object. For MFT it may be the credential itself (`mft-api-keys.md` 2.3), so it is handled as a
/// secret: no `Debug`, no `Display`; people are shown its fingerprint.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LiveId(Box<str>);

impl LiveId {
    pub fn new(id: impl Into<Box<str>>) -> Self {
        Self(id.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn fingerprint(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}
