//! CAM-077: keys whose callers were cut off in the store, while the manifests say nothing about it. A field that is left out
//! is not managed, so the store keeps what a person did, and without this finding a run would report nothing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Context;
use super::cut_off;
use super::cut_off::Blocked;
use super::draft;
use super::expiry;
use super::option::option;
use super::protected::Protection;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::rotation;
use crate::rules;
use crate::text::and_more;
use crate::text::count;

/// Maximum number of addresses in a list.
const MOST: usize = 5;

/// Why calls fail. One finding for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    By(Blocked),
    Disabled,
    Ended,
    Waiting,
}

/// The users or package plans to blame, and the keys.
#[derive(Default)]
struct Group {
    causes: BTreeSet<Address>,
    keys: BTreeSet<Address>,
}

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    if context.options.is_part || !context.options.rotate.keys.is_empty() {
        return Vec::new();
    }
    let mut groups: BTreeMap<Why, Group> = BTreeMap::new();
    let keys = context.desired.of(Kind::PackageKey);
    for declared in keys.filter(|key| !matching.is_stopped(key)) {
        let Some(found) = matching.found.get(&declared.address).filter(|found| !found.moved) else { continue };
        let Some((why, cause)) = why(context, matching, declared, found) else { continue };
        let group = groups.entry(why).or_default();
        group.causes.extend(cause);
        group.keys.insert(declared.address.clone());
    }
    groups.iter().map(|(why, group)| finding(*why, group, context, matching)).collect()
}

fn why(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
) -> Option<(Why, Option<Address>)> {
    let live = found.live;
    let is_off = declared.text("settings.status").is_some_and(|status| status != "active");
    if is_off || expiry::is_over(context, declared) {
        return None;
    }
    let by = cut_off::by(matching, live).filter(|(cause, blocked)| {
        // A manifest that says another package plan is not silent: the key moves there, or KW-127 asks.
        let stays = cause.kind() != Kind::Plan || draft::keeps_plan(declared, found, matching);
        stays && blocked.is_silent(cause, context)
    });
    // The service disables the keys of a disabled user too.
    if let Some((user, blocked @ Blocked::UserDisabled)) = by {
        return Some((Why::By(blocked), Some(user)));
    }
    if rotation::why_unusable(live, context.now).is_some() {
        return of_key(context, declared, live).map(|why| (why, None));
    }
    by.map(|(plan, blocked)| (Why::By(blocked), Some(plan)))
}

/// Of a rotated key, CAM-073 says it.
fn of_key(context: &Context<'_>, declared: &Declared, live: &LiveObject) -> Option<Why> {
    if declared.key.as_ref().is_some_and(|key| key.rotation.is_some()) {
        return None;
    }
    if rotation::ends_before(live, context.now) {
        return declared.text("expires").is_none().then_some(Why::Ended);
    }
    let status = live.attributes.text("settings.status").filter(|_| declared.text("settings.status").is_none());
    match status {
        Some("disabled") => Some(Why::Disabled),
        Some("waiting") => Some(Why::Waiting),
        _ => None,
    }
}

fn finding(why: Why, group: &Group, context: &Context<'_>, matching: &Matching<'_>) -> Diagnostic {
    let names = |addresses: &BTreeSet<Address>| {
        let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        and_more(&names, MOST, ", ")
    };
    let number = group.keys.len();
    let (keys, calls) = (names(&group.keys), count(number, "key*"));
    let (is, its) = if number == 1 { ("is", "its manifest does") } else { ("are", "their manifests do") };
    let of_keys = |what: &str| format!("{keys} {what} in the store, and {its} not say so: calls with {calls} fail");
    let allow = group.keys.first().map(option).unwrap_or_default();
    let (message, help) = match why {
        Why::By(blocked) => {
            let verb = if group.causes.len() == 1 { "is" } else { "are" };
            let causes = names(&group.causes);
            let message =
                format!("{causes} {verb} {} in the store, so calls with {calls} fail: {keys}", blocked.what());
            (message, of_cause(blocked, group, context, matching))
        }
        Why::Disabled => (
            of_keys(&format!("{is} disabled")),
            format!(
                "find out why; if it stays so, write `settings: {{status: disabled}}`; otherwise write `active` there, and allow it with {allow}"
            ),
        ),
        Why::Ended => (
            of_keys("ended"),
            format!(
                "find out why; if it stays so, write the end in `expires`; otherwise write a later date, and allow it with {allow}"
            ),
        ),
        Why::Waiting => (
            of_keys(if number == 1 { "waits for approval" } else { "wait for approval" }),
            "approve it in the Control Center, or write `settings: {status: active}`".to_owned(),
        ),
    };
    rules::CAM_077.finding(message).help(help)
}

fn of_cause(blocked: Blocked, group: &Group, context: &Context<'_>, matching: &Matching<'_>) -> String {
    let Some(cause) = group.causes.first() else { return String::new() };
    let allow = option(cause);
    let is_declared = context.desired.get(cause).is_some();
    let protection = matching.in_store.get(cause).and_then(|live| Protection::of(live, context));
    let on = match blocked {
        Blocked::UserWaiting if protection == Some(Protection::Platform) => {
            format!("activate {cause} in the Boomi platform")
        }
        _ if protection == Some(Protection::Platform) => format!("enable {cause} in the Boomi platform"),
        _ if !is_declared => format!("change {cause} in the store"),
        Blocked::PlanLimit(field) => {
            format!("write `{field}` in the manifest of {cause}, and allow it with {allow} if the plan asks")
        }
        Blocked::UserDisabled | Blocked::UserWaiting | Blocked::PlanInactive => {
            format!("write `status: active` in the manifest of {cause}, and allow it with {allow}")
        }
    };
    match blocked {
        Blocked::UserDisabled => format!(
            "find out why, for example because they left; if it stays so, remove the manifests of the keys; otherwise {on}, \
             and then enable the keys: the service does not enable them with the user"
        ),
        Blocked::UserWaiting => {
            format!("find out why; if it stays so, remove the manifests of the keys; otherwise {on}")
        }
        Blocked::PlanInactive if is_declared => {
            format!("find out why; if it stays so, write `status: inactive` there; otherwise {on}")
        }
        Blocked::PlanInactive | Blocked::PlanLimit(_) => format!("find out why; if it should work, {on}"),
    }
}
