//! KW-144: a manifest that has done its work must not remove what somebody makes under the same name afterwards.

use super::Context;
use super::Going;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::plan::option::option;
use crate::rules;

pub(super) fn unknown(root: &Address, going: &Going<'_>, context: &Context<'_>) -> Option<Diagnostic> {
    let (objects, key) = (&context.remembered.objects, context.remembered.key.as_ref());
    // The last object of all may be the one that was removed, so any memory counts, also that of a removal.
    let has_memory = !objects.is_empty() || !context.remembered.deleted.is_empty();
    if !has_memory || objects.of(going.live, key).is_some() {
        return None;
    }
    let in_store = in_store(going.live);
    let message = if objects.has_address(root) {
        format!("{root} is removed, but {in_store} is not the one that the workspace database knows as declared")
    } else {
        format!("{root} is removed, but the workspace database does not know {in_store} as declared")
    };
    let help = format!(
        "it may have been created after the removal: see who uses it, then allow it for this run with {}",
        option(root)
    );
    Some(rules::KW_144.finding(message).at(going.root.place).help(help))
}

/// The object of the store, so that a person finds it there.
fn in_store(live: &LiveObject) -> String {
    match live.address.kind() {
        // Its address has its id.
        Kind::PackageKey => live.address.to_string(),
        // The id can be the key itself.
        Kind::ApiKey => "the key of this name in the store".to_owned(),
        _ => format!("the one in the store with the id {}", crate::text::line(live.id.expose())),
    }
}
