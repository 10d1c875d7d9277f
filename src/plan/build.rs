//! `(Desired, Live, now) → Plan`: a pure function; the same input gives the same bytes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Change;
use super::Context;
use super::Plan;
use super::Planned;
use super::Sighting;
use super::consent;
use super::copies;
use super::dead_values;
use super::deliveries;
use super::drafts::Drafts;
use super::expiry;
use super::guards;
use super::live_rules;
use super::lost_names;
use super::odd_values;
use super::old_names;
use super::order;
use super::pending;
use super::protected;
use super::prune;
use super::rotate;
use super::silent;
use super::strangers;
use super::transfer_rules;
use super::unserved;
use super::untimely;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Places;
use crate::diagnostic::sort;
use crate::matching::Matching;
use crate::model::Address;
use crate::rules::with_severities;

/// Plans the changes that turn `live` into `desired`.
pub fn plan(context: &Context<'_>) -> Planned {
    let mut matching = lost_names::matched(context);
    strangers::set_apart(context, &mut matching);
    let mut diagnostics = std::mem::take(&mut matching.diagnostics);
    let live_rules::Found { findings, held } = live_rules::check(context, &matching);
    diagnostics.extend(findings);
    hold(context, held, &mut matching);
    let held = transfer_rules::third_generations(context, &matching);
    hold(context, held, &mut matching);
    diagnostics.extend(expiry::check(context, &matching));
    diagnostics.extend(odd_values::check(context.desired, &matching));
    hold(context, rotate::missing(context, &matching), &mut matching);
    hold(context, deliveries::undeliverable(context, &matching), &mut matching);
    let mut drafts = Drafts::of(context, &matching);
    let mut held = std::mem::take(&mut matching.held);
    held.append(&mut drafts.held);
    let untimely = untimely::check(context, &matching);
    held.extend(untimely.held);
    diagnostics.extend(untimely.warnings);
    let pruned = prune::prune(context, &matching, &drafts.older, &mut drafts.changes);
    diagnostics.extend(pruned.diagnostics);
    held.extend(pruned.held);
    let mut plan = Plan {
        changes: order::in_order(drafts.changes, &matching, &Places::new(context.sources)),
        unchanged: drafts.unchanged,
        left_alone: pruned.left_alone,
        kept: pruned.kept,
        held: BTreeMap::new(),
        consents: BTreeSet::new(),
    };
    let refused: BTreeSet<Address> = drafts.refused.keys().cloned().collect();
    held.extend(rotate::left_out(context, &matching, &plan.changes, &refused));
    pending::explain(&context.remembered.pending, &mut plan.changes, context.values);
    plan.kept.extend(drafts.kept.into_iter().chain(drafts.waiting));
    let (withheld, rotations) = (drafts.withheld, drafts.rotations);
    diagnostics.extend(lost_names::beside(&plan.changes, context, &matching));
    plan.kept.sort_by(|a, b| a.address.natural_cmp(&b.address));
    let unused = || guards::unused(&plan, &refused, context, &matching);
    let (unused, of_keys) = rayon::join(unused, || of_keys(context, &matching, &plan));
    diagnostics.extend(unused.into_iter().chain(of_keys));
    diagnostics.extend(consent::obsolete(&plan, context).into_iter().chain(protected::unknown(context)));
    diagnostics.extend(guards::beside(context, &matching).into_iter().chain(old_names::check(context, &matching)));
    diagnostics.extend(transfer_rules::check(context, &matching, &plan));
    let mut diagnostics = with_severities(diagnostics, context.workspace);
    sort(&mut diagnostics);
    let (declared, apart) = (Sighting::all(context.desired, &matching), Sighting::apart(&matching));
    let mut held = with_severities(held, context.workspace);
    sort(&mut held);
    let (excluded, asked, stopped) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut planned =
        Planned { plan, excluded, diagnostics, held, asked, stopped, declared, apart, withheld, rotations };
    guards::guard(&mut planned, Vec::new(), context, &matching);
    rotate::report(drafts.refused, &mut planned);
    let dead = dead_values::check(&planned.plan, context).into_iter().collect();
    planned.diagnostics.extend(with_severities(dead, context.workspace));
    sort(&mut planned.diagnostics);
    planned
}

/// The findings about deliveries and generations.
fn of_keys(context: &Context<'_>, matching: &Matching<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let changes: Vec<&Change> = plan.changes.iter().collect();
    let mut findings = deliveries::check(context, matching, &changes);
    findings.extend(strangers::check(context, matching, &changes));
    findings.extend(unserved::check(context, matching, &changes));
    findings.extend(silent::check(context, matching));
    findings.extend(copies::check(context));
    findings
}

/// Holds back the objects that have an error of their own.
fn hold(context: &Context<'_>, held: Vec<(Address, Diagnostic)>, matching: &mut Matching<'_>) {
    for (address, problem) in held {
        if let Some(declared) = context.desired.get(&address) {
            matching.hold(declared, problem);
        }
    }
}
