//! `keywright rotate`: the named keys get their successors now, and nothing else changes, except what a successor depends on.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::Action;
use super::Change;
use super::Context;
use super::Planned;
use super::clock;
use super::expiry;
use super::retirement::is_disabled;
use super::shared_secrets::lacks_secret;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::sort;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::moment::in_utc;
use crate::rotation;
use crate::rotation::Due;
use crate::rotation::Wait;
use crate::rules;
use crate::text::shell;

/// A successor that is younger may come from the same intent, whatever the overlap.
const YOUNG: TimeDelta = TimeDelta::hours(1);

/// What a plan for these keys has to know: the keys with what they depend on, and also the other keys of their applications
/// and packages, so that none of these is taken for a generation.
#[must_use]
pub fn narrowed(mut desired: Desired, keys: &BTreeSet<Address>) -> Desired {
    let slots: BTreeSet<_> = keys.iter().filter_map(|key| slot(desired.get(key)?)).collect();
    let beside = desired.of(Kind::PackageKey).filter(|key| slot(key).is_some_and(|slot| slots.contains(&slot)));
    let needed: BTreeSet<Address> = beside.flat_map(with_needs).collect();
    desired.objects.retain(|address| needed.contains(address));
    desired.removed = None;
    desired
}

/// The application and the package of a key.
fn slot(key: &Declared) -> Option<(Address, Address)> {
    Some((key.parent.as_ref()?.address.clone(), key.key.as_ref()?.package.address.clone()))
}

/// A key and what it depends on.
fn with_needs(key: &Declared) -> Vec<Address> {
    let application = key.parent.as_ref().map(|parent| parent.address.clone());
    let user = application.as_ref().map(|application| Address::user(&application.first_name()));
    let terms = key.key.iter().flat_map(|key| [key.package.address.clone(), key.plan.address.clone()]);
    std::iter::once(key.address.clone()).chain(application).chain(user).chain(terms).collect()
}

/// The objects that may change; `None` if all may.
pub(super) fn scope(context: &Context<'_>) -> Option<BTreeSet<Address>> {
    let asked = || context.desired.of(Kind::PackageKey).filter(|key| is_asked(context, key));
    (!context.options.rotate.keys.is_empty()).then(|| asked().flat_map(with_needs).collect())
}

pub(super) fn is_asked(context: &Context<'_>, declared: &Declared) -> bool {
    context.options.rotate.keys.contains(&declared.address)
}

/// Marks the successor of a key as due and returns the reason, or KW-116 if a rotation of it is in progress.
pub(super) fn succeed(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
    due: &mut Due<'_>,
) -> Result<String, Box<Diagnostic>> {
    let age = found.live.created.map(|created| context.now - created);
    if clock::is_doubtful(context, found) {
        let message = format!("{} is not rotated: the time is not certain (KW-114)", declared.address);
        let help = "correct the clock of this machine: a successor with an older date would be taken for the old key";
        return Err(Box::new(rules::KW_118.finding(message).at(declared.place).help(help)));
    }
    if !context.options.rotate.again && is_in_progress(context, declared, matching, found, due, age) {
        return Err(Box::new(in_progress(declared, found.live)));
    }
    due.next = Some(age.unwrap_or_default().num_seconds());
    Ok("rotation: asked for by `keywright rotate`".to_owned())
}

/// Whether an old generation still works beside a new one. A repeated run must not create one more. An old key that
/// Keywright did not make is no generation (CAM-067), but the new one was created for it. A new one that a person took away, or
/// that got no shared secret, is no end of a rotation.
fn is_in_progress(
    context: &Context<'_>,
    declared: &Declared,
    matching: &Matching<'_>,
    found: &Found<'_>,
    due: &Due<'_>,
    age: Option<TimeDelta>,
) -> bool {
    let has_ended = is_disabled(found.live) || rotation::ends_before(found.live, context.now);
    if has_ended || lacks_secret(declared, found.live) {
        return false;
    }
    let works = |(_, wait): &(_, Wait)| matches!(wait, Wait::Disable(_) | Wait::Successor(_));
    let has_older = !found.older.is_empty() || matching.beside.contains_key(&declared.address);
    due.waiting.iter().any(works) || (has_older && age.is_none_or(|age| age < YOUNG))
}

fn in_progress(declared: &Declared, current: &LiveObject) -> Diagnostic {
    let made = current.created.map_or_else(|| "at an unknown time".to_owned(), |at| format!("on {}", in_utc(at)));
    let message = format!("{} is in a rotation already: its new generation was created {made}", declared.address);
    let address = shell::argument(&declared.address.to_string());
    let help = format!(
        "`keywright apply` finishes this rotation; `keywright rotate {address} --again` creates one more generation"
    );
    rules::KW_116.finding(message).at(declared.place).help(help)
}

/// Adds why keys are not rotated. A rotation in progress is repeated if the user asks for it; the others are errors.
pub(super) fn report(refused: BTreeMap<Address, Diagnostic>, planned: &mut Planned) {
    let (again, failed): (Vec<_>, Vec<_>) = refused.into_values().partition(|refusal| refusal.rule == rules::KW_116.id);
    planned.asked.extend(again);
    planned.held.extend(failed);
    sort(&mut planned.held);
}

/// KW-118: the named keys that are not in the store. No key is created for them: a list can be late.
pub(super) fn missing(context: &Context<'_>, matching: &Matching<'_>) -> Vec<(Address, Diagnostic)> {
    let asked = context.desired.of(Kind::PackageKey).filter(|key| is_asked(context, key));
    let missing = asked.filter(|key| !matching.found.contains_key(&key.address) && !matching.is_stopped(key));
    let problem = |key: &Declared| {
        let message = format!("{} cannot be rotated: it is not in the store", key.address);
        let help = "`keywright apply` creates it; if it was created a moment ago, run again, because lists can be late";
        rules::KW_118.finding(message).at(key.place).help(help)
    };
    missing.map(|key| (key.address.clone(), problem(key))).collect()
}

/// KW-118: the named keys that get no successor although no other finding says why.
pub(super) fn left_out(
    context: &Context<'_>,
    matching: &Matching<'_>,
    changes: &[Change],
    refused: &BTreeSet<Address>,
) -> Vec<Diagnostic> {
    let is_created =
        |key: &Declared| changes.iter().any(|change| change.action == Action::Create && change.address == key.address);
    let asked = context.desired.of(Kind::PackageKey).filter(|key| is_asked(context, key));
    let left = asked.filter(|key| !is_created(key) && !matching.is_held(key) && !refused.contains(&key.address));
    let problem = |key: &Declared| {
        let (why, help) = if expiry::is_over(context, key) {
            ("its manifest says that it has ended", "write a later date in `expires`")
        } else {
            ("it cannot be planned", "see the other findings and what is kept as it is")
        };
        rules::KW_118.finding(format!("{} is not rotated: {why}", key.address)).at(key.place_of("expires")).help(help)
    };
    left.map(problem).collect()
}
