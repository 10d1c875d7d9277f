//! Which deliveries are due. The disk of this machine is no proof: a runner may start with an empty one. So a file that is
//! not here shows nothing, and a receipt in the workspace database shows that the value arrived once.

pub(super) mod living;
mod unseen;

pub(super) use unseen::check;

use super::Change;
use super::Context;
use super::Kept;
use super::Receipt;
use super::Shown;
use super::known::Maker;
use super::option::option;
use super::shared_secrets::missing;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Delivery;
use crate::model::Fingerprint;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Value;
use crate::model::has_mask;
use crate::rotation;
use crate::rules;
use crate::text::and_more;

/// Whether the value or the shared secret of a key is where it belongs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// The place shows the value.
    There,
    /// The file is not on this machine, but the value was delivered to it once.
    Received,
    /// The file is not on this machine, and it is unknown whether the value was delivered.
    Unknown,
    /// It was never delivered, or the place shows another value.
    Due,
    /// Nothing can be delivered there on this machine.
    Broken,
    /// There is no shared secret that could be delivered (KW-168).
    Absent,
}

/// Maximum number of addresses in a finding.
const MOST: usize = 5;

/// The deliveries that this run makes for a key in the store.
pub(super) fn due(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
    change: Option<&Change>,
) -> Vec<Delivery> {
    if context.options.no_deliver || why_dead(context, declared, found, change).is_some() {
        return Vec::new();
    }
    let worse = living::worse(context, matching, declared, found, change);
    wanted(context, declared, found.live).filter(|to| !worse.contains(to)).cloned().collect()
}

const MASKED: &str = "is shown only masked";

/// Why a value must not be delivered anywhere: its key was disabled or ended in the store, unless the manifest says so or the
/// change gives it back; or the store does not show it.
fn why_dead(
    context: &Context<'_>,
    declared: &Declared,
    found: &Found<'_>,
    change: Option<&Change>,
) -> Option<&'static str> {
    if found.live.key.as_ref().is_some_and(|key| has_mask(key.value.expose())) {
        return Some(MASKED);
    }
    let is_told = |field: &str| declared.text(field).is_some() && change.is_none_or(|it| it.after(field).is_none());
    if rotation::ends_before(found.live, context.now) {
        let is_back = change.is_some_and(|change| change.after("expires").is_some());
        return (!is_back && !is_told("expires")).then_some("has ended");
    }
    let is_back = change.is_some_and(activates) || is_told("settings.status");
    (!is_back && found.live.attributes.text("settings.status") == Some("disabled")).then_some("is disabled")
}

/// The deliveries that are due and not made: those that would do harm, and KW-119.
pub(super) fn not_made(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
    change: Option<&Change>,
) -> (Option<Kept>, Option<Diagnostic>) {
    let kept_back = living::kept_back(context, matching, declared, found, change);
    (kept_back, dead(context, matching, declared, found, change))
}

/// KW-119: the deliveries that are due, and of a value that does not work.
fn dead(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
    change: Option<&Change>,
) -> Option<Diagnostic> {
    let why = why_dead(context, declared, found, change).filter(|_| !context.options.no_deliver)?;
    let worse = living::worse(context, matching, declared, found, change);
    let places = wanted(context, declared, found.live).filter(|to| !worse.contains(to));
    let places: Vec<String> = places.map(|to| format!("{} ({})", to.place(), to.variable)).collect();
    if places.is_empty() {
        return None;
    }
    let (address, places) = (&declared.address, and_more(&places, MOST, ", "));
    let message = format!("the value of {address} is not delivered to {places}: the key {why} in the store");
    let problem = rules::KW_119.finding(message).at(declared.place);
    if why == MASKED {
        return Some(problem.help("sign in as a user who may read key values, or remove the place"));
    }
    let allow = option(address);
    let back = if why == "has ended" { "a later date in `expires`" } else { "`settings: {status: active}`" };
    let new = match declared.key.as_ref().and_then(|key| key.rotation) {
        Some(_) => format!("`keywright rotate {address} {allow}` creates a new key and delivers it, or "),
        None => String::new(),
    };
    let help = format!("find out why; {new}write {back}, and allow it with {allow}");
    Some(problem.help(help))
}

fn activates(change: &Change) -> bool {
    change.after("settings.status").and_then(Value::as_text) == Some("active")
}

/// Whether the current key works, or waits for approval, and was never delivered to a place. Its successor would be missing there too, and no key
/// would be retired, so that each run adds one. A place that received the value and shows another one now does not stop the
/// rotation: another program may reset it before each run. What became another place, or may have another value since a later run
/// began to deliver there, has not received it.
pub(super) fn comes_first(context: &Context<'_>, declared: &Declared, live: &LiveObject) -> bool {
    let is_missing = |to| match state(context, declared, live, to) {
        State::Due => !has_received(context, live, to),
        State::Broken => true,
        State::There | State::Received | State::Unknown | State::Absent => false,
    };
    let is_waiting = live.attributes.text("settings.status") == Some("waiting");
    let may_work = if is_waiting { rotation::why_unfit } else { rotation::why_unusable };
    may_work(live, context.now).is_none() && targets(declared).iter().any(is_missing)
}

/// KW-041, KW-167: the keys that are not in the store or move, and of which a place is broken, or waits for a shared secret that
/// the key does not get. Such a key waits.
pub(super) fn undeliverable(context: &Context<'_>, matching: &Matching<'_>) -> Vec<(Address, Diagnostic)> {
    let keys = context.desired.of(Kind::PackageKey);
    let is_new = |declared: &&Declared| matching.found.get(&declared.address).is_none_or(|found| found.moved);
    let new = keys.filter(|declared| is_new(declared) && !matching.is_stopped(declared));
    let problem = |declared| broken(context, declared).or_else(|| missing(context, matching, declared));
    new.filter_map(|declared| Some((declared.address.clone(), problem(declared)?))).collect()
}

/// KW-041: all keys of which a place is broken.
pub(super) fn all_broken(context: &Context<'_>) -> Vec<Diagnostic> {
    let keys = context.desired.of(Kind::PackageKey);
    keys.filter_map(|declared| broken(context, declared)).collect()
}

/// KW-041: the first place of a key that cannot receive a value on this machine. It holds back what the key would be
/// delivered for, and nothing else: no new generation, and no retirement of an old one.
pub(super) fn broken(context: &Context<'_>, declared: &Declared) -> Option<Diagnostic> {
    if context.options.no_deliver {
        return None;
    }
    targets(declared).iter().find_map(|to| match context.delivered.get(to)? {
        Shown::Broken { why, help } => {
            let message = format!("{} cannot be delivered to {}: {why}", to.variable, to.place());
            Some(rules::KW_041.finding(message).at(declared.place).help(&**help))
        }
        Shown::Value(_) | Shown::Fingerprint(_) | Shown::Nothing => None,
    })
}

/// The deliveries that are due, or that `--deliver` asks for.
fn wanted<'a>(
    context: &'a Context<'_>,
    declared: &'a Declared,
    live: &'a LiveObject,
) -> impl Iterator<Item = &'a Delivery> {
    let is_asked = context.options.deliver.contains(&declared.address.to_string());
    targets(declared).iter().filter(move |to| match state(context, declared, live, to) {
        State::There | State::Broken | State::Absent => false,
        State::Due => true,
        State::Received | State::Unknown => is_asked,
    })
}

/// Whether a place has the value of the key, as far as that is known.
pub(super) fn has_place_with(context: &Context<'_>, declared: &Declared, live: &LiveObject) -> bool {
    let has_it = |to: &Delivery| matches!(state(context, declared, live, to), State::There | State::Received);
    targets(declared).iter().any(has_it)
}

fn targets(declared: &Declared) -> &[Delivery] {
    declared.key.as_ref().map_or(&[], |key| &key.deliver)
}

fn state(context: &Context<'_>, declared: &Declared, live: &LiveObject, to: &Delivery) -> State {
    let Some(key) = &live.key else { return State::Unknown };
    let Some(value) = key.get(to.what).filter(|value| !to.is_secret() || !has_mask(value.expose())) else {
        return State::Absent;
    };
    match context.delivered.get(to) {
        // What the store shows instead of the value tells nothing about the place.
        Some(Shown::Value(_) | Shown::Fingerprint(_) | Shown::Nothing) | None if has_mask(value.expose()) => {
            let receipts = &context.remembered.receipts;
            let is_due = receipts.are_kept && !receipts.places.contains_key(to) && is_ours(context, declared, live);
            return if is_due { State::Due } else { State::Unknown };
        }
        Some(Shown::Value(shown)) if *shown == value.digest() => return State::There,
        Some(Shown::Fingerprint(shown)) => return state_by(context, shown, value),
        Some(Shown::Broken { .. }) => return State::Broken,
        Some(_) => return State::Due,
        None => {}
    }
    let receipts = &context.remembered.receipts;
    let value = context.remembered.key.as_ref().map(|fingerprints| fingerprints.of_value(value));
    let Some(value) = value.filter(|_| receipts.are_kept) else { return State::Unknown };
    let last = receipts.places.get(to);
    if let Some(receipt) = last.filter(|receipt| receipt.value == value) {
        // What a changed sink received is in another place.
        let is_there = context.workspace.is_place_of(to, &receipt.identity) && !receipt.is_doubtful;
        if is_there { State::Received } else { State::Due }
    } else if last.is_some_and(|receipt| is_dead(context, receipt)) {
        // Somebody made another key in place of the one that was delivered.
        State::Due
    } else if receipts.elsewhere.contains(&value) || !is_ours(context, declared, live) {
        State::Unknown
    } else {
        State::Due
    }
}

/// The state of a place that shows only the fingerprint of its value. One under another key says nothing.
fn state_by(context: &Context<'_>, shown: &Fingerprint, value: &Secret) -> State {
    match context.remembered.key.as_ref().filter(|key| key.made(shown)) {
        Some(key) if key.of_value(value) == *shown => State::There,
        Some(_) => State::Due,
        None => State::Unknown,
    }
}

/// Whether no key of the store has the value that a place received last, as far as its fingerprint can be compared.
fn is_dead(context: &Context<'_>, receipt: &Receipt) -> bool {
    let key = context.remembered.key.as_ref().filter(|key| key.made(&receipt.value));
    key.is_some_and(|key| !context.living.include(&receipt.value, context.live, key, context.now))
}

/// Whether Keywright created the key, so that nothing else can have delivered it.
fn is_ours(context: &Context<'_>, declared: &Declared, live: &LiveObject) -> bool {
    let key = context.remembered.key.as_ref();
    let known = context.remembered.objects.of(live, key).filter(|known| known.fits(live, key));
    let address = declared.address.to_string();
    known.is_some_and(|known| known.maker == Maker::Keywright)
        || context.remembered.receipts.doubtful.contains(address.as_str())
}

/// Since when the value of a key is at all the places of its manifest. `None` if that is not certain. Without a receipt it
/// counts from the last change of the key: a person may have approved it long after it was created. With `deliver: elsewhere`,
/// which takes the responsibility, it counts from the creation.
pub(super) fn since(context: &Context<'_>, declared: &Declared, live: &LiveObject) -> Option<Instant> {
    let since = |to| match state(context, declared, live, to) {
        State::There | State::Received => receipt(context, live, to).or(live.updated.max(live.created)),
        State::Unknown | State::Due | State::Broken | State::Absent => None,
    };
    targets(declared).iter().map(since).try_fold(live.created?, |latest, since| Some(latest.max(since?)))
}

/// Whether the value of a key is what some place received last: whoever reads it there still uses the key.
pub(super) fn is_last_received(context: &Context<'_>, live: &LiveObject) -> bool {
    let value = || Some(context.remembered.key.as_ref()?.of_value(&live.key.as_ref()?.value));
    value().is_some_and(|value| context.remembered.receipts.places.values().any(|receipt| receipt.value == value))
}

/// Whether a place received the value of a key, is the same place still, and received nothing since.
fn has_received(context: &Context<'_>, live: &LiveObject, to: &Delivery) -> bool {
    let last = context.remembered.receipts.places.get(to).filter(|_| receipt(context, live, to).is_some());
    last.is_some_and(|last| context.workspace.is_place_of(to, &last.identity) && !last.is_doubtful)
}

/// When the value of a key was delivered to a place, if that was recorded.
fn receipt(context: &Context<'_>, live: &LiveObject, to: &Delivery) -> Option<Instant> {
    let value = context.remembered.key.as_ref()?.of_value(live.key.as_ref()?.get(to.what)?);
    context.remembered.receipts.places.get(to).filter(|receipt| receipt.value == value).map(|receipt| receipt.at)
}
