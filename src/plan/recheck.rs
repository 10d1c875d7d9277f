//! The guards once more, for a plan that was made earlier: in view of the store as it is now, and of the workspace's
//! present limits, ownership and protection.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Action;
use super::Change;
use super::Context;
use super::Plan;
use super::guards;
use super::prune;
use super::transfer_guards;
use super::transfer_rules;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::sort;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules;

/// What stops a plan that was made earlier; nothing when it may be applied. Its changes must have found their objects.
pub fn recheck(plan: &Plan, context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    // What the workspace manages is counted anew: the store has moved on, and the file may say anything.
    let mut counted = Plan { changes: plan.changes.clone(), ..Plan::default() };
    for live in matching.unmatched.iter().filter(|live| !prune::is_owned(context, matching, live)) {
        *counted.left_alone.entry(live.address.kind()).or_default() += 1;
    }
    let mut stopped = guards::check(&counted, context, matching);
    stopped.extend(transfer_guards::check(plan, context));
    stopped.extend(transfer_rules::whose(context, matching, plan));
    stopped.extend(incomplete(plan, context));
    stopped.extend(unowned(plan, context, matching));
    sort(&mut stopped);
    stopped
}

/// CAM-050: what is missing from a short list would be made a second time.
fn incomplete(plan: &Plan, context: &Context<'_>) -> impl Iterator<Item = Diagnostic> {
    let kinds: BTreeSet<Kind> = plan.changes.iter().map(|change| change.address.kind()).collect();
    kinds.into_iter().filter(|kind| !context.live.is_complete(*kind)).map(|kind| {
        let message = format!("the store's list of {} is not complete", kind.plural());
        rules::CAM_050.finding(message).help("run again when the store answers in full; nothing was changed")
    })
}

/// KW-107, CAM-046: what nobody declares is deleted only while the workspace owns it, and administrators never are.
fn unowned(plan: &Plan, context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let goes = |change: &&Change| match change.address.kind() {
        Kind::ApiKey => change.action == Action::Disable && change.place.is_none(),
        _ => change.action == Action::Delete,
    };
    let going: BTreeMap<(Kind, &LiveId), &Change> = plan
        .changes
        .iter()
        .filter(goes)
        .filter_map(|change| Some(((change.address.kind(), &change.target.live.as_ref()?.id), change)))
        .collect();
    let undeclared = matching.unmatched.iter().filter_map(|&live| {
        let change = going.get(&(live.address.kind(), &live.id))?;
        Some((live, &change.address))
    });
    undeclared.filter_map(|(live, address)| not_to_go(address, live, context, matching)).collect()
}

fn not_to_go(
    address: &Address,
    live: &LiveObject,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Option<Diagnostic> {
    if prune::is_protected(live, context.live) {
        let message = format!("{address} is an administrator or belongs to the platform");
        return Some(rules::CAM_046.finding(message).help("such users are never deleted"));
    }
    if prune::is_owned(context, matching, live) {
        return None;
    }
    let message = format!("{address} is not declared, and the workspace does not own it");
    Some(rules::KW_107.finding(message).help("plan again: what is not owned is left alone"))
}
