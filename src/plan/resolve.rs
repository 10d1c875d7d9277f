//! A plan in view of the store as it is now: which of its changes can still be made, on which objects, and which are
//! void because their object moved.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Action;
use super::Change;
use super::Context;
use super::LiveTarget;
use super::Plan;
use super::ValueFrom;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Digest;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::outcome::Fate;
use crate::store::Refusal;

/// The manifests no longer say what a plan needs to know of them.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{address} is no longer declared {what}")]
pub struct Undeclared {
    address: Address,
    what: &'static str,
}

/// Finds the objects of a plan in the store, and tells the changes that are stale, or need one that is. The manifests as
/// they are now say what keys are found by, and give the values that no plan holds.
pub(super) fn resolve(
    plan: &mut Plan,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Result<BTreeMap<usize, Fate>, Undeclared> {
    let objects = objects(plan, context.live);
    let mut void: BTreeMap<usize, Fate> = BTreeMap::new();
    for (index, change) in plan.changes.iter_mut().enumerate() {
        check_declared(change, context)?;
        match still_to_do(change, &objects, matching) {
            Ok(object) => change.target.live = object.map(LiveTarget::of),
            Err(why) => {
                void.insert(index, Fate::Failed(Refusal::stale(format!("{} {why}", change.address))));
            }
        }
    }
    block(plan, &mut void);
    Ok(void)
}

/// The objects of the store that the plan speaks of. Only kinds that it speaks of are looked at.
fn objects<'a>(plan: &Plan, live: &'a Live) -> BTreeMap<(Kind, Digest), &'a LiveObject> {
    let seen = |change: &Change| Some((change.address.kind(), change.target.live.as_ref()?.object));
    let wanted: BTreeSet<(Kind, Digest)> = plan.changes.iter().filter_map(seen).collect();
    let kinds: BTreeSet<Kind> = wanted.iter().map(|(kind, _)| *kind).collect();
    let of_kind = |kind| live.of(kind).iter().map(move |object| ((kind, object.id.fingerprint()), object));
    kinds.into_iter().flat_map(of_kind).filter(|(id, _)| wanted.contains(id)).collect()
}

/// A key is made only while the manifests declare it as the plan makes it, or nobody would know it again.
fn check_declared(change: &Change, context: &Context<'_>) -> Result<(), Undeclared> {
    let (Action::Create | Action::Replace, Some(target)) = (change.action, &change.target.key) else { return Ok(()) };
    let undeclared = |what| Err(Undeclared { address: change.address.clone(), what });
    let Some(declared) = context.desired.get(&change.address) else { return undeclared("at all") };
    let is_given = context.values.contains_key(&change.address);
    if (target.value == ValueFrom::Given) != is_given && change.action == Action::Create {
        let is_given = target.value == ValueFrom::Given;
        return undeclared(if is_given { "with a value of its own" } else { "as a generated key" });
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

/// The object to change, or nothing for a create; or why the change is void.
fn still_to_do<'a>(
    change: &Change,
    objects: &BTreeMap<(Kind, Digest), &'a LiveObject>,
    matching: &Matching<'_>,
) -> Result<Option<&'a LiveObject>, &'static str> {
    let Some(seen) = &change.target.live else { return to_make(change, matching).map(|()| None) };
    match objects.get(&(change.address.kind(), seen.object)) {
        None => Err("is no longer in the store"),
        Some(object) if object.fingerprint() != seen.fingerprint => Err("is not as the plan saw it"),
        Some(object) => Ok(Some(object)),
    }
}

fn to_make(change: &Change, matching: &Matching<'_>) -> Result<(), &'static str> {
    let found = matching.found.get(&change.address);
    if matching.stopped.contains(&change.address) {
        return Err("is in the store more than once");
    }
    if change.address.kind() == Kind::PackageKey {
        let current = found.map(|found| found.live.id.fingerprint());
        let follows = change.target.key.as_ref().and_then(|key| key.follows);
        return match (current == follows, follows) {
            (true, _) => Ok(()),
            (false, None) => Err("is in the store already"),
            (false, Some(_)) => Err("has another generation than the plan saw"),
        };
    }
    let is_there = found.is_some() || matching.in_store.contains_key(&change.address);
    if is_there { Err("is in the store already") } else { Ok(()) }
}

/// What needs a change that is void is void too.
fn block(plan: &Plan, void: &mut BTreeMap<usize, Fate>) {
    for (index, change) in plan.changes.iter().enumerate() {
        let need = change.needs.iter().find(|need| void.contains_key(need));
        if let Some(by) = need.and_then(|need| plan.changes.get(*need)) {
            void.entry(index).or_insert_with(|| Fate::Blocked(by.address.clone()));
        }
    }
}
