//! The verification after the writes: a store may confirm a value and keep another.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::Effects;
use super::reported;
use super::value::other_value;
use crate::model::Secret;
use crate::outcome::ChangeResult;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Plan;
use crate::store::Refusal;
use crate::store::Store;

/// Reads the written objects, and corrects the results of those that differ or that could not be read. `made` has the
/// values of new keys.
pub(super) async fn verify<S: Store, E: Effects>(
    plan: &Plan,
    store: &S,
    made: &BTreeMap<usize, Secret>,
    results: &mut [ChangeResult],
    effects: &RefCell<&mut E>,
) {
    let is_written = |(index, change): &(usize, &Change)| {
        results[*index] == ChangeResult::Done && leaves_object(change) && store.needs_read_back(change)
    };
    let written: Vec<(usize, &Change)> = plan.changes.iter().enumerate().filter(is_written).collect();
    if written.is_empty() {
        return;
    }
    let changes: Vec<&Change> = written.iter().map(|(_, change)| *change).collect();
    // After a stop, make no more calls.
    let found = if effects.borrow().is_stopped() {
        let stopped = || Err(Refusal::unavailable("the run was stopped before the verification"));
        changes.iter().map(|_| stopped()).collect()
    } else {
        store.read_back(&changes).await
    };
    for ((index, change), found) in written.into_iter().zip(found) {
        let result = match found {
            Ok(found) => match found.value.filter(|value| made.get(&index).is_some_and(|made| made != value)) {
                Some(live) => other_value(index, change, &live, None, &mut **effects.borrow_mut()),
                None => match reported(change, found.altered, &**effects.borrow()) {
                    altered if altered.is_empty() => continue,
                    altered => ChangeResult::Altered(altered),
                },
            },
            Err(refusal) => ChangeResult::Unverified(refusal),
        };
        results[index] = result;
        effects.borrow_mut().correct(index, change, &results[index]);
    }
}

/// Whether a change leaves an object in the store.
fn leaves_object(change: &Change) -> bool {
    !matches!(change.action, Action::Delete | Action::Deliver)
}
