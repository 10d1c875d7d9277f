//! KW-136: objects that have their new names in the store. What `previously` says of them has done its work.

use super::Context;
use super::Remembered;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::KeySource;
use crate::model::Kind;
use crate::rules;
use crate::text::and_more;

/// Names in a message.
const NAMED: usize = 5;

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>) -> Option<Diagnostic> {
    // The former names of a key are prefixes of its values, which never change.
    let renamed = [Kind::Application, Kind::Package, Kind::Plan].into_iter().flat_map(|kind| context.desired.of(kind));
    let done: Vec<&Declared> = renamed.filter(|declared| is_done(declared, context, matching)).collect();
    let first = done.first()?.previously.first()?;
    let names: Vec<String> = done.iter().map(|declared| declared.address.to_string()).collect();
    let message =
        format!("`previously` has done its work, the store has the new names: {}", and_more(&names, NAMED, ", "));
    let help = "take it out of these manifests, unless another store that they describe still has the old names";
    Some(rules::KW_136.finding(message).at(first.place).help(help))
}

fn is_done(declared: &Declared, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    let Some(found) = matching.found.get(&declared.address) else { return false };
    // Beside an object that has the old name, another hand may have made the one with the new name.
    let is_made_by_hand = || {
        let Remembered { objects, key, .. } = context.remembered;
        objects.has(declared.address.kind()) && objects.of(found.live, key.as_ref()).is_none()
    };
    let is_other = |old: &Address| context.desired.get(old).is_some() && !is_made_by_hand();
    let is_gone = |old: &Address| !matching.in_store.contains_key(old) || is_other(old);
    *found.live.name == *declared.name
        && !declared.previously.is_empty()
        && declared.previously.iter().all(|former| is_gone(&former.address))
        && !finds_keys(&declared.address, context, matching)
}

/// Whether keys of `Application.packages` are found by the old names.
fn finds_keys(address: &Address, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    let has_former = |key: &&Declared| {
        let Some(KeySource::Generate(generated)) = key.key.as_ref().map(|key| &key.source) else { return false };
        // A prefix of an old name, or the database, found it.
        let is_of_former = |value: &str| !value.starts_with(&*generated.prefix);
        matching.found.get(&key.address).is_some_and(|found| {
            let mut all = std::iter::once(found.live).chain(found.older.iter().copied());
            all.any(|live| live.key.as_ref().is_some_and(|live| is_of_former(live.value.expose())))
        })
    };
    let is_below = |key: &&Declared| {
        let package = key.key.as_ref().map(|key| &key.package.address);
        key.address.names().len() == 3
            && (package == Some(address) || key.parent.as_ref().is_some_and(|parent| parent.address == *address))
    };
    context.desired.of(Kind::PackageKey).filter(is_below).any(|key| has_former(&key))
}
