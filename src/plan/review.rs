//! Checks a saved plan against the current store and workspace: which changes are left, and whether the guards, with
//! the current limits, ownership and protection, allow them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Action;
use super::Change;
use super::Context;
use super::Plan;
use super::Planned;
use super::Sighting;
use super::consent;
use super::consent::place_of;
use super::control_plane::OfControlPlane;
use super::deliveries;
use super::demand::Demand;
use super::given;
use super::guards;
use super::lost_names;
use super::protected::Protection;
use super::prune;
use super::removal::Removals;
use super::resolve::Undeclared;
use super::resolve::resolve;
use super::retirement::Generations;
use super::strangers;
use super::transfer_rules;
use super::untimely;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::sort;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules;
use crate::rules::with_severities;

/// Reviews a saved plan. Fails if the manifests no longer declare what it needs.
pub fn review(mut plan: Plan, context: &Context<'_>) -> Result<Planned, Undeclared> {
    let mut matching = lost_names::matched(context);
    strangers::set_apart(context, &mut matching);
    let excluded = resolve(&mut plan, context, &matching)?;
    let untimely = untimely::check(context, &matching);
    let mut held = std::mem::take(&mut matching.held);
    if rotates(&plan, context, &matching) {
        held.extend(untimely.held);
    }
    // What the plan left out for a broken place is still left out.
    held.extend(deliveries::all_broken(context));
    let mut held = with_severities(held, context.workspace);
    sort(&mut held);
    let diagnostics = with_severities(consent::obsolete(&plan, context), context.workspace);
    let (asked, stopped, withheld, rotations) = (Vec::new(), Vec::new(), BTreeSet::new(), Vec::new());
    let (declared, apart) = (Sighting::all(context.desired, &matching), Sighting::apart(&matching));
    let mut planned =
        Planned { plan, excluded, diagnostics, held, asked, stopped, declared, apart, withheld, rotations };
    let unowned = unowned(&planned, context, &matching);
    guards::guard(&mut planned, unowned, context, &matching);
    planned.stopped.extend(transfer_rules::whose(context, &matching, &planned.plan));
    let kinds: BTreeSet<Kind> = planned.left().map(|change| change.address.kind()).collect();
    planned.stopped.extend(incomplete(kinds.into_iter(), context));
    sort(&mut planned.stopped);
    let diagnostics = given::unknown(planned.left(), context).into_iter().chain(untimely.warnings).collect();
    planned.diagnostics = with_severities(diagnostics, context.workspace);
    Ok(planned)
}

/// Whether a plan creates a generation of a key, or retires one.
fn rotates(plan: &Plan, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    let rotated = Generations::of(context, matching);
    let follows = |change: &Change| change.target.key.as_ref().is_some_and(|key| key.follows.is_some());
    plan.changes.iter().any(|change| follows(change) || rotated.retires(change))
}

/// CAM-050: an object that is missing from an incomplete list would be created a second time.
pub(super) fn incomplete(kinds: impl Iterator<Item = Kind>, context: &Context<'_>) -> impl Iterator<Item = Diagnostic> {
    kinds.filter(|kind| !context.live.is_complete(*kind)).map(|kind| {
        let message = format!("the store's list of {} is not complete", kind.plural());
        rules::CAM_050.finding(message).help("nothing was changed; run again when the store returns the complete list")
    })
}

/// KW-107, CAM-046: undeclared objects are deleted only if the workspace still owns them, administrators never.
fn unowned(planned: &Planned, context: &Context<'_>, matching: &Matching<'_>) -> Vec<Demand> {
    let goes = |change: &Change| match change.address.kind() {
        Kind::ApiKey => change.action == Action::Disable && place_of(change, context).is_none(),
        _ => change.action == Action::Delete,
    };
    let all = planned.plan.changes.iter().enumerate();
    let going: BTreeMap<(Kind, &LiveId), (usize, &Change)> = all
        .filter(|(index, change)| !planned.excluded.contains_key(index) && goes(change))
        .filter_map(|(index, change)| Some(((change.address.kind(), change.live_id()?), (index, change))))
        .collect();
    let of_control_plane = OfControlPlane::of(context, matching);
    let removals = Removals::of(context, matching);
    let unwanted = matching.unmatched.iter().filter(|live| removals.going(live).is_none());
    let undeclared = unwanted.filter_map(|&live| {
        let (index, change) = going.get(&(live.address.kind(), &live.id))?;
        let finding = refuse_delete(&change.address, live, context, matching, &of_control_plane)?;
        Some(Demand { index: *index, finding, lifted_by: Vec::new() })
    });
    undeclared.collect()
}

fn refuse_delete(
    address: &Address,
    live: &LiveObject,
    context: &Context<'_>,
    matching: &Matching<'_>,
    of_control_plane: &OfControlPlane,
) -> Option<Diagnostic> {
    if let Some(protection) = Protection::of(live, context) {
        let message = format!("{address} is {}", protection.phrase());
        return Some(protection.rule().finding(message).help("such users are never deleted"));
    }
    if of_control_plane.contains(live) {
        let message = format!("{address} was made by API Control Plane");
        return Some(rules::KW_111.finding(message).help("plan again; what API Control Plane made is never deleted"));
    }
    if prune::is_owned(context, matching, live) {
        return None;
    }
    let message = format!("{address} is not declared, and the workspace does not own it");
    Some(rules::KW_107.finding(message).help("plan again; objects that the workspace does not own are left alone"))
}
