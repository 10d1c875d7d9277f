//! Guards: what needs consent. `--allow ADDRESS` gives it for one address; no option gives it for all.
//!
//! A guard of one object holds back its change and everything that depends on it. A limit of the whole plan stops all of it.

mod alike;
mod burnt;
mod callers;
mod closed;
mod hold;
mod last_keys;
mod limits;
mod moved;
mod narrowed;
mod objects;
mod returning;
mod renamed;
mod replaced;
mod taken;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub(super) use self::alike::beside;
use self::callers::Callers;
use super::Action;
use super::Change;
use super::Context;
use super::Held;
use super::Need;
use super::Plan;
use super::Planned;
use super::consent::by_settings;
use super::consent::is_allowed_for_run;
use super::demand::Demand;
use super::displaced;
use super::memory_guards;
use super::option::option;
use super::removal::Removals;
use super::strangers;
use super::timeline;
use super::transfer_guards;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::sort;
use crate::matching::Matching;
use crate::model::Address;
use crate::outcome::ChangeResult;
use crate::rules;
use crate::rules::values::source_place;
use crate::workspace::Consent;

/// Asks the guards, and takes out what they hold back. `more` are the demands of the caller.
pub(super) fn guard(planned: &mut Planned, more: Vec<Demand>, context: &Context<'_>, matching: &Matching<'_>) {
    let guarded = check(&planned.plan, &planned.excluded, more, context, matching);
    let results = guarded.held.iter().map(|(index, held)| (*index, ChangeResult::Held(held.clone())));
    planned.excluded.extend(results);
    planned.plan.held = guarded.held;
    timeline::hold_back(planned);
    planned.plan.consents = guarded.consents;
    without_notices(planned, context);
    planned.asked = guarded.findings;
    planned.stopped = guarded.stopped;
    sort(&mut planned.asked);
    sort(&mut planned.stopped);
}

/// Takes out CAM-038 for new keys that are held back: that the old key stays is no news.
fn without_notices(planned: &mut Planned, context: &Context<'_>) {
    let held = planned.plan.held.keys().filter_map(|index| planned.plan.changes.get(*index));
    let creates = held.filter(|change| change.action == Action::Create);
    let declared = creates.filter_map(|change| context.desired.get(&change.address));
    let places: BTreeSet<Place> =
        declared.filter_map(|declared| Some(source_place(&declared.key.as_ref()?.source, declared.place))).collect();
    let is_notice = |it: &Diagnostic| it.rule == rules::CAM_038.id && it.place.is_some_and(|at| places.contains(&at));
    planned.diagnostics.retain(|diagnostic| !is_notice(diagnostic));
}

/// The verdict of all guards.
struct Guarded {
    held: BTreeMap<usize, Held>,
    /// The findings of the guards that hold changes back.
    findings: Vec<Diagnostic>,
    /// The limits that stop the whole plan.
    stopped: Vec<Diagnostic>,
    /// The consents of the settings that lift a guard.
    consents: BTreeSet<Consent>,
}

/// Asks all guards about the changes that are not `excluded`. `more` are the demands of the caller. What a saved plan
/// held back stays so, unless a guard asks about it now and has the consent.
fn check(
    plan: &Plan,
    excluded: &BTreeMap<usize, ChangeResult>,
    more: Vec<Demand>,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Guarded {
    let all = plan.changes.iter().enumerate();
    let changes: Vec<(usize, &Change)> = all.filter(|(index, _)| !excluded.contains_key(index)).collect();
    let callers = Callers::of(&changes, context, matching);
    let mut first: Vec<Demand> = objects::demands(&changes, &callers, context);
    first.extend(narrowed::demands(&changes, &callers, context, matching));
    first.extend(closed::demands(&changes, &callers, context));
    first.extend(returning::demands(&changes, &callers, context, matching));
    first.extend(taken::demands(&changes, &callers, context, matching));
    first.extend(transfer_guards::demands(&changes, context));
    let removals = Removals::of(context, matching);
    first.extend(memory_guards::demands(&changes, &removals, context, matching));
    first.extend(alike::demands(&changes, context, matching));
    first.extend(burnt::demands(&changes, context, matching));
    first.extend(more);
    // The consent for a removed object covers its deletion and that of what hangs on it.
    let is_covered = |demand: &Demand| {
        let is_about_delete = [rules::KW_106.id, rules::KW_110.id].contains(&demand.finding.rule);
        is_about_delete && removals.makes(&plan.changes[demand.index])
    };
    first.retain(|demand| !is_covered(demand));
    first.extend(removals.demands(&changes, context));
    first.extend(renamed::demands(&changes, context, matching));
    first.extend(replaced::demands(&changes, &removals, context, matching));
    first.extend(moved::demands(&changes, &removals, context, matching));
    let judge = Judge { plan, changes: &changes, first: &first, removals: &removals, context, matching };
    let mut answer = judge.ask(BTreeMap::new());
    let still: BTreeMap<usize, Vec<Need>> = plan
        .held
        .iter()
        .filter_map(|(index, held)| match held {
            Held::Asks(needs) if !answer.lifted.contains(index) => {
                Some((*index, needs.iter().map(|need| unless_asked(need, &answer, *index)).collect()))
            }
            // Follows from the others.
            Held::Asks(_) | Held::Waits(_) => None,
        })
        .collect();
    if !still.is_empty() {
        answer = judge.ask(still);
    }
    let mut held = hold::with_dependents(plan, &answer.asked);
    held.retain(|index, _| !excluded.contains_key(index));
    let stopped = limits::check(&changes, &removals, context, matching);
    Guarded { held, findings: answer.findings, stopped, consents: answer.consents }
}

/// What a saved plan needed. A consent for what no guard asks about now would not lift it.
fn unless_asked(need: &Need, answer: &Answer, index: usize) -> Need {
    if answer.asked.contains_key(&index) {
        return need.clone();
    }
    let help = "plan again: the saved plan asked about it, and what it asked about has changed";
    Need { rule: need.rule.clone(), help: help.into() }
}

struct Judge<'a, 'c> {
    plan: &'a Plan,
    changes: &'a [(usize, &'a Change)],
    /// The demands that do not depend on what else is held back.
    first: &'a [Demand],
    removals: &'a Removals<'c>,
    context: &'a Context<'c>,
    matching: &'a Matching<'c>,
}

#[derive(Default)]
struct Answer {
    /// What is needed for each change that has no consent.
    asked: BTreeMap<usize, Vec<Need>>,
    /// The changes that guards asked about and that have all consent.
    lifted: BTreeSet<usize>,
    findings: Vec<Diagnostic>,
    consents: BTreeSet<Consent>,
}

impl Judge<'_, '_> {
    /// A change that is held back keeps nothing alive, so the guard of the last keys is asked again until it has nothing
    /// to add. Ends, because every round holds back more.
    fn ask(&self, asked: BTreeMap<usize, Vec<Need>>) -> Answer {
        let mut answer = Answer { asked, ..Answer::default() };
        // Consent does not help a change that cannot be allowed, so only that is said.
        let (never, others): (Vec<_>, Vec<_>) = self.first.iter().partition(|demand| demand.lifted_by.is_empty());
        for demand in &never {
            answer.take(demand, self.context);
        }
        let refused: BTreeSet<usize> = never.iter().map(|demand| demand.index).collect();
        for demand in others.iter().filter(|demand| !refused.contains(&demand.index)) {
            answer.take(demand, self.context);
        }
        loop {
            let held = hold::with_dependents(self.plan, &answer.asked);
            let open: Vec<(usize, &Change)> =
                self.changes.iter().filter(|(index, _)| !held.contains_key(index)).copied().collect();
            let mut demands = last_keys::demands(&open, self.context, self.matching);
            demands.retain(|demand| !self.removals.makes(&self.plan.changes[demand.index]));
            for demand in &demands {
                answer.take(demand, self.context);
            }
            if demands.iter().all(|demand| !answer.asked.contains_key(&demand.index)) {
                answer.lifted.retain(|index| !answer.asked.contains_key(index));
                return answer;
            }
        }
    }
}

impl Answer {
    fn take(&mut self, demand: &Demand, context: &Context<'_>) {
        // An entry of the settings was not written for an object that the database does not know, or for a key that leaked since.
        let may_stand = ![rules::KW_144.id, rules::KW_176.id].contains(&demand.finding.rule);
        let consent = demand.lifted_by.iter().find_map(|address| by_settings(address, context)).filter(|_| may_stand);
        let for_run = demand.lifted_by.iter().any(|address| is_allowed_for_run(address, context));
        if for_run || consent.is_some() {
            self.lifted.insert(demand.index);
            self.consents.extend(consent.filter(|_| !for_run).cloned());
            return;
        }
        let finding = &demand.finding;
        let help = match demand.lifted_by.first() {
            // Its help names the consents for all objects.
            Some(address) if [rules::KW_110.id, rules::KW_112.id].contains(&finding.rule) => {
                format!("allow it with {}", option(address))
            }
            _ => finding.help.clone().unwrap_or_default(),
        };
        let need = Need { rule: finding.rule.0.into(), help: help.into() };
        let needs = self.asked.entry(demand.index).or_default();
        if !needs.contains(&need) {
            needs.push(need);
        }
        // One finding for all keys that an application loses.
        let is_new = |known: &Diagnostic| (known.rule, &known.message) != (finding.rule, &finding.message);
        if self.findings.iter().all(is_new) {
            self.findings.push(finding.clone());
        }
    }
}

/// KW-021: an allowed address that the plan does not change is misspelled or left over.
pub(super) fn unused(
    plan: &Plan,
    refused: &BTreeSet<Address>,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Diagnostic> {
    let touched: BTreeSet<String> = plan.changes.iter().map(|change| change.address.to_string()).collect();
    let parents = plan.changes.iter().filter_map(|change| change.target.parent.as_ref()).map(ToString::to_string);
    let changes: Vec<(usize, &Change)> = plan.changes.iter().enumerate().collect();
    let consents = memory_guards::consents(&changes, context, matching);
    let removed = Removals::of(context, matching).roots();
    let rotated = strangers::allowed(context, matching).map(ToString::to_string);
    let displaced = displaced::allowed(context, matching);
    let refused = refused.iter().map(ToString::to_string);
    let touched: BTreeSet<String> =
        parents.chain(touched).chain(refused).chain(displaced).chain(consents).chain(removed).chain(rotated).collect();
    let unused = context.options.allow.difference(&touched);
    unused
        .map(|address| {
            let problem = rules::KW_021.finding(format!("{} matches no change", option(address)));
            match crate::diagnostic::did_you_mean(address, touched.iter().map(String::as_str)) {
                Some(near) => problem.help(format!("did you mean {near}?")),
                None => problem.help("remove it, or copy the address from the plan"),
            }
        })
        .collect()
}
