//! Ids of objects in a store.

use std::borrow::Borrow;
use std::sync::Arc;

use super::Digest;

/// The id of an object in a store. In MFT it may be the credential itself (`mft-api-keys.md` 2.3), so it is a secret: no
/// `Debug`, no `Display`; output shows only its fingerprint.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LiveId(Arc<str>);

impl LiveId {
    pub fn new(id: impl Into<Box<str>>) -> Self {
        Self(Arc::from(id.into()))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn fingerprint(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl Borrow<str> for LiveId {
    fn borrow(&self) -> &str {
        &self.0
    }
}
