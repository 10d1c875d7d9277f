//! CAM-073: rotated keys of which no generation works because a person disabled or ended them, or did not approve them. What a person took away
//! stays so, and a rotation makes a successor only when it is due, so without this finding a run that leaves callers
//! without a key would report nothing.

use super::Action;
use super::Change;
use super::Context;
use super::deliveries;
use super::option::option;
use super::retirement::is_disabled;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::rotation;
use crate::rules;

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>, changes: &[&Change]) -> Vec<Diagnostic> {
    if context.options.is_part {
        return Vec::new();
    }
    let is_created =
        |address: &Address| changes.iter().any(|change| change.address == *address && change.action == Action::Create);
    let rotated = context.desired.of(Kind::PackageKey).filter(|declared| {
        declared.key.as_ref().is_some_and(|key| key.rotation.is_some()) && !matching.is_stopped(declared)
    });
    let unserved = rotated.filter(|declared| !is_created(&declared.address));
    unserved
        .filter_map(|declared| finding(context, matching, declared, matching.found.get(&declared.address)?))
        .collect()
}

fn finding(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
) -> Option<Diagnostic> {
    let works = |live| rotation::why_unusable(live, context.now).is_none();
    if works(found.live) {
        return None;
    }
    // An older generation helps only those who still have its value.
    let is_older_used = found.older.iter().any(|old| works(old));
    if is_older_used && !deliveries::has_place_with(context, declared, found.live) {
        return None;
    }
    let is_waiting = found.live.attributes.text("settings.status") == Some("waiting");
    let (what, field) = if is_disabled(found.live) {
        ("is disabled", "settings.status")
    } else if rotation::ends_before(found.live, context.now) {
        ("has ended", "expires")
    } else if is_waiting {
        ("waits for approval", "settings.status")
    } else {
        return None;
    };
    // What the manifest declares, it wants, or the plan changes it.
    if declared.text(field).is_some() {
        return None;
    }
    let address = &declared.address;
    let message = if is_older_used {
        format!("the callers of {address} have a value that does not work: its key {what} in the store")
    } else {
        format!("no generation of {address} works: the current one {what} in the store")
    };
    let problem = rules::CAM_073.finding(message).at(declared.place);
    if what == "waits for approval" {
        return Some(problem.help(format!(
            "approve it in the Control Center, or write `settings: {{status: active}}` and allow it with {} if the plan asks",
            option(address)
        )));
    }
    let allow = option(address);
    let user = declared.parent.as_ref().map(|application| Address::user(&application.address.first_name()));
    let user = user.filter(|user| {
        matching.in_store.get(user).is_some_and(|live| live.attributes.text("status") == Some("disabled"))
    });
    let first = user.map_or_else(String::new, |user| format!("enable {user} first; "));
    let keep = if field == "expires" { "its end in `expires`" } else { "`settings: {status: disabled}`" };
    let help = format!(
        "find out why; {first}`keywright rotate {address} {allow}` creates a new one; if it stays so, write {keep}"
    );
    Some(problem.help(help))
}
