//! KW-143: objects of manifests that an earlier revision had. A manifest that is only deleted takes nothing out of the store
//! unless the workspace owns the object and the run prunes.

use std::collections::BTreeSet;

use super::Action;
use super::Planned;
use crate::diagnostic::Diagnostic;
use crate::manifest_diff::is_same_source;
use crate::matching::Matching;
use crate::matching::matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::Presence;
use crate::rules;
use crate::rules::values::Values;
use crate::rules::values::literals;
use crate::text::and_more;
use crate::text::count;

/// Names in a message.
const NAMED: usize = 5;

/// The manifests of an earlier revision, whose name is `since`.
#[derive(Clone, Copy)]
pub struct Former<'a> {
    pub since: &'a str,
    pub desired: &'a Desired,
}

/// KW-143: what was declared then and is not now, and stays in the store.
pub fn left_behind(former: Former<'_>, desired: &Desired, live: &Live, planned: &Planned) -> Option<Diagnostic> {
    // The sources of other values may have changed since, and are not those of this run.
    let values = literals(former.desired);
    let found = matching(former.desired, live, &values, false);
    let gone: Vec<&Declared> = gone(former.desired, desired);
    let accounted = accounted(planned);
    let stays = |declared: &&&Declared| {
        let ids = found.found.get(&declared.address).into_iter();
        let mut ids = ids.flat_map(|found| std::iter::once(found.live).chain(found.older.iter().copied()));
        ids.any(|live| !accounted.contains(&(declared.address.kind(), &live.id)))
    };
    let left: Vec<&Declared> = gone.iter().filter(stays).copied().collect();
    let unknown: Vec<&Declared> =
        gone.into_iter().filter(|declared| is_unknown(declared, desired, &values, &found)).collect();
    let since = former.since;
    let message = match (left.as_slice(), unknown.as_slice()) {
        ([], []) => return None,
        ([], unknown) => format!("manifests are gone since {since}: {}", whether(unknown)),
        (left, unknown) => {
            let objects = if left.len() == 1 { "its object stays" } else { "their objects stay" };
            let more = if unknown.is_empty() { String::new() } else { format!("; {}", whether(unknown)) };
            let (manifests, are) = (count(left.len(), "manifest"), if left.len() == 1 { "is" } else { "are" });
            format!("{manifests} {are} gone since {since}: {}; {objects} in the store{more}", names(left))
        }
    };
    let help = "write `removed: true` in place of the topmost one, or declare what should stay";
    Some(rules::KW_143.finding(message).help(help))
}

fn names(manifests: &[&Declared]) -> String {
    let names: Vec<String> = manifests.iter().map(|declared| declared.address.to_string()).collect();
    and_more(&names, NAMED, ", ")
}

fn whether(unknown: &[&Declared]) -> String {
    format!("the value of {} is not known here, so neither is whether it stays in the store", names(unknown))
}

/// The manifests that are neither there, nor renamed, nor removed with `removed: true`, themselves or with one above.
fn gone<'d>(former: &'d Desired, desired: &Desired) -> Vec<&'d Declared> {
    let renamed: BTreeSet<&Address> =
        desired.objects.values().flat_map(|now| &now.previously).map(|former| &former.address).collect();
    let is_removed = |address: &Address| desired.removed.as_ref().is_some_and(|removed| removed.get(address).is_some());
    let goes_with = |declared: &Declared| {
        let parent = declared.parent.as_ref().map(|parent| &parent.address);
        let user = parent.filter(|_| declared.key.is_some()).map(|parent| Address::user(&parent.first_name()));
        let terms = declared.key.iter().flat_map(|key| [&key.package.address, &key.plan.address]);
        parent.into_iter().chain(&user).chain(terms).any(is_removed)
    };
    let is_gone = |declared: &&Declared| {
        // An API key that was declared absent is disabled, and cannot go further.
        declared.presence == Presence::Present
            && desired.manifest_of(&declared.address).is_none()
            && !renamed.contains(&declared.address)
            && !goes_with(declared)
    };
    former.objects.values().filter(is_gone).collect()
}

/// The objects of the store that a manifest of now declares, or that this plan takes out, also if that waits for consent.
fn accounted(planned: &Planned) -> BTreeSet<(Kind, &LiveId)> {
    let declared = planned.declared.iter().map(|sighting| (sighting.address.kind(), &sighting.id));
    let takes_out =
        |action: Action, kind: Kind| action == Action::Delete || (kind == Kind::ApiKey && action == Action::Disable);
    let changes = planned.plan.changes.iter();
    let going = changes.filter(|change| takes_out(change.action, change.address.kind()));
    declared.chain(going.filter_map(|change| Some((change.address.kind(), change.live_id()?)))).collect()
}

/// Whether only its value could find the key, the key's application is still in the store, and no manifest declares a key
/// with the same source.
fn is_unknown(declared: &Declared, desired: &Desired, values: &Values, found: &Matching<'_>) -> bool {
    let source = declared.key.as_ref().map(|key| &key.source).filter(|source| matches!(source, KeySource::Custom(_)));
    let is_custom = source.is_some_and(|source| {
        let mut keys = desired.of(Kind::PackageKey).filter_map(|now| now.key.as_ref());
        !keys.any(|now| is_same_source(&now.source, source))
    });
    let is_above_there = declared.parent.as_ref().is_some_and(|parent| found.found.contains_key(&parent.address));
    is_custom && !values.contains_key(&declared.address) && is_above_there
}
