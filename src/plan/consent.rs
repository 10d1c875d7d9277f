//! What a person or a manifest has said about a change: that it may be made, and where it is asked for.

use super::Change;
use super::Context;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Address;

pub(super) fn is_allowed(address: &Address, context: &Context<'_>) -> bool {
    context.options.allow.contains(&address.to_string())
}

/// Where a manifest asks for a change; nothing for what the run found out by itself, and when none asks any more.
pub(super) fn place_of(change: &Change, context: &Context<'_>) -> Option<Place> {
    change.place.as_ref().and(context.desired.get(&change.address)).map(|declared| declared.place)
}

pub(super) fn at(problem: Diagnostic, change: &Change, context: &Context<'_>) -> Diagnostic {
    match place_of(change, context) {
        Some(place) => problem.at(place),
        None => problem,
    }
}
