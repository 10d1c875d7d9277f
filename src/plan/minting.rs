//! KW-017: a value that is about to be generated must not be easy to guess. A key that exists keeps its value, however
//! its prefix and the package's `keyLength` are declared now. And why a successor is not created.

use super::Context;
use super::draft;
use super::shared_secrets;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Declared;
use crate::model::KeySource;
use crate::model::LiveObject;
use crate::rules;

/// Why the successor of a key must not be created.
pub(super) fn refusal_of_successor(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    live: &LiveObject,
) -> Option<Diagnostic> {
    let short = too_short(context, matching, declared);
    short.or_else(|| shared_secrets::refusal_of_successor(context, matching, declared, live))
}

/// Why the value of a new generated key would have too few random characters.
pub(super) fn too_short(context: &Context<'_>, matching: &Matching<'_>, declared: &Declared) -> Option<Diagnostic> {
    let key = declared.key.as_deref()?;
    let KeySource::Generate(generated) = &key.source else { return None };
    let length = draft::length(context, matching, key);
    if generated.by_store || rules::not_random(&generated.prefix, generated.has_checksum) + rules::MIN_RANDOM <= length
    {
        return None;
    }
    let problem = rules::too_short(&declared.address.to_string(), generated, length).at(generated.place);
    let package = context.desired.get(&key.package.address);
    Some(match package.filter(|package| package.field("keyLength").is_some()) {
        Some(package) => problem.label(package.place_of("keyLength"), "the package's keyLength"),
        None => problem,
    })
}
