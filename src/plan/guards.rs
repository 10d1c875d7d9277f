//! Guards: changes that need explicit consent. `--allow ADDRESS` lifts a guard for one address; no option lifts all.

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
use super::memory_guards;
use super::option::option;
use super::prune;
use super::retirement::Generations;
use super::transfer_guards;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Generated;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Value;
use crate::rules;
use crate::text::and_more;

/// Options that a message offers to copy.
const MOST: usize = 20;

/// What the guards stop, in a new plan or a saved one.
pub(super) fn check(changes: &[&Change], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let mut stopped = Vec::new();
    for change in changes {
        stopped.extend(protected(change, context));
        if !is_allowed(&change.address, context) {
            stopped.extend(harmful(change, context));
        }
    }
    stopped.extend(too_many(changes, context, matching));
    stopped.extend(last_keys(changes, context, matching));
    stopped.extend(transfer_guards::check(changes, context));
    stopped.extend(memory_guards::check(changes, context, matching));
    stopped
}

/// KW-021: an allowed address that the plan does not change is misspelled or left over.
pub(super) fn unused(plan: &Plan, context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let touched: BTreeSet<String> = plan.changes.iter().map(|change| change.address.to_string()).collect();
    let parents = plan.changes.iter().filter_map(|change| change.target.parent.as_ref()).map(ToString::to_string);
    let consents = memory_guards::consents(&plan.changes.iter().collect::<Vec<_>>(), context, matching);
    let touched: BTreeSet<String> = parents.chain(touched).chain(consents).collect();
    let unused = context.options.allow.difference(&touched);
    unused
        .map(|address| {
            let problem = rules::KW_021.finding(format!("--allow {address} matches no change"));
            match crate::diagnostic::did_you_mean(address, touched.iter().map(String::as_str)) {
                Some(near) => problem.help(format!("did you mean {near}?")),
                None => problem.help("remove it, or copy the address from the plan"),
            }
        })
        .collect()
}

/// KW-102: a protected object is never replaced, disabled or deleted; `--allow` does not lift this.
fn protected(change: &Change, context: &Context<'_>) -> Option<Diagnostic> {
    let declared = context.desired.get(&change.address).filter(|declared| declared.protect)?;
    if !matches!(change.action, Action::Replace | Action::Disable | Action::Delete) && !switches_off(change, context) {
        return None;
    }
    let message = format!("{} is protected but would be {}d", declared.address, change.action);
    Some(at(rules::KW_102.finding(message), change, context).help("remove `protect: true` from its metadata first"))
}

/// Whether an update also disables the object.
fn switches_off(change: &Change, context: &Context<'_>) -> bool {
    let off = |field| change.after(field).is_some_and(|after| matches!(after.as_text(), Some("disabled" | "inactive")));
    let disabled = change.after("enabled").and_then(Value::as_bool) == Some(false);
    let switched = off("status") || off("settings.status") || disabled || expires(change, context);
    switched && matches!(change.action, Action::Update | Action::Disable)
}

/// Whether a change makes an object expire in the past. Dates and instants share a prefix, so text order is time order.
fn expires(change: &Change, context: &Context<'_>) -> bool {
    let now = context.now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let end = change.after("expires").and_then(Value::as_text).filter(|end| *end != "never");
    end.is_some_and(|end| end.len() >= 10 && *end < now[..end.len().min(now.len())])
}

/// KW-103, KW-104, KW-106, KW-108: an outage, a disabled user, a username that is lost forever, and a key instead of one
/// that is gone.
fn harmful(change: &Change, context: &Context<'_>) -> impl Iterator<Item = Diagnostic> {
    let is_user = change.address.kind() == Kind::User;
    let guards = [
        (instead_of_another(change, context), &rules::KW_108, "created, because the key in its manifest is gone"),
        (change.action == Action::Replace, &rules::KW_103, "replaced; calls fail until it exists again"),
        (is_user && switches_off(change, context), &rules::KW_104, "disabled, together with all its keys"),
        (is_user && change.action == Action::Delete, &rules::KW_106, "deleted; its username can never be used again"),
    ];
    guards.into_iter().filter(|(is_harm, ..)| *is_harm).map(move |(_, rule, what)| {
        let message = format!("{} would be {what}", change.address);
        at(rule.finding(message), change, context).help(format!("allow it with {}", option(&change.address)))
    })
}

/// Whether a key is created although its manifest names one of the store as the first generation.
fn instead_of_another(change: &Change, context: &Context<'_>) -> bool {
    let follows = change.target.key.as_ref().is_some_and(|key| key.follows.is_some());
    let source = context.desired.get(&change.address).and_then(|declared| Some(&declared.key.as_ref()?.source));
    let has_first = matches!(source, Some(KeySource::Generate(Generated { first: Some(_), .. })));
    change.action == Action::Create && !follows && has_first
}

/// KW-101: more deletes and replacements of a kind than both the percentage and the count allow.
fn too_many(changes: &[&Change], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let mut harmed: BTreeMap<Kind, usize> = BTreeMap::new();
    // What a rotation retires has a successor.
    let rotated = Generations::of(context, matching);
    let is_harm = |change: &&&Change| {
        let harms = match change.address.kind() {
            // The API cannot delete an API key; disabling or narrowing it is what affects its callers.
            Kind::ApiKey => change.action != Action::Create && !access::of(change).narrower.is_empty(),
            _ => matches!(change.action, Action::Delete | Action::Replace),
        };
        harms && !is_allowed(&change.address, context) && !rotated.retires(change)
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
                Kind::ApiKey => (&rules::MFT_040, "disabled or restricted"),
                _ => (&rules::KW_101, "deleted or replaced"),
            };
            let message = format!("{harmed} of {managed} {} would be {what}", kind.plural());
            let help = format!("review the plan; if this is intended, allow it with --max-delete {harmed}");
            rule.finding(message).help(help)
        })
    });
    stopped.collect()
}

/// How many objects of a kind in the store the workspace manages. Counted again for a saved plan: the store may have
/// changed, and the counts in the file cannot be trusted.
fn managed(kind: Kind, context: &Context<'_>, matching: &Matching<'_>) -> usize {
    let of_kind = matching.unmatched.iter().filter(|live| live.address.kind() == kind);
    let left_alone = of_kind.filter(|live| !prune::is_owned(context, matching, live)).count();
    context.live.of(kind).len().saturating_sub(left_alone)
}

/// KW-105: an application that had an active key for a package keeps at least one, also when it goes with its keys.
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
    let deleted: BTreeSet<&Address> =
        changes.iter().filter(|change| change.action == Action::Delete).map(|change| &change.address).collect();
    let mut surviving: BTreeSet<(Address, Address)> = changes
        .iter()
        .filter(|change| becomes_active(change))
        .filter_map(|change| Some((change.target.parent.clone()?, change.target.key.as_ref()?.package.clone())))
        .collect();
    let mut losing: BTreeMap<(Address, Address), Vec<&Change>> = BTreeMap::new();
    for live in context.live.of(Kind::PackageKey) {
        let (Some(application), Some((package, _))) = (matching.parent_of(live), matching.terms_of(live)) else {
            continue;
        };
        if live.attributes.text("settings.status") != Some("active") {
            continue;
        }
        match ending.get(&live.id) {
            Some(change) => losing.entry((application, package)).or_default().push(change),
            None => drop(surviving.insert((application, package))),
        }
    }
    let losing = losing.into_iter().filter(|(slot, _)| !surviving.contains(slot));
    losing.filter_map(|(slot, ending)| last_of(&slot, &ending, &deleted, context)).collect()
}

/// What is said of an application that loses all its active keys for a package. The consent is for each of the keys, or for
/// what is above them.
fn last_of(
    (application, package): &(Address, Address),
    ending: &[&Change],
    deleted: &BTreeSet<&Address>,
    context: &Context<'_>,
) -> Option<Diagnostic> {
    // The consent to delete a user is one to delete their keys.
    let user = Address::user(&application.first_name());
    let waiting: Vec<&Change> = ending.iter().copied().filter(|change| !is_allowed(&change.address, context)).collect();
    let first = *waiting.first()?;
    if is_allowed(application, context) || deleted.contains(&user) && is_allowed(&user, context) {
        return None;
    }
    let message = if deleted.contains(application) {
        format!("{application} would be deleted with its active keys for {package}")
    } else {
        format!("{application} would be left without an active key for {package}")
    };
    let options: Vec<String> = waiting.iter().map(|change| option(&change.address)).collect();
    Some(at(rules::KW_105.finding(message), first, context).help(format!(
        "allow it with {}, or for the whole application with {}",
        and_more(&options, MOST, " "),
        option(application)
    )))
}

/// Whether a key is active after the change.
fn becomes_active(change: &Change) -> bool {
    change.address.kind() == Kind::PackageKey
        && matches!(change.action, Action::Create | Action::Replace | Action::Enable | Action::Update)
        && match change.after("settings.status") {
            Some(status) => status.as_text() == Some("active"),
            None => matches!(change.action, Action::Create | Action::Replace),
        }
}
