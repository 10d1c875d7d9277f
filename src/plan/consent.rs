//! Whether a change is allowed, by `--allow` or by the settings, and which manifest asks for it.

use std::collections::BTreeSet;

use super::Change;
use super::Context;
use super::Plan;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Address;
use crate::model::Kind;
use crate::rules;
use crate::workspace::Consent;

pub(super) fn is_allowed(address: &Address, context: &Context<'_>) -> bool {
    is_allowed_for_run(address, context) || by_settings(address, context).is_some()
}

/// Whether `--allow` names the address.
pub(super) fn is_allowed_for_run(address: &Address, context: &Context<'_>) -> bool {
    context.options.allow.contains(&address.to_string())
}

/// The consent of the settings for an address. For a saved plan, only one that it was made with.
pub(super) fn by_settings<'a>(address: &Address, context: &Context<'a>) -> Option<&'a Consent> {
    let consents = &context.workspace.consents;
    if consents.is_empty() {
        return None;
    }
    let address = address.to_string();
    let was_used = context.options.consents.as_ref().is_none_or(|used| used.contains(&address));
    consents.iter().find(|consent| was_used && *consent.allow == *address && consent.counts(context.now))
}

/// KW-121: consents that no longer count, or that name nothing.
pub(super) fn obsolete(plan: &Plan, context: &Context<'_>) -> Vec<Diagnostic> {
    let consents = &context.workspace.consents;
    if consents.is_empty() {
        return Vec::new();
    }
    let live = Kind::ALL.into_iter().flat_map(|kind| context.live.of(kind)).map(|live| live.address.to_string());
    let removed = context.desired.removals().map(|removed| &removed.address);
    let declared = context.desired.objects.keys().chain(removed).map(ToString::to_string);
    let changed = plan.changes.iter().map(|change| change.address.to_string());
    let known: BTreeSet<String> = live.chain(declared).chain(changed).collect();
    let finding = |consent: &Consent| {
        let Consent { allow, until, .. } = consent;
        if !consent.counts(context.now) {
            let problem =
                rules::KW_121.finding(format!("the consent for {allow} ended on {until} and no longer counts"));
            return Some(problem.help("remove it from `consents` in keywright.yaml, or let a later date be reviewed"));
        }
        if known.contains(&**allow) {
            return None;
        }
        let problem =
            rules::KW_121.also(format!("the consent for {allow} names nothing that is declared or in the store"));
        Some(match crate::diagnostic::did_you_mean(allow, known.iter().map(String::as_str).take(5_000)) {
            Some(near) => problem.help(format!("did you mean {near}?")),
            None => problem.help("copy the address from the plan, or remove the consent"),
        })
    };
    consents.iter().filter_map(finding).collect()
}

/// Where a manifest asks for a change; `None` if no manifest does (or does any more).
pub(super) fn place_of(change: &Change, context: &Context<'_>) -> Option<Place> {
    change.place.as_ref().and(context.desired.get(&change.address)).map(|declared| declared.place)
}

pub(super) fn at(problem: Diagnostic, change: &Change, context: &Context<'_>) -> Diagnostic {
    match place_of(change, context) {
        Some(place) => problem.at(place),
        None => problem,
    }
}
