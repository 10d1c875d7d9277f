//! Which change is next: one starts as soon as what it needs is done, and nothing waits for anything else.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Effects;
use crate::model::Address;
use crate::outcome::Fate;
use crate::outcome::Outcome;
use crate::plan::Change;
use crate::plan::Plan;

pub(super) struct Schedule<'a> {
    plan: &'a Plan,
    fates: Vec<Option<Fate>>,
    /// How many of its needs every change still waits for.
    waits_for: Vec<usize>,
    needed_by: Vec<Vec<usize>>,
    /// The changes that wait for nothing any more; the first of the plan goes first.
    ready: BTreeSet<usize>,
    /// What was settled before the run, and told by whoever settled it.
    void: &'a BTreeMap<usize, Fate>,
    /// How many changes, from the first, were told about.
    told: usize,
}

/// What is to be done with a change that waits for nothing.
pub(super) enum Step<'a> {
    Start(&'a Change),
    /// This change, which it needs, was not done.
    Blocked(&'a Address),
}

impl<'a> Schedule<'a> {
    /// What needs a change that is `void` is void too.
    pub(super) fn of(plan: &'a Plan, void: &'a BTreeMap<usize, Fate>) -> Self {
        let mut needed_by = vec![Vec::new(); plan.changes.len()];
        for (index, change) in plan.changes.iter().enumerate() {
            for &need in &change.needs {
                needed_by[need].push(index);
            }
        }
        let waits_for: Vec<usize> = plan.changes.iter().map(|change| change.needs.len()).collect();
        let fates: Vec<Option<Fate>> = (0..waits_for.len()).map(|index| void.get(&index).cloned()).collect();
        let ready = (0..waits_for.len()).filter(|&index| waits_for[index] == 0 && fates[index].is_none()).collect();
        Self { plan, fates, waits_for, needed_by, ready, void, told: 0 }
    }

    pub(super) fn next(&mut self) -> Option<(usize, Step<'a>)> {
        let index = self.ready.pop_first()?;
        let change = &self.plan.changes[index];
        let is_undone = |need: &&usize| !self.fates[**need].as_ref().is_some_and(Fate::is_in_store);
        Some((
            index,
            match change.needs.iter().find(is_undone) {
                Some(&need) => Step::Blocked(&self.plan.changes[need].address),
                None => Step::Start(change),
            },
        ))
    }

    /// A change has come to its end: what waited for it waits no longer. Changes are told in the plan's order, so that
    /// the same run says the same, whichever answer came first.
    pub(super) fn end<E: Effects>(&mut self, index: usize, fate: Fate, effects: &RefCell<&mut E>) {
        self.fates[index] = Some(fate);
        self.tell(effects);
        for &next in &self.needed_by[index] {
            self.waits_for[next] -= 1;
            if self.waits_for[next] == 0 {
                self.ready.insert(next);
            }
        }
    }

    /// The run was stopped: what was not begun is not begun any more.
    pub(super) fn skip_the_rest<E: Effects>(&mut self, effects: &RefCell<&mut E>) {
        for fate in self.fates.iter_mut().filter(|fate| fate.is_none()) {
            *fate = Some(Fate::Skipped);
        }
        self.tell(effects);
    }

    fn tell<E: Effects>(&mut self, effects: &RefCell<&mut E>) {
        while let Some(Some(fate)) = self.fates.get(self.told) {
            if !self.void.contains_key(&self.told) {
                effects.borrow_mut().tell(self.told, &self.plan.changes[self.told], fate);
            }
            self.told += 1;
        }
    }

    /// Every change has a fate by now: needs stand before what needs them, so none waits for ever.
    pub(super) fn into_outcome(self) -> Outcome {
        let fates = self.fates.into_iter().map(|fate| fate.unwrap_or(Fate::Skipped)).collect();
        Outcome { fates, unproven: None }
    }
}
