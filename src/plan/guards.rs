//! What a plan may not do unasked. Each guard is lifted for one address by `--allow ADDRESS`, or by a named limit;
//! there is no switch that lifts them all.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Action;
use super::Change;
use super::Context;
use super::MaxDelete;
use super::Plan;
use super::access;
use super::consent::at;
use super::consent::is_allowed;
use super::prune;
use super::transfer_guards;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Value;
use crate::rules;

/// What stops these changes of a plan, whenever it was made.
pub(super) fn check(changes: &[&Change], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let mut stopped = Vec::new();
    for change in changes {
        stopped.extend(protected(change, context));
        if !is_allowed(&change.address, context) {
            stopped.extend(replace(change, context));
            stopped.extend(disabled_user(change, context));
            stopped.extend(burnt_username(change, context));
        }
    }
    stopped.extend(too_many(changes, context, matching));
    stopped.extend(last_keys(changes, context, matching));
    stopped.extend(transfer_guards::check(changes, context));
    stopped
}

/// KW-021: an address that was allowed and that the plan does not touch is misspelt or left over.
pub(super) fn unused(plan: &Plan, context: &Context<'_>) -> Vec<Diagnostic> {
    let touched: BTreeSet<String> = plan.changes.iter().map(|change| change.address.to_string()).collect();
    let parents = plan.changes.iter().filter_map(|change| change.target.parent.as_ref()).map(ToString::to_string);
    let touched: BTreeSet<String> = parents.chain(touched).collect();
    let unused = context.options.allow.difference(&touched);
    unused
        .map(|address| {
            let problem = rules::KW_021.finding(format!("--allow {address} names nothing that the plan changes"));
            match crate::diagnostic::did_you_mean(address, touched.iter().map(String::as_str)) {
                Some(near) => problem.help(format!("did you mean {near}?")),
                None => problem.help("take it out, or write the address as the plan does"),
            }
        })
        .collect()
}

/// KW-102: a protected object is not replaced or switched off, whatever is allowed.
fn protected(change: &Change, context: &Context<'_>) -> Option<Diagnostic> {
    let declared = context.desired.get(&change.address).filter(|declared| declared.protect)?;
    if !matches!(change.action, Action::Replace | Action::Disable | Action::Delete) && !switches_off(change, context) {
        return None;
    }
    let message = format!("{} is protected and would be {}d", declared.address, change.action);
    Some(at(rules::KW_102.finding(message), change, context).help("remove `protect: true` from its metadata first"))
}

/// Whether an update also switches the object off.
fn switches_off(change: &Change, context: &Context<'_>) -> bool {
    let off = |field| change.after(field).is_some_and(|after| matches!(after.as_text(), Some("disabled" | "inactive")));
    let disabled = change.after("enabled").and_then(Value::as_bool) == Some(false);
    let switched = off("status") || off("settings.status") || disabled || expires(change, context);
    switched && matches!(change.action, Action::Update | Action::Disable)
}

/// Whether a change puts the end of an object into the past. Dates and instants begin alike, so text order is time order.
fn expires(change: &Change, context: &Context<'_>) -> bool {
    let now = context.now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let end = change.after("expires").and_then(Value::as_text).filter(|end| *end != "never");
    end.is_some_and(|end| end.len() >= 10 && *end < now[..end.len().min(now.len())])
}

/// KW-103: a replace is an outage.
fn replace(change: &Change, context: &Context<'_>) -> Option<Diagnostic> {
    (change.action == Action::Replace).then(|| {
        let message = format!("{} would be replaced: calls fail while it does not exist", change.address);
        at(rules::KW_103.finding(message), change, context).help(format!("allow it with --allow {}", change.address))
    })
}

/// KW-104: disabling a user takes the keys with it.
fn disabled_user(change: &Change, context: &Context<'_>) -> Option<Diagnostic> {
    (change.address.kind() == Kind::User && switches_off(change, context)).then(|| {
        let message = format!("{} would be disabled, and every key of that user with it", change.address);
        at(rules::KW_104.finding(message), change, context).help(format!("allow it with --allow {}", change.address))
    })
}

/// KW-106: a deleted username can never be used again.
fn burnt_username(change: &Change, context: &Context<'_>) -> Option<Diagnostic> {
    (change.address.kind() == Kind::User && change.action == Action::Delete).then(|| {
        let message = format!("{} would be deleted, and its username could never be used again", change.address);
        at(rules::KW_106.finding(message), change, context).help(format!("allow it with --allow {}", change.address))
    })
}

/// KW-101: deletes and replaces of a kind above both the percentage and the count.
fn too_many(changes: &[&Change], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let mut harmed: BTreeMap<Kind, usize> = BTreeMap::new();
    let is_harm = |change: &&&Change| {
        let harms = match change.address.kind() {
            // An API key can not be deleted: what its callers feel is that it is switched off, or may do less.
            Kind::ApiKey => change.action != Action::Create && !access::of(change).narrower.is_empty(),
            _ => matches!(change.action, Action::Delete | Action::Replace),
        };
        harms && !is_allowed(&change.address, context)
    };
    for change in changes.iter().filter(is_harm) {
        *harmed.entry(change.address.kind()).or_default() += 1;
    }
    let guards = context.workspace.guards;
    let limits = |total: usize| match context.options.max_delete {
        Some(MaxDelete::Count(count)) => count,
        Some(MaxDelete::Percent(percent)) => total * percent / 100,
        None => {
            let percent = usize::try_from(guards.percent).unwrap_or(0);
            (total * percent / 100).max(usize::try_from(guards.count).unwrap_or(0))
        }
    };
    let stopped = harmed.into_iter().filter_map(|(kind, harmed)| {
        let managed = managed(kind, context, matching);
        (harmed > limits(managed)).then(|| {
            let (rule, what) = match kind {
                Kind::ApiKey => (&rules::MFT_040, "disabled or narrowed"),
                _ => (&rules::KW_101, "deleted or replaced"),
            };
            let message = format!("{harmed} of {managed} {} would be {what}", kind.plural());
            let help = format!("look at the plan again; if it is meant, allow it with --max-delete {harmed}");
            rule.finding(message).help(help)
        })
    });
    stopped.collect()
}

/// How many objects of a kind the store holds that the workspace manages or is about to delete. Counted anew for every
/// plan: the store may have moved on since it was made, and its file may say anything.
fn managed(kind: Kind, context: &Context<'_>, matching: &Matching<'_>) -> usize {
    let of_kind = matching.unmatched.iter().filter(|live| live.address.kind() == kind);
    let left_alone = of_kind.filter(|live| !prune::is_owned(context, matching, live)).count();
    context.live.of(kind).len().saturating_sub(left_alone)
}

/// KW-105: an application that stays keeps at least one active key, if it had one.
fn last_keys(changes: &[&Change], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let ends = |change: &&&Change| {
        let goes = matches!(change.action, Action::Delete | Action::Replace) || switches_off(change, context);
        change.address.kind() == Kind::PackageKey && goes
    };
    let ending: BTreeMap<_, &Change> =
        changes.iter().filter(ends).filter_map(|&change| Some((change.live_id()?, change))).collect();
    if ending.is_empty() {
        return Vec::new();
    }
    let mut surviving: BTreeSet<Address> = changes
        .iter()
        .filter(|change| becomes_active(change))
        .filter_map(|change| change.target.parent.clone())
        .collect();
    let deleted: BTreeSet<&Address> =
        changes.iter().filter(|change| change.action == Action::Delete).map(|change| &change.address).collect();
    let mut losing: BTreeMap<Address, &Change> = BTreeMap::new();
    for live in context.live.of(Kind::PackageKey) {
        let Some(application) = matching.parent_of(live) else { continue };
        if live.attributes.text("settings.status") != Some("active") {
            continue;
        }
        match ending.get(&live.id) {
            Some(change) => {
                losing.entry(application).or_insert(change);
            }
            None => {
                surviving.insert(application);
            }
        }
    }
    losing
        .into_iter()
        .filter(|(application, change)| {
            let allowed = is_allowed(application, context) || is_allowed(&change.address, context);
            !surviving.contains(application) && !deleted.contains(application) && !allowed
        })
        .map(|(application, change)| {
            let message = format!("{application} would be left without an active key");
            at(rules::KW_105.finding(message), change, context)
                .help(format!("allow it with --allow {}", change.address))
        })
        .collect()
}

/// Whether a change leaves an active key behind: a new one, or one that is switched on.
fn becomes_active(change: &Change) -> bool {
    change.address.kind() == Kind::PackageKey
        && matches!(change.action, Action::Create | Action::Replace | Action::Enable | Action::Update)
        && match change.after("settings.status") {
            Some(status) => status.as_text() == Some("active"),
            None => matches!(change.action, Action::Create | Action::Replace),
        }
}
