//! Which live API key is the one that Keywright itself runs with (`mft-api-keys.md` 3.7).

use super::Context;
use crate::model::Kind;
use crate::model::LiveId;

/// What is known of the key in use.
pub(super) enum OwnKey<'a> {
    /// No key is in use: the store is the embedded one, or the sign-in is a token.
    None,
    Known(&'a LiveId),
    /// One of the keys may be it, and nobody knows which.
    Unknown,
}

/// By the credential itself where a key's id is its value, else by the name that the workspace says.
pub(super) fn own_key<'a>(context: &Context<'a>) -> OwnKey<'a> {
    let Some(transfer) = &context.live.transfer else { return OwnKey::None };
    if let Some(id) = &transfer.own_key {
        return OwnKey::Known(id);
    }
    let settings = context.workspace.remote.managed_file_transfer.as_ref();
    let name = settings.and_then(|settings| settings.own_key.as_deref());
    let named = name.and_then(|name| context.live.of(Kind::ApiKey).iter().find(|key| &*key.name == name));
    match named {
        Some(key) => OwnKey::Known(&key.id),
        None if transfer.uses_key => OwnKey::Unknown,
        None => OwnKey::None,
    }
}
