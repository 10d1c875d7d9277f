//! The API key that Keywright itself uses (`mft-api-keys.md` 3.7).

use super::Context;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::text::quoted;
use crate::workspace::Workspace;

pub enum OwnKey<'a> {
    /// Keywright uses no key: the store is embedded, or it signs in with a token.
    None,
    Known(&'a LiveId),
    /// Keywright uses a key, but which one is unknown.
    Unknown,
}

/// Found by the credential if a key's id is its value, otherwise by `ownKey` of the workspace.
pub(super) fn own_key<'a>(context: &Context<'a>) -> OwnKey<'a> {
    own_key_in(context.live, context.workspace)
}

/// The same, without a plan.
pub fn own_key_in<'a>(live: &'a Live, workspace: &Workspace) -> OwnKey<'a> {
    let Some(transfer) = &live.transfer else { return OwnKey::None };
    if let Some(id) = &transfer.own_key {
        return OwnKey::Known(id);
    }
    let settings = workspace.remote.managed_file_transfer.as_ref();
    let name = settings.and_then(|settings| settings.own_key.as_deref());
    let named = name.and_then(|name| live.of(Kind::ApiKey).iter().find(|key| &*key.name == name));
    match named {
        Some(key) => OwnKey::Known(&key.id),
        None if transfer.uses_key => OwnKey::Unknown,
        None => OwnKey::None,
    }
}

/// The help for [`OwnKey::Unknown`].
pub(super) fn help(context: &Context<'_>) -> String {
    let settings = context.workspace.remote.managed_file_transfer.as_ref();
    match settings.and_then(|settings| settings.own_key.as_deref()) {
        Some(name) => {
            format!("correct `ownKey` in keywright.yaml: the store has no key `{}`", quoted(name))
        }
        None => "name the key: `ownKey: NAME` under spec.stores.managedFileTransfer".to_owned(),
    }
}
