//! A saved plan in view of the store as it is now: which of its changes can still be made, on which objects, and which
//! are void because their object moved.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Mark;
use super::SavedPlan;
use super::Seen;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Desired;
use crate::model::Digest;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::outcome::Fate;
use crate::outcome::Outcome;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::LiveTarget;
use crate::plan::Plan;
use crate::plan::ValueFrom;
use crate::rules::values::Values;
use crate::store::Refusal;

/// The plan, and what can be made of it.
pub struct Resolved {
    /// Every change of the saved plan.
    pub whole: Plan,
    /// The changes that can be made: all but those in `void`.
    pub rest: Plan,
    /// The changes that are stale, and those that need one that is.
    pub void: BTreeMap<usize, Fate>,
}

/// The manifests no longer say what a plan needs to know of them.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{address} is no longer declared {what}")]
pub struct Undeclared {
    address: Address,
    what: &'static str,
}

/// Finds the objects of a saved plan in the store. `desired`, `values` and `matching` are of the manifests as they are
/// now, which say what keys are found by, and give the values that no plan holds.
pub fn resolve(
    saved: &SavedPlan,
    desired: &Desired,
    values: &Values,
    live: &Live,
    matching: &Matching<'_>,
) -> Result<Resolved, Undeclared> {
    let objects = objects(saved, live);
    let mut whole = saved.plan.clone();
    let mut void: BTreeMap<usize, Fate> = BTreeMap::new();
    for (index, (change, mark)) in whole.changes.iter_mut().zip(&saved.marks).enumerate() {
        check_declared(change, desired, values)?;
        // Guards tell what a manifest asks for from what the run found out by itself.
        change.place = mark.place.as_ref().and(desired.get(&change.address)).map(|declared| declared.place);
        match still_to_do(change, mark, &objects, matching) {
            Ok(object) => change.target.live = object.map(target),
            Err(why) => {
                void.insert(index, Fate::Failed(Refusal::stale(format!("{} {why}", change.address))));
            }
        }
    }
    block(&whole, &mut void);
    let rest = rest(&whole, &void);
    Ok(Resolved { whole, rest, void })
}

impl Resolved {
    /// The changes that are stale.
    pub fn stale(&self) -> impl Iterator<Item = &Change> {
        let stale = self.void.iter().filter(|(_, fate)| matches!(fate, Fate::Failed(_)));
        stale.filter_map(|(&index, _)| self.whole.changes.get(index))
    }

    /// What became of every change, when this became of the rest.
    pub fn outcome(&self, of_rest: Outcome) -> Outcome {
        let mut done = of_rest.fates.into_iter();
        let fate = |index| match self.void.get(&index) {
            Some(fate) => fate.clone(),
            None => done.next().unwrap_or(Fate::Skipped),
        };
        Outcome { fates: (0..self.whole.changes.len()).map(fate).collect(), unproven: of_rest.unproven }
    }
}

/// The objects of the store that the plan speaks of. Only kinds that it speaks of are looked at.
fn objects<'a>(saved: &SavedPlan, live: &'a Live) -> BTreeMap<(Kind, Digest), &'a LiveObject> {
    let wanted: BTreeSet<(Kind, Digest)> =
        saved.changes().filter_map(|(change, mark)| Some((change.address.kind(), mark.object?.id))).collect();
    let kinds: BTreeSet<Kind> = wanted.iter().map(|(kind, _)| *kind).collect();
    let all = kinds.into_iter().flat_map(|kind| live.of(kind)).map(|object| (id_of(object), object));
    all.filter(|(id, _)| wanted.contains(id)).collect()
}

fn id_of(object: &LiveObject) -> (Kind, Digest) {
    (object.address.kind(), object.id.fingerprint())
}

fn target(object: &LiveObject) -> LiveTarget {
    LiveTarget { id: object.id.clone(), fingerprint: object.fingerprint() }
}

/// A key is made only while the manifests declare it as the plan makes it, or nobody would know it again.
fn check_declared(change: &Change, desired: &Desired, values: &Values) -> Result<(), Undeclared> {
    let (Action::Create | Action::Replace, Some(target)) = (change.action, &change.target.key) else { return Ok(()) };
    let undeclared = |what| Err(Undeclared { address: change.address.clone(), what });
    let Some(declared) = desired.get(&change.address) else { return undeclared("at all") };
    let is_given = values.contains_key(&change.address);
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
    mark: &Mark,
    objects: &BTreeMap<(Kind, Digest), &'a LiveObject>,
    matching: &Matching<'_>,
) -> Result<Option<&'a LiveObject>, &'static str> {
    let Some(Seen { id, fingerprint }) = mark.object else { return to_make(change, mark, matching).map(|()| None) };
    match objects.get(&(change.address.kind(), id)) {
        None => Err("is no longer in the store"),
        Some(object) if object.fingerprint() != fingerprint => Err("is not as the plan saw it"),
        Some(object) => Ok(Some(object)),
    }
}

fn to_make(change: &Change, mark: &Mark, matching: &Matching<'_>) -> Result<(), &'static str> {
    let found = matching.found.get(&change.address);
    if matching.stopped.contains(&change.address) {
        return Err("is in the store more than once");
    }
    if change.address.kind() == Kind::PackageKey {
        let current = found.map(|found| found.live.id.fingerprint());
        return match (current == mark.follows, mark.follows) {
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

/// The plan without what is void. What is left needs nothing of that.
fn rest(plan: &Plan, void: &BTreeMap<usize, Fate>) -> Plan {
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut changes = Vec::with_capacity(plan.changes.len() - void.len());
    for (index, change) in plan.changes.iter().enumerate().filter(|(index, _)| !void.contains_key(index)) {
        numbers.insert(index, changes.len());
        let needs = change.needs.iter().filter_map(|need| numbers.get(need).copied()).collect();
        changes.push(Change { needs, ..change.clone() });
    }
    Plan { changes, unchanged: plan.unchanged.clone(), left_alone: plan.left_alone.clone(), kept: plan.kept.clone() }
}
