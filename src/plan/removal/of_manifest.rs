//! Which keys with the prefix of a removed manifest are its own.

use super::super::strangers::is_known_as;
use super::super::strangers::maker;
use super::Context;
use crate::matching::Matching;
use crate::model::Declared;
use crate::model::KeySource;
use crate::model::LiveObject;
use crate::plan::draft::length;
use crate::plan::known::Maker;

/// Whether a key is one that Keywright created for a manifest: by memory, else by the length of the values that it
/// generates. A machine that found the key without having made it does not know more than a new one. A key that is named by
/// its id, or found by its value, is the one of the manifest.
pub(super) fn is_of_manifest(
    live: &LiveObject,
    declared: &Declared,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> bool {
    let Some(key) = declared.key.as_ref() else { return true };
    let KeySource::Generate(generated) = &key.source else { return true };
    if generated.first.as_ref().is_some_and(|first| first.id == live.id) || generated.by_store {
        return true;
    }
    match maker(live, context) {
        Some(Maker::Keywright) => true,
        Some(_) if !is_known_as(live, declared, context) => false,
        _ => {
            let length = length(context, matching, key);
            live.key.as_ref().is_some_and(|key| key.value.expose().len() == length)
        }
    }
}
