//! Finds the objects of a saved plan in the store, and the changes that are stale because their object changed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

use super::Action;
use super::Change;
use super::Context;
use super::LiveTarget;
use super::Plan;
use super::ValueFrom;
use super::deliveries::living;
use super::given;
use super::given::Since;
use super::holders::holders;
use super::retirement::Generations;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Digest;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Presence;
use crate::outcome::ChangeResult;
use crate::store::Refusal;

/// The manifests no longer declare what a saved plan needs.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{address} is no longer declared {what}")]
pub struct Undeclared {
    address: Address,
    what: &'static str,
}

/// Finds the objects of a plan in the store, and returns the changes that are stale or blocked by a stale one. The
/// current manifests say how keys are found, and provide the values that no plan holds.
pub(super) fn resolve(
    plan: &mut Plan,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Result<BTreeMap<usize, ChangeResult>, Undeclared> {
    let objects = objects(plan, context.live);
    let rotated = Generations::of(context, matching);
    let mut excluded: BTreeMap<usize, ChangeResult> = BTreeMap::new();
    for (index, change) in plan.changes.iter_mut().enumerate() {
        check_declared(change, context)?;
        let why = match current_object(change, &objects, matching, context) {
            Ok(object) => {
                change.target.live = object.map(LiveTarget::of);
                given_anew(change, context)
                    .or_else(|| rotated.why_not(change, context))
                    .or_else(|| living::why_not(context, matching, change))
            }
            Err(why) => Some(why.to_owned()),
        };
        if let Some(why) = why {
            excluded.insert(index, ChangeResult::Failed(Refusal::stale(format!("{} {why}", change.address))));
        }
    }
    grown(plan, &objects, context, matching, &mut excluded);
    keep_whole(plan, &objects, &mut excluded);
    block(plan, &mut excluded);
    Ok(excluded)
}

/// An object that is deleted with everything that hangs on it is stale if something hangs on it that the plan does not know.
fn grown(
    plan: &Plan,
    objects: &BTreeMap<(Kind, Digest), Vec<&LiveObject>>,
    context: &Context<'_>,
    matching: &Matching<'_>,
    excluded: &mut BTreeMap<usize, ChangeResult>,
) {
    let goes = |change: &Change| change.action == Action::Delete && change.address.kind() != Kind::PackageKey;
    if !plan.changes.iter().any(goes) {
        return;
    }
    let of_plan: BTreeSet<(Kind, &LiveId)> =
        objects.iter().flat_map(|((kind, _), found)| found.iter().map(|live| (*kind, &live.id))).collect();
    let mut new: BTreeMap<Address, &Address> = BTreeMap::new();
    for live in [Kind::Application, Kind::Plan, Kind::PackageKey].into_iter().flat_map(|kind| context.live.of(kind)) {
        if !of_plan.contains(&(live.address.kind(), &live.id)) {
            new.extend(holders(live, matching, None).into_iter().map(|holder| (holder, &live.address)));
        }
    }
    for (index, change) in plan.changes.iter().enumerate().filter(|(_, change)| goes(change)) {
        let mut of_kind = context.live.of(change.address.kind()).iter();
        let live = of_kind.find(|live| Some(&live.id) == change.live_id());
        if let Some(child) = live.and_then(|live| new.get(&matching.known_as(live))) {
            let why = format!("{} has {child}, which was not there when the plan was made", change.address);
            excluded.entry(index).or_insert_with(|| ChangeResult::Failed(Refusal::stale(why)));
        }
    }
}

/// Keeps what hangs on an object whose deletion is stale: a tree goes as a whole or stays. If the object is gone, what hung
/// on it is gone too.
fn keep_whole(
    plan: &Plan,
    objects: &BTreeMap<(Kind, Digest), Vec<&LiveObject>>,
    excluded: &mut BTreeMap<usize, ChangeResult>,
) {
    let deletes = |index: usize| plan.changes.get(index).is_some_and(|change| change.action == Action::Delete);
    let is_there = |index: &usize| {
        let change = &plan.changes[*index];
        change.target.live.as_ref().is_some_and(|seen| objects.contains_key(&(change.address.kind(), seen.object)))
    };
    let stale: Vec<usize> = excluded.keys().copied().filter(|index| deletes(*index) && is_there(index)).collect();
    let mut parents: Vec<(usize, usize)> = stale.into_iter().map(|index| (index, index)).collect();
    while let Some((root, parent)) = parents.pop() {
        for child in plan.changes[parent].needs.iter().copied().filter(|index| deletes(*index)) {
            if let Entry::Vacant(stays) = excluded.entry(child) {
                stays.insert(ChangeResult::Blocked(plan.changes[root].address.clone()));
                parents.push((root, child));
            }
        }
    }
}

/// Why a change is stale whose secret is another one now.
fn given_anew(change: &Change, context: &Context<'_>) -> Option<String> {
    match given::since(change, context) {
        Since::Changed(what) => Some(what),
        Since::Same | Since::Unknown => None,
    }
}

/// The objects of the plan.
fn objects<'a>(plan: &Plan, live: &'a Live) -> BTreeMap<(Kind, Digest), Vec<&'a LiveObject>> {
    let seen = |change: &Change| Some((change.address.kind(), change.target.live.as_ref()?.object));
    let wanted: BTreeSet<(Kind, Digest)> = plan.changes.iter().filter_map(seen).collect();
    let kinds: BTreeSet<Kind> = wanted.iter().map(|(kind, _)| *kind).collect();
    let of_kind = |kind| live.of(kind).iter().map(move |object| ((kind, object.identity()), object));
    let mut objects: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (id, object) in kinds.into_iter().flat_map(of_kind).filter(|(id, _)| wanted.contains(id)) {
        objects.entry(id).or_default().push(object);
    }
    objects
}

/// A key is created only if the manifests still declare it as planned; otherwise the next run could not find it.
fn check_declared(change: &Change, context: &Context<'_>) -> Result<(), Undeclared> {
    let (Action::Create | Action::Replace, Some(target)) = (change.action, &change.target.key) else { return Ok(()) };
    let undeclared = |what| Err(Undeclared { address: change.address.clone(), what });
    let Some(declared) = context.desired.get(&change.address) else { return undeclared("at all") };
    let is_given = context.values.contains_key(&change.address);
    if (target.value == ValueFrom::Given) != is_given && change.action == Action::Create {
        let is_given = target.value == ValueFrom::Given;
        return undeclared(if is_given { "with a custom value" } else { "as a generated key" });
    }
    let Some(key) = &declared.key else { return undeclared("as a package key") };
    if key.package.address != target.package {
        return undeclared("for the package of the plan");
    }
    if declared.parent.as_ref().map(|parent| &parent.address) != change.target.parent.as_ref() {
        return undeclared("for the application of the plan");
    }
    if target.with_secret && key.secret.is_none() {
        return undeclared("with a shared secret");
    }
    Ok(())
}

/// The object to change, `None` for a create, or why the change is stale.
fn current_object<'a>(
    change: &Change,
    objects: &BTreeMap<(Kind, Digest), Vec<&'a LiveObject>>,
    matching: &Matching<'_>,
    context: &Context<'_>,
) -> Result<Option<&'a LiveObject>, &'static str> {
    let Some(seen) = &change.target.live else { return check_create(change, matching).map(|()| None) };
    let kind = change.address.kind();
    match objects.get(&(kind, seen.object)).map_or(&[][..], Vec::as_slice) {
        [] if kind == Kind::ApiKey => Err("has been renamed, or is no longer in the store"),
        [] => Err("is no longer in the store"),
        [object] if object.fingerprint() != seen.fingerprint => Err("has changed since the plan was made"),
        [object] if is_pruned(change) && is_declared(object, kind, matching, context) => {
            Err("is declared by the manifests")
        }
        [object] => Ok(Some(object)),
        [_, _, ..] => Err("exists in the store more than once"),
    }
}

/// Whether a change removes an object because no manifest declares it. The API cannot delete an API key.
fn is_pruned(change: &Change) -> bool {
    match change.address.kind() {
        Kind::ApiKey => change.action == Action::Disable && change.place.is_none(),
        _ => change.action == Action::Delete,
    }
}

/// Whether the manifests declare the object, and not as an older generation. The plan may not have known it (KW-033), may
/// be older than the manifest, or may come from other manifests.
fn is_declared(object: &LiveObject, kind: Kind, matching: &Matching<'_>, context: &Context<'_>) -> bool {
    let is_present =
        |address: &Address| context.desired.get(address).is_some_and(|declared| declared.presence == Presence::Present);
    let mut found = matching.found.of(kind);
    found.any(|(address, found)| found.live.id == object.id && is_present(address))
}

fn check_create(change: &Change, matching: &Matching<'_>) -> Result<(), &'static str> {
    let found = matching.found.get(&change.address);
    if matching.stopped.contains(&change.address) {
        return Err("may be in the store already, but cannot be identified there");
    }
    if change.address.kind() == Kind::PackageKey {
        let current = found.map(|found| found.live.id.fingerprint());
        let follows = change.target.key.as_ref().and_then(|key| key.follows);
        return match (current == follows, follows) {
            (true, _) => Ok(()),
            (false, None) => Err("already exists in the store"),
            (false, Some(_)) => Err("has a newer generation than when the plan was made"),
        };
    }
    let is_there = found.is_some() || matching.in_store.contains_key(&change.address);
    if is_there { Err("already exists in the store") } else { Ok(()) }
}

/// Blocks what needs an excluded change.
fn block(plan: &Plan, excluded: &mut BTreeMap<usize, ChangeResult>) {
    for (index, change) in plan.changes.iter().enumerate() {
        let need = change.needs.iter().find(|need| excluded.contains_key(need));
        if let Some(by) = need.and_then(|need| plan.changes.get(*need)) {
            excluded.entry(index).or_insert_with(|| ChangeResult::Blocked(by.address.clone()));
        }
    }
}
