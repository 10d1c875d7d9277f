//! Guards that use what the workspace database remembers. Memory is evidence: what keeps an object counts always, what
//! lets it go only if it fits the object. Without memory, every prune needs consent.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Action;
use super::Change;
use super::Context;
use super::consent::is_allowed;
use super::consent::place_of;
use super::known::Known;
use super::known::Maker;
use super::option::option;
use super::retirement::Generations;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules;
use crate::text::and_more;

/// Options that a message offers to copy.
const MOST: usize = 20;

/// Names in a message.
const NAMED: usize = 5;

pub(super) fn check(changes: &[&Change], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let pruned = pruned(changes, context, matching);
    let mut stopped: Vec<Diagnostic> =
        pruned.iter().filter_map(|(change, live)| protected(change, live, context)).collect();
    let open: Vec<(&Change, &LiveObject)> =
        pruned.into_iter().filter(|(change, live)| !is_consented(change, live, context, matching)).collect();
    let (elsewhere, rest): (Vec<_>, Vec<_>) =
        open.into_iter().partition(|(_, live)| workspace_of(live, context).is_some());
    stopped.extend(declared_elsewhere(&elsewhere, context, matching));
    stopped.extend(unknown(&rest, context, matching));
    stopped
}

/// The deletes of undeclared objects, with their objects. Generations that a rotation retires are declared.
fn pruned<'a>(
    changes: &[&'a Change],
    context: &Context<'_>,
    matching: &Matching<'a>,
) -> Vec<(&'a Change, &'a LiveObject)> {
    let rotated = Generations::of(context, matching);
    let older = matching.found.values().flat_map(|found| &found.older).filter(|old| !rotated.includes(&old.id));
    let undeclared: BTreeMap<(Kind, &LiveId), &LiveObject> =
        matching.unmatched.iter().chain(older).map(|live| ((live.address.kind(), &live.id), *live)).collect();
    let goes = |change: &Change| match change.address.kind() {
        Kind::ApiKey => change.action == Action::Disable && place_of(change, context).is_none(),
        _ => change.action == Action::Delete,
    };
    let going = changes.iter().copied().filter(|change| goes(change));
    going.filter_map(|change| Some((change, *undeclared.get(&(change.address.kind(), change.live_id()?))?))).collect()
}

fn known<'a>(live: &LiveObject, context: &Context<'a>) -> Option<&'a Known> {
    context.remembered.objects.of(live, context.remembered.key.as_ref())
}

/// Whether the database knows an object as declared by this workspace alone. If so, `--prune` needs no consent for it.
pub(super) fn is_known(live: &LiveObject, context: &Context<'_>) -> bool {
    let key = context.remembered.key.as_ref();
    let value = || Some(key?.of_value(&live.key.as_ref()?.value));
    let is_recorded = || {
        known(live, context).is_some_and(|known| known.maker != Maker::ControlPlane && known.fits(live, key))
            || context.remembered.unrecorded.includes(&live.address, value().as_ref())
    };
    workspace_of(live, context).is_none() && is_recorded()
}

/// What a plan says of an unknown object that goes only because of the consent for one above it.
pub(super) fn mark(live: &LiveObject, context: &Context<'_>, matching: &Matching<'_>) -> Option<String> {
    if is_known(live, context) || is_allowed(&live.address, context) {
        return None;
    }
    let above = ancestors(live, matching).into_iter().find(|above| is_allowed(above, context))?;
    Some(format!("not known as declared, included in {}", option(&above)))
}

/// KW-109: consent is for the address in the plan, or for the one that the manifest had.
fn protected(change: &Change, live: &LiveObject, context: &Context<'_>) -> Option<Diagnostic> {
    let known = known(live, context).filter(|known| known.protect)?;
    let is_consent = |address: &str| context.options.allow.contains(address);
    if is_allowed(&change.address, context) || is_consent(&known.address) {
        return None;
    }
    let was = if *known.address == *change.address.to_string() { "" } else { &*known.address };
    let named = if was.is_empty() { String::new() } else { format!(" as {}", crate::text::line(was)) };
    let message =
        format!("{} would be {}d, and it was protected{named} when it was last applied", change.address, change.action);
    let allow = if was.is_empty() { option(&change.address) } else { option(&was) };
    Some(rules::KW_109.finding(message).help(format!("restore its manifest, or allow it with {allow}")))
}

fn is_consented(change: &Change, live: &LiveObject, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    is_allowed(&change.address, context) || ancestors(live, matching).iter().any(|above| is_allowed(above, context))
}

/// The other workspace that declared an object.
fn workspace_of<'a>(live: &LiveObject, context: &Context<'a>) -> Option<&'a str> {
    context.remembered.objects.elsewhere(live, context.remembered.key.as_ref())
}

/// KW-112, one finding for all objects.
fn declared_elsewhere(
    pruned: &[(&Change, &LiveObject)],
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Option<Diagnostic> {
    if pruned.is_empty() {
        return None;
    }
    let workspaces: BTreeSet<&str> = pruned.iter().filter_map(|(_, live)| workspace_of(live, context)).collect();
    let workspaces: Vec<String> = workspaces.into_iter().map(|name| crate::text::line(name).into_owned()).collect();
    let names: Vec<String> = pruned.iter().map(|(change, _)| change.address.to_string()).collect();
    let message = format!(
        "--prune would remove {} that workspace {} declared: {}",
        crate::text::count(pruned.len(), "object"),
        and_more(&workspaces, NAMED, ", "),
        and_more(&names, NAMED, ", ")
    );
    let pruned: Vec<_> = pruned.iter().collect();
    let options = and_more(&options(&pruned, matching), MOST, " ");
    let help =
        format!("narrow `ownership` in keywright.yaml to what this workspace declares; or allow it with {options}");
    Some(rules::KW_112.finding(message).help(help))
}

/// KW-110, one finding for all objects.
fn unknown(pruned: &[(&Change, &LiveObject)], context: &Context<'_>, matching: &Matching<'_>) -> Option<Diagnostic> {
    let unknown: Vec<&(&Change, &LiveObject)> = pruned.iter().filter(|(_, live)| !is_known(live, context)).collect();
    if unknown.is_empty() {
        return None;
    }
    let options = options(&unknown, matching);
    let names: Vec<String> = unknown.iter().map(|(change, _)| change.address.to_string()).collect();
    let message = format!(
        "--prune would remove {} that the workspace database does not know as declared: {}",
        crate::text::count(unknown.len(), "object"),
        and_more(&names, NAMED, ", ")
    );
    let memory = if context.remembered.objects.is_empty() {
        "the database knows no objects: runs in CI must share one, for example on PostgreSQL, or keep .keywright"
    } else {
        "apply remembers what the manifests declare"
    };
    let help = format!("declare what should stay; allow the rest with {}; {memory}", and_more(&options, MOST, " "));
    Some(rules::KW_110.finding(message).help(help))
}

/// What allows these objects: the consent for the topmost object covers what hangs on it.
fn options(objects: &[&(&Change, &LiveObject)], matching: &Matching<'_>) -> Vec<String> {
    let going: BTreeSet<&Address> = objects.iter().map(|(change, _)| &change.address).collect();
    let mut options: Vec<String> = Vec::new();
    for (change, live) in objects {
        let above = ancestors(live, matching).into_iter().find(|above| going.contains(above));
        let allow = option(above.as_ref().unwrap_or(&change.address));
        if !options.contains(&allow) {
            options.push(allow);
        }
    }
    options
}

/// The addresses above an object, topmost first, with the names in the store and in the manifests.
fn ancestors(live: &LiveObject, matching: &Matching<'_>) -> Vec<Address> {
    let parents = live.parent.iter().cloned().chain(matching.parent_of(live));
    let mut above: Vec<Address> = parents
        .flat_map(|parent| {
            let user = (parent.kind() == Kind::Application).then(|| Address::user(&parent.first_name()));
            user.into_iter().chain([parent])
        })
        .collect();
    above.sort_by_key(Address::kind);
    above.dedup();
    above
}

/// The addresses whose `--allow` lifts a guard of this file for a change.
pub(super) fn consents(changes: &[&Change], context: &Context<'_>, matching: &Matching<'_>) -> BTreeSet<String> {
    let pruned = pruned(changes, context, matching);
    let above = pruned.iter().flat_map(|(_, live)| ancestors(live, matching)).map(|address| address.to_string());
    let former = pruned.iter().filter_map(|(_, live)| known(live, context)).map(|known| known.address.to_string());
    above.chain(former).collect()
}
