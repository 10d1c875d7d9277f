//! What a person took away comes back only with consent: a disabled key or user, a deleted key with the same value.
//!
//! Without memory, every disabled object was disabled by a person, and no key was deleted by one. A user who is disabled
//! always needs consent.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::callers::Callers;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::SecretSource;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::ValueFrom;
use crate::plan::consent::at;
use crate::plan::cut_off;
use crate::plan::cut_off::Blocked;
use crate::plan::demand::Demand;
use crate::plan::known::Known;
use crate::plan::known::trace_of;
use crate::plan::option::option;
use crate::plan::retirement::was_taken_away;
use crate::rule::Rule;
use crate::rules;

pub(super) fn demands(
    changes: &[(usize, &Change)],
    callers: &Callers<'_>,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Demand> {
    let mut declared: BTreeMap<&LiveId, &Address> = BTreeMap::new();
    for (address, found) in matching.found.of(Kind::PackageKey) {
        declared.insert(&found.live.id, address);
    }
    let known: BTreeMap<&str, (&str, &Known)> = context
        .remembered
        .objects
        .iter()
        .filter(|(kind, ..)| matches!(kind, Kind::PackageKey | Kind::ApiKey | Kind::User))
        .map(|(_, trace, known)| (&*known.address, (trace, known)))
        .collect();
    let demand = |&(index, change): &(usize, &Change)| {
        let known_as = change.live_id().and_then(|id| declared.get(id).copied()).unwrap_or(&change.address);
        let message = match callers.live(change) {
            Some(live) => comes_back(change, live, context)?,
            None if is_value_of_revoked(change, context) => return Some(leaked(index, change, context)),
            None if was_deleted(change, &known, context) => {
                let message =
                    format!("{} was in the store when it was last applied, and would be created again", change.address);
                let allow = option(&known_as);
                let help = match change.address.kind() {
                    Kind::User => format!(
                        "find out why; then remove the manifests of the user, or declare another username: the service \
                         never accepts a deleted one again; {allow} tries it"
                    ),
                    _ => format!("find out why it was deleted; then allow it with {allow}, or remove the manifest"),
                };
                let finding = at(rules::KW_126.finding(message), change, context).help(help);
                return Some(Demand { index, finding, lifted_by: vec![change.address.clone()] });
            }
            None if let Some((message, step)) = followed_while_off(change, matching, context) => {
                let help = format!("find out why; then {step}, or allow it with {}", option(&known_as));
                let finding = at(rules::KW_125.finding(message), change, context).help(help);
                return Some(Demand { index, finding, lifted_by: vec![change.address.clone()] });
            }
            None => match is_followed_while_disabled(change, matching, context) {
                Some(message) => message,
                None => return new_key(index, change, changes, matching, context),
            },
        };
        let rule = rule_of(change, matching, context);
        let (cause, status) = match change.address.kind() {
            // A user who is declared disabled has no declared keys (CAM-035).
            Kind::User if has_keys(&change.address, context) => {
                ("because they left", "`status: disabled` and remove the manifests of the user's keys")
            }
            Kind::User => ("because they left", "`status: disabled`"),
            Kind::ApiKey => ("because it leaked", "`enabled: false`"),
            _ => ("because it leaked", "`settings: {status: disabled}`"),
        };
        let allow = option(&known_as);
        let help = format!("find out why, for example {cause}; then allow it with {allow}, or write {status}");
        let finding = at(rule.finding(message), change, context).help(help);
        let lifted_by = vec![known_as.clone(), change.address.clone()];
        Some(Demand { index, finding, lifted_by })
    };
    // The user of a key that is disabled too needs a step of their own.
    let of_user = |&(index, change): &(usize, &Change)| {
        is_followed_while_disabled(change, matching, context)
            .and_then(|_| new_key(index, change, changes, matching, context))
    };
    changes.iter().flat_map(|change| demand(change).into_iter().chain(of_user(change))).collect()
}

/// A new key that would have the value of one that leaked.
fn leaked(index: usize, change: &Change, context: &Context<'_>) -> Demand {
    let message = format!("{} would be created with the value of a revoked key", change.address);
    let declared = context.desired.get(&change.address).and_then(|declared| declared.key.as_ref());
    let source = declared.and_then(|key| if let KeySource::Custom(source) = &key.source { Some(source) } else { None });
    let source = source.map_or_else(|| "its manifest".to_owned(), SecretSource::in_words);
    let help = format!("put a new value in {source}; {} creates it with the old one", option(&change.address));
    let finding = at(rules::KW_176.finding(message), change, context).help(help);
    Demand { index, finding, lifted_by: vec![change.address.clone()] }
}

/// Whether a manifest gives a new key the value of one that leaked, which may be gone from the store.
fn is_value_of_revoked(change: &Change, context: &Context<'_>) -> bool {
    let remembered = context.remembered;
    let is_given = change.target.key.as_ref().is_some_and(|key| key.value == ValueFrom::Given);
    if change.action != Action::Create || !is_given || remembered.revoked.0.is_empty() {
        return false;
    }
    let Some(value) = context.values.get(&change.address) else { return false };
    let has_it = |live: &&LiveObject| live.key.as_ref().is_some_and(|key| key.value == *value);
    if context.live.of(Kind::PackageKey).iter().filter(has_it).any(|live| remembered.is_revoked(live)) {
        return true;
    }
    let Some(key) = &remembered.key else { return false };
    let value = key.of_value(value);
    let is_it = |(kind, trace, known): (Kind, &str, &Known)| {
        kind == Kind::PackageKey && known.value.as_ref() == Some(&value) && remembered.revoked.includes_id(trace)
    };
    remembered.objects.iter().any(is_it)
}

fn has_keys(user: &Address, context: &Context<'_>) -> bool {
    let mut applications = context.desired.of(Kind::PackageKey).filter_map(|key| key.parent.as_ref());
    applications.any(|application| Address::user(&application.address.first_name()) == *user)
}

/// An object that is disabled in the store and would work again.
fn comes_back(change: &Change, live: &LiveObject, context: &Context<'_>) -> Option<String> {
    if !is_disabled(live) || matches!(change.action, Action::Delete) || was_us(live, context) {
        return None;
    }
    let is_on = match change.address.kind() {
        Kind::User => change.after("status").and_then(Value::as_text) == Some("active"),
        Kind::PackageKey => change.after("settings.status").and_then(Value::as_text) == Some("active"),
        Kind::ApiKey => change.after("enabled").and_then(Value::as_bool) == Some(true),
        _ => false,
    };
    is_on.then(|| format!("{} is disabled in the store and would be enabled", change.address))
}

/// A new key of a user whom a person disabled, or who waits. The consent to enable the user covers it; no consent makes the
/// key while the user stays so, because the store refuses it (CAM-034).
fn new_key(
    index: usize,
    change: &Change,
    changes: &[(usize, &Change)],
    matching: &Matching<'_>,
    context: &Context<'_>,
) -> Option<Demand> {
    if change.action != Action::Create || change.address.kind() != Kind::PackageKey {
        return None;
    }
    let user = Address::user(&change.target.parent.as_ref()?.first_name());
    let live = matching.in_store.get(&user)?;
    let status = live.attributes.text("status").filter(|status| matches!(*status, "disabled" | "waiting"))?;
    let message = format!("{} would be created for {user}, who is {status} in the store", change.address);
    let is_active = |change: &Change| change.after("status").and_then(Value::as_text) == Some("active");
    let is_enabled = changes.iter().any(|(_, change)| change.address == user && is_active(change));
    // Of the user KW-127 asks, unless no person made them wait.
    if is_enabled && status == "waiting" {
        return None;
    }
    let step = match context.desired.get(&user) {
        _ if is_enabled => format!("allow it with {}", option(&user)),
        Some(_) => format!("write `status: active` in the manifest of {user}, and allow it with {}", option(&user)),
        None if status == "waiting" => format!("activate {user} in the store"),
        None => format!("enable {user} in the store"),
    };
    let cause = if status == "waiting" { "" } else { ", for example because they left" };
    let help = format!("find out why{cause}; then {step}");
    let finding = at(rules::KW_125.finding(message), change, context).help(help);
    let lifted_by = if is_enabled { vec![user, change.address.clone()] } else { Vec::new() };
    Some(Demand { index, finding, lifted_by })
}

/// A rotation gives a new value to those who lost the old one.
fn is_followed_while_disabled(change: &Change, matching: &Matching<'_>, context: &Context<'_>) -> Option<String> {
    change.target.key.as_ref()?.follows?;
    let current = matching.found.get(&change.address)?.live;
    let is_off = change.after("settings.status").and_then(Value::as_text).is_some_and(|status| status != "active");
    (was_taken_away(current, context) && !is_off)
        .then(|| format!("{} is disabled in the store and would get an active successor", change.address))
}

/// A rotation of a key that is not disabled, but whose callers a person cut off in the store by other means: what it would
/// do, and the step that makes it work.
fn followed_while_off(change: &Change, matching: &Matching<'_>, context: &Context<'_>) -> Option<(String, String)> {
    change.target.key.as_ref()?.follows?;
    let (address, current) = (&change.address, matching.found.get(&change.address)?.live);
    let wanted = change.after("settings.status").and_then(Value::as_text);
    let status = current.attributes.text("settings.status");
    if status == Some("disabled") || wanted.is_some_and(|status| status != "active") {
        return None;
    }
    // If the manifest wants it active, the same plan approves it.
    if status == Some("waiting") && wanted.is_none() {
        let message = format!("{address} is waiting for approval in the store and would get a successor");
        return Some((message, "approve it in the Control Center".to_owned()));
    }
    let (cause, blocked) = cut_off::by(matching, current)?;
    // Of a successor in another package plan, KW-127 asks.
    let is_elsewhere = || cut_off::next_plan(change, current, matching).is_some_and(|next| next != cause);
    // Of the key of a user who cannot have a new one, `new_key` asks.
    let is_of_user = matches!(blocked, Blocked::UserDisabled | Blocked::UserWaiting);
    let is_taken = !is_of_user && blocked.is_silent(&cause, context) && !is_elsewhere();
    let message = format!("{address} would get a successor in {cause}, which is {} in the store", blocked.what());
    is_taken.then(|| (message, format!("make {cause} work again, in its manifest or in the store")))
}

fn is_disabled(live: &LiveObject) -> bool {
    match live.address.kind() {
        Kind::User => live.attributes.text("status") == Some("disabled"),
        Kind::PackageKey => live.attributes.text("settings.status") == Some("disabled"),
        Kind::ApiKey => !live.attributes.flag("enabled"),
        _ => false,
    }
}

/// Whether memory proves that Keywright disabled the key. For a user that proves too little: the manifests of an older clone
/// still say `active` after a newer one disabled the user.
fn was_us(live: &LiveObject, context: &Context<'_>) -> bool {
    if live.address.kind() == Kind::User {
        return false;
    }
    let key = context.remembered.key.as_ref();
    let known = context.remembered.objects.of(live, key).filter(|known| known.fits(live, key));
    known.is_some_and(|known| known.is_disabled_by_us(live)) && !context.remembered.is_revoked(live)
}

fn rule_of(change: &Change, matching: &Matching<'_>, context: &Context<'_>) -> &'static Rule {
    match change.address.kind() {
        _ if is_revoked(change, matching, context) => &rules::KW_176,
        Kind::ApiKey => &rules::MFT_041,
        _ => &rules::KW_125,
    }
}

/// Whether the key that a change enables or follows leaked.
fn is_revoked(change: &Change, matching: &Matching<'_>, context: &Context<'_>) -> bool {
    let of_change = |live: &&LiveObject| change.live_id() == Some(&live.id);
    let enabled = context.live.of(change.address.kind()).iter().find(of_change);
    let followed = || matching.found.get(&change.address).map(|found| found.live);
    let Some(live) = enabled.or_else(followed) else { return false };
    context.remembered.is_revoked(live)
}

/// Whether a key or a user that memory knows is gone, and would come back: with the same value, or, for a user and at a
/// site that shows no values, under the same name. A generated key comes back as another one, which opens nothing that was closed.
fn was_deleted(change: &Change, known: &BTreeMap<&str, (&str, &Known)>, context: &Context<'_>) -> bool {
    let is_same = match &change.target.key {
        Some(key) => key.value == ValueFrom::Given,
        None => matches!(change.address.kind(), Kind::ApiKey | Kind::User),
    };
    if change.action != Action::Create || !is_same {
        return false;
    }
    let address = change.address.to_string();
    let Some((trace, known)) = known.get(&*address) else { return false };
    let (kind, key) = (change.address.kind(), context.remembered.key.as_ref());
    let is_it = |live: &LiveObject| trace_of(kind, &live.id, key).as_deref() == Some(*trace);
    let is_gone = !has_new_value(change, known, context) && !context.live.of(kind).iter().any(is_it);
    is_gone && (kind != Kind::User || is_of_this_area(&address, context))
}

/// Whether a user was in this area as it is now. A new area, or one that was emptied, has nothing that memory knows: there
/// nobody deleted one user. What a run creates there again leaves one more record of its address, so a user of this area has
/// more records than what stayed. What no record is about proves it too, unless a record contradicts: others made it, and
/// it stayed. Users prove nothing so: even a new area has that of its administrator.
fn is_of_this_area(user: &str, context: &Context<'_>) -> bool {
    let (objects, key) = (&context.remembered.objects, context.remembered.key.as_ref());
    let kinds = || Kind::ALL.into_iter().filter(|kind| *kind != Kind::ApiKey);
    let all = || kinds().flat_map(|kind| context.live.of(kind));
    let trace = |live: &LiveObject| trace_of(live.address.kind(), &live.id, key);
    let live: BTreeSet<Box<str>> = all().filter_map(trace).collect();
    let known = objects.iter().filter(|(kind, ..)| *kind != Kind::ApiKey);
    let (here, gone): (Vec<_>, Vec<_>) = known.partition(|(_, trace, _)| live.contains(*trace));
    let mut losses: BTreeMap<&str, usize> = BTreeMap::new();
    for (.., known) in gone {
        *losses.entry(&*known.address).or_default() += 1;
    }
    let lost = |address: &str| losses.get(address).copied().unwrap_or_default();
    if here.iter().any(|(.., known)| lost(&known.address) < lost(user)) {
        return true;
    }
    let is_again = |live: &&LiveObject| lost(&live.address.to_string()) > 0;
    let of_others = || all().filter(|live| live.address.kind() != Kind::User);
    here.is_empty() && !all().any(|live| is_again(&live)) && of_others().next().is_some()
}

/// Whether the manifest gives the key another value than the one that is gone.
fn has_new_value(change: &Change, known: &Known, context: &Context<'_>) -> bool {
    let key = context.remembered.key.as_ref();
    let (Some(key), Some(value)) = (key, context.values.get(&change.address)) else { return false };
    known.value.as_ref().is_some_and(|known| key.made(known) && *known != key.of_value(value))
}
