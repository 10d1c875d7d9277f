//! The next change to make: a change starts as soon as its dependencies are done.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Effects;
use crate::model::Address;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::plan::Change;
use crate::plan::Plan;

pub(super) struct Schedule<'a> {
    plan: &'a Plan,
    results: Vec<Option<ChangeResult>>,
    /// How many dependencies each change still waits for.
    waits_for: Vec<usize>,
    needed_by: Vec<Vec<usize>>,
    /// The changes that wait for nothing; the first of the plan starts first.
    ready: BTreeSet<usize>,
    /// Results known before the run; the caller has reported them.
    excluded: &'a BTreeMap<usize, ChangeResult>,
    /// How many changes, from the first, were reported.
    reported: usize,
}

/// What to do with a change that waits for nothing.
pub(super) enum Step<'a> {
    Start(&'a Change),
    /// This dependency was not done.
    Blocked(&'a Address),
}

impl<'a> Schedule<'a> {
    /// `excluded` also holds the dependents of excluded changes.
    pub(super) fn of(plan: &'a Plan, excluded: &'a BTreeMap<usize, ChangeResult>) -> Self {
        let mut needed_by = vec![Vec::new(); plan.changes.len()];
        for (index, change) in plan.changes.iter().enumerate() {
            for &need in &change.needs {
                needed_by[need].push(index);
            }
        }
        let waits_for: Vec<usize> = plan.changes.iter().map(|change| change.needs.len()).collect();
        let results: Vec<Option<ChangeResult>> =
            (0..waits_for.len()).map(|index| excluded.get(&index).cloned()).collect();
        let ready = (0..waits_for.len()).filter(|&index| waits_for[index] == 0 && results[index].is_none()).collect();
        Self { plan, results, waits_for, needed_by, ready, excluded, reported: 0 }
    }

    pub(super) fn next(&mut self) -> Option<(usize, Step<'a>)> {
        let index = self.ready.pop_first()?;
        let change = &self.plan.changes[index];
        let is_undone = |need: &&usize| !self.results[**need].as_ref().is_some_and(ChangeResult::frees_dependents);
        Some((
            index,
            match change.needs.iter().find(is_undone) {
                Some(&need) => Step::Blocked(&self.plan.changes[need].address),
                None => Step::Start(change),
            },
        ))
    }

    /// Ends a change and releases its dependents. Changes are reported in the plan's order, so that the output does not
    /// depend on which response came first.
    pub(super) fn end<E: Effects>(&mut self, index: usize, result: ChangeResult, effects: &RefCell<&mut E>) {
        self.results[index] = Some(result);
        self.report(effects);
        for &next in &self.needed_by[index] {
            self.waits_for[next] -= 1;
            if self.waits_for[next] == 0 && self.results[next].is_none() {
                self.ready.insert(next);
            }
        }
    }

    /// Skips the changes that a stopped run has not started.
    pub(super) fn skip_the_rest<E: Effects>(&mut self, effects: &RefCell<&mut E>) {
        for result in self.results.iter_mut().filter(|result| result.is_none()) {
            *result = Some(ChangeResult::Skipped);
        }
        self.report(effects);
    }

    fn report<E: Effects>(&mut self, effects: &RefCell<&mut E>) {
        while let Some(Some(result)) = self.results.get(self.reported) {
            if !self.excluded.contains_key(&self.reported) {
                effects.borrow_mut().report(self.reported, &self.plan.changes[self.reported], result);
            }
            self.reported += 1;
        }
    }

    /// Every change has a result by now: dependencies come first in a plan, so no change waits forever.
    pub(super) fn into_outcome(self) -> Outcome {
        let results = self.results.into_iter().map(|result| result.unwrap_or(ChangeResult::Skipped)).collect();
        Outcome { results, ..Outcome::default() }
    }
}
