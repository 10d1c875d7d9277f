//! Guards that use what the workspace database remembers. Memory is evidence: what keeps an object counts always, what
//! lets it go only if it fits the object. Without memory, every prune needs consent.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Action;
use super::Change;
use super::Context;
use super::consent::is_allowed;
use super::consent::place_of;
use super::demand::Demand;
use super::known::Elsewhere;
use super::known::Known;
use super::known::Maker;
use super::option::option;
use super::removal::Removals;
use super::retirement::Generations;
use super::strangers::is_beside;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::has_own_prefix;
use crate::rules;
use crate::text::and_more;

/// Options that a message offers to copy.
const MOST: usize = 20;

/// Names in a message.
const NAMED: usize = 5;

pub(super) fn demands(
    changes: &[(usize, &Change)],
    removals: &Removals<'_>,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Demand> {
    let pruned = pruned(changes, context, matching);
    let mut demands: Vec<Demand> =
        pruned.iter().filter_map(|(index, change, live)| protected(*index, change, live, context)).collect();
    let (elsewhere, rest): (Vec<_>, Vec<_>) =
        pruned.into_iter().partition(|(_, _, live)| workspace_of(live, context).is_some());
    let (removed, elsewhere): (Vec<_>, Vec<_>) =
        elsewhere.into_iter().partition(|(_, change, _)| removals.makes(change));
    demands.extend(undeclared(&removed, removed_elsewhere, context, matching));
    demands.extend(undeclared(&elsewhere, declared_elsewhere, context, matching));
    // The database knows a key beside the generations of another one only because it once passed for one of them.
    let is_open = |live: &LiveObject| !is_known(live, context) || is_beside(live, matching);
    let unknown: Vec<Pruned<'_>> = rest.into_iter().filter(|(_, _, live)| is_open(live)).collect();
    demands.extend(undeclared(&unknown, not_known, context, matching));
    demands
}

/// A delete of an undeclared object, by its index in the plan, with the object.
type Pruned<'a> = (usize, &'a Change, &'a LiveObject);

/// The deletes of undeclared objects, with their objects. Generations that a rotation retires are declared.
fn pruned<'a>(changes: &[(usize, &'a Change)], context: &Context<'_>, matching: &Matching<'a>) -> Vec<Pruned<'a>> {
    let rotated = Generations::of(context, matching);
    let older = matching.found.values().flat_map(|found| &found.older).filter(|old| !rotated.includes(&old.id));
    let undeclared: BTreeMap<(Kind, &LiveId), &LiveObject> =
        matching.unmatched.iter().chain(older).map(|live| ((live.address.kind(), &live.id), *live)).collect();
    let goes = |change: &Change| match change.address.kind() {
        Kind::ApiKey => change.action == Action::Disable && place_of(change, context).is_none(),
        _ => change.action == Action::Delete,
    };
    let going = changes.iter().copied().filter(|(_, change)| goes(change));
    let with_object = |(index, change): (usize, &'a Change)| {
        Some((index, change, *undeclared.get(&(change.address.kind(), change.live_id()?))?))
    };
    going.filter_map(with_object).collect()
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
fn protected(index: usize, change: &Change, live: &LiveObject, context: &Context<'_>) -> Option<Demand> {
    let Some(known) = known(live, context).filter(|known| known.protect) else {
        return protected_elsewhere(index, change, live, context);
    };
    let was = if change.address.is_written(&known.address) { "" } else { &*known.address };
    let named = if was.is_empty() { String::new() } else { format!(" as {}", crate::text::line(was)) };
    let message =
        format!("{} would be {}d, and it was protected{named} when it was last applied", change.address, change.action);
    let allow = if was.is_empty() { option(&change.address) } else { option(&was) };
    let finding = rules::KW_109.finding(message).help(format!("restore its manifest, or allow it with {allow}"));
    let lifted_by = std::iter::once(change.address.clone()).chain(Address::parse(&known.address)).collect();
    Some(Demand { index, finding, lifted_by })
}

/// KW-109 for an object that a manifest of another workspace protected.
fn protected_elsewhere(index: usize, change: &Change, live: &LiveObject, context: &Context<'_>) -> Option<Demand> {
    let workspace = &elsewhere(live, context).filter(|elsewhere| elsewhere.protect)?.workspace;
    let workspace = crate::text::line(workspace);
    let message = format!(
        "{} would be {}d, and another workspace protected it when it was last applied: {workspace}",
        change.address, change.action
    );
    let help = format!("declare it here, or allow it with {}", option(&change.address));
    let finding = rules::KW_109.finding(message).help(help);
    Some(Demand { index, finding, lifted_by: vec![change.address.clone()] })
}

fn elsewhere<'a>(live: &LiveObject, context: &Context<'a>) -> Option<&'a Elsewhere> {
    context.remembered.objects.elsewhere(live, context.remembered.key.as_ref())
}

/// The other workspace that declared an object.
fn workspace_of<'a>(live: &LiveObject, context: &Context<'a>) -> Option<&'a str> {
    elsewhere(live, context).map(|elsewhere| &*elsewhere.workspace)
}

/// Objects that need consent: how many, their names, and the options that allow them.
struct Unconsented<'a> {
    objects: &'a [&'a Pruned<'a>],
    count: String,
    names: String,
    options: String,
}

/// KW-110 or KW-112: one demand for each object, with one finding that names all objects without consent.
fn undeclared(
    pruned: &[Pruned<'_>],
    finding: impl Fn(&Unconsented<'_>, &Context<'_>) -> Diagnostic,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Demand> {
    let above: Vec<Vec<Address>> = pruned.iter().map(|(_, _, live)| ancestors(live, matching)).collect();
    let is_open = |(_, change, _): &Pruned<'_>, above: &[Address]| {
        !std::iter::once(&change.address).chain(above).any(|address| is_allowed(address, context))
    };
    let open = pruned.iter().zip(&above).filter(|(one, above)| is_open(one, above)).map(|(one, _)| one);
    let open: Vec<&Pruned<'_>> = open.collect();
    let names: Vec<String> = open.iter().map(|(_, change, _)| change.address.to_string()).collect();
    let finding = finding(
        &Unconsented {
            objects: &open,
            count: crate::text::count(open.len(), "object"),
            names: and_more(&names, NAMED, ", "),
            options: and_more(&options(&open, matching), MOST, " "),
        },
        context,
    );
    let demand = |((index, change, _), above): (&Pruned<'_>, Vec<Address>)| Demand {
        index: *index,
        finding: finding.clone(),
        lifted_by: std::iter::once(change.address.clone()).chain(above).collect(),
    };
    pruned.iter().zip(above).map(demand).collect()
}

fn declared_elsewhere(open: &Unconsented<'_>, context: &Context<'_>) -> Diagnostic {
    let Unconsented { objects, count, names, options } = open;
    let workspaces = workspaces(objects, context);
    let message = format!("--prune would remove {count} that workspace {workspaces} declared: {names}");
    let also = also_lifted(objects);
    let help = format!(
        "narrow `ownership` in keywright.yaml to what this workspace declares; or allow it with {options}{also}"
    );
    rules::KW_112.finding(message).help(help)
}

/// The same for objects that go with a manifest that says `removed: true`.
fn removed_elsewhere(open: &Unconsented<'_>, context: &Context<'_>) -> Diagnostic {
    let Unconsented { objects, count, names, options } = open;
    let workspaces = workspaces(objects, context);
    let message = format!("`removed: true` would remove {count} that workspace {workspaces} declared: {names}");
    let also = also_lifted(objects);
    let help =
        format!("take out `removed: true` if that workspace still needs it; otherwise allow it with {options}{also}");
    rules::KW_112.finding(message).help(help)
}

/// The names of the other workspaces that declared objects.
fn workspaces(objects: &[&Pruned<'_>], context: &Context<'_>) -> String {
    let workspaces: BTreeSet<&str> = objects.iter().filter_map(|(_, _, live)| workspace_of(live, context)).collect();
    let workspaces: Vec<String> = workspaces.into_iter().map(|name| crate::text::line(name).into_owned()).collect();
    and_more(&workspaces, NAMED, ", ")
}

fn not_known(open: &Unconsented<'_>, context: &Context<'_>) -> Diagnostic {
    let Unconsented { count, names, options, .. } = open;
    let message =
        format!("--prune would remove {count} that the workspace database does not know as declared: {names}");
    let memory = if context.remembered.objects.is_empty() {
        "the database knows no objects: runs in CI must share one, for example on PostgreSQL, or keep .keywright"
    } else {
        "apply remembers what the manifests declare"
    };
    let (also, made) = (also_lifted(open.objects), made_by_keywright(open.objects));
    let help = format!("declare what should stay; allow the rest with {options}; {memory}{made}{also}");
    rules::KW_110.finding(message).help(help)
}

/// Workspaces without a common database know each other only by the values that Keywright gives to keys without a prefix.
fn made_by_keywright(objects: &[&Pruned<'_>]) -> String {
    let has_own = |live: &LiveObject| live.key.as_ref().is_some_and(|key| has_own_prefix(key.value.expose()));
    match objects.iter().filter(|(_, _, live)| has_own(live)).count() {
        0 => String::new(),
        1 => "; one of them is a key that Keywright generated: another workspace may declare it".to_owned(),
        many => format!("; {many} of them are keys that Keywright generated: another workspace may declare them"),
    }
}

/// What else the consents for users and applications allow.
fn also_lifted(objects: &[&Pruned<'_>]) -> &'static str {
    let has = |kind: Kind| objects.iter().any(|(_, change, _)| change.address.kind() == kind);
    if has(Kind::User) {
        "; the consent for a user also allows losing the username (KW-106) and the last active keys (KW-105)"
    } else if has(Kind::Application) {
        "; the consent for an application also allows losing its last active keys (KW-105)"
    } else {
        ""
    }
}

/// What allows these objects: the consent for the topmost object covers what hangs on it.
fn options(objects: &[&Pruned<'_>], matching: &Matching<'_>) -> Vec<String> {
    let going: BTreeSet<&Address> = objects.iter().map(|(_, change, _)| &change.address).collect();
    let mut options: Vec<String> = Vec::new();
    for (_, change, live) in objects {
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
pub(super) fn consents(
    changes: &[(usize, &Change)],
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> BTreeSet<String> {
    let pruned = pruned(changes, context, matching);
    let above = pruned.iter().flat_map(|(_, _, live)| ancestors(live, matching)).map(|address| address.to_string());
    let former = pruned.iter().filter_map(|(_, _, live)| known(live, context)).map(|known| known.address.to_string());
    above.chain(former).collect()
}
