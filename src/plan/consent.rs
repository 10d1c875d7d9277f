//! Whether a change was allowed with `--allow`, and which manifest asks for it.

use super::Change;
use super::Context;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Address;

pub(super) fn is_allowed(address: &Address, context: &Context<'_>) -> bool {
    context.options.allow.contains(&address.to_string())
}

/// Where a manifest asks for a change; `None` if no manifest does (or does any more).
pub(super) fn place_of(change: &Change, context: &Context<'_>) -> Option<Place> {
    change.place.as_ref().and(context.desired.get(&change.address)).map(|declared| declared.place)
}

pub(super) fn at(problem: Diagnostic, change: &Change, context: &Context<'_>) -> Diagnostic {
    match place_of(change, context) {
        Some(place) => problem.at(place),
        None => problem,
    }
}
