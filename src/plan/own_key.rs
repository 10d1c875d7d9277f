//! Which live API key is the one that Keywright itself runs with (`mft-api-keys.md` 3.7).

use super::Context;
use crate::model::Kind;
use crate::model::LiveId;
use crate::text::quoted;

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

/// What helps where the key in use is not known.
pub(super) fn help(context: &Context<'_>) -> String {
    let settings = context.workspace.remote.managed_file_transfer.as_ref();
    match settings.and_then(|settings| settings.own_key.as_deref()) {
        Some(name) => {
            format!("the store has no key `{}`, as `ownKey` in keywright.yaml calls it: correct the name", quoted(name))
        }
        None => "say which key it is: `ownKey: NAME` under spec.stores.managedFileTransfer".to_owned(),
    }
}
