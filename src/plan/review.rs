//! A plan that was made earlier, in view of the store and of the workspace as they are now: what is left of it, and the
//! guards once more, with the workspace's present limits, ownership and protection.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Action;
use super::Change;
use super::Context;
use super::Plan;
use super::Planned;
use super::consent::place_of;
use super::guards;
use super::prune;
use super::resolve::Undeclared;
use super::resolve::resolve;
use super::transfer_rules;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::sort;
use crate::matching::Matching;
use crate::matching::matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules;

/// Takes up a plan that was made earlier. Fails when the manifests no longer say what it needs to know of them.
pub fn review(mut plan: Plan, context: &Context<'_>) -> Result<Planned, Undeclared> {
    let matching = matching(context.desired, context.live, context.values, context.options.is_part);
    let void = resolve(&mut plan, context, &matching)?;
    let mut planned = Planned { plan, void, diagnostics: Vec::new(), stopped: Vec::new(), withheld: BTreeSet::new() };
    let left: Vec<&Change> = planned.left().collect();
    let mut stopped = guards::check(&left, context, &matching);
    stopped.extend(transfer_rules::whose(context, &matching, &planned.plan));
    stopped.extend(incomplete(&left, context));
    stopped.extend(unowned(&left, context, &matching));
    sort(&mut stopped);
    planned.stopped = stopped;
    Ok(planned)
}

/// CAM-050: what is missing from a short list would be made a second time.
fn incomplete(changes: &[&Change], context: &Context<'_>) -> impl Iterator<Item = Diagnostic> {
    let kinds: BTreeSet<Kind> = changes.iter().map(|change| change.address.kind()).collect();
    kinds.into_iter().filter(|kind| !context.live.is_complete(*kind)).map(|kind| {
        let message = format!("the store's list of {} is not complete", kind.plural());
        rules::CAM_050.finding(message).help("run again when the store answers in full; nothing was changed")
    })
}

/// KW-107, CAM-046: what nobody declares is deleted only while the workspace owns it, and administrators never are.
fn unowned(changes: &[&Change], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let goes = |change: &&&Change| match change.address.kind() {
        Kind::ApiKey => change.action == Action::Disable && place_of(change, context).is_none(),
        _ => change.action == Action::Delete,
    };
    let going: BTreeMap<(Kind, &LiveId), &Change> = changes
        .iter()
        .filter(goes)
        .filter_map(|&change| Some(((change.address.kind(), change.live_id()?), change)))
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
