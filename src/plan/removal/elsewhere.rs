//! What a manifest with `removed: true` means, and what is in the store in another place than it was declared in.

use std::collections::BTreeSet;

use super::Context;
use super::NAMED;
use super::done::place_of;
use super::holders;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::plan::applied::APPLICATION;
use crate::plan::applied::PACKAGE;
use crate::plan::known::Known;
use crate::rules;
use crate::text::and_more;
use crate::text::count;

/// KW-145: an object that another manifest renames, whose address is given, too. Neither is done.
pub(super) fn renamed(
    declared: &Declared,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Option<(Address, Diagnostic)> {
    let address = &declared.address;
    let is_new_name = |other: &&Declared| {
        let is_former = other.previously.iter().any(|former| former.address == *address);
        is_former && matching.found.get(&other.address).is_some_and(|found| *found.live.name == *address.name())
    };
    let other = context.desired.of(address.kind()).filter(|_| address.kind() != Kind::PackageKey).find(is_new_name)?;
    let message = format!("{address} is removed, but it is renamed to {}", other.address);
    let finding = rules::KW_145.finding(message).at(declared.place).label(other.place, "renamed here");
    let help = "take this manifest out, or write `removed: true` in the other one instead";
    Some((other.address.clone(), finding.help(help)))
}

/// KW-145: an object with another name or owner, or a key in another application, is not gone.
pub(super) fn elsewhere(declared: &Declared, context: &Context<'_>, matching: &Matching<'_>) -> Option<Diagnostic> {
    let (address, key) = (declared.address.to_string(), context.remembered.key.as_ref());
    let known = |live: &LiveObject| context.remembered.objects.of(live, key).filter(|known| !known.is_undeclared);
    let is_it = |live: &&LiveObject| known(live).is_some_and(|known| *known.address == *address);
    let live = context.live.of(declared.address.kind()).iter().find(is_it)?;
    let message = format!("{address} is removed, but it is in the store as {}", live.address);
    let help = match live.key {
        Some(_) => {
            let (place, id) = (place_of(live, matching), crate::text::line(live.id.expose()));
            format!("declare it {place} with `key: {{existing: {id}}}` and `removed: true` instead")
        }
        None => "write `removed: true` for what it is there, and take this manifest out".to_owned(),
    };
    Some(rules::KW_145.finding(message).at(declared.place).help(help))
}

/// KW-145: what was declared below a removed user or application, or in a removed package, and that no manifest declares where
/// it is now. It would live on, and nothing would manage its keys. A run that saw it without a manifest and left nothing out has said so already.
pub(super) fn below_another(
    removed: &Declared,
    context: &Context<'_>,
    matching: &Matching<'_>,
    goes: impl Fn(&LiveObject) -> bool,
) -> Option<Diagnostic> {
    let all = of_removed(&removed.address, context, matching);
    let staying: Vec<_> = all.into_iter().filter(|(live, known)| !known.is_undeclared && !goes(live)).collect();
    let named = |(live, known): &(&LiveObject, &Known)| {
        let keys = if live.key.is_some() { 0 } else { keys_of(live, context) };
        let with = if keys == 0 { String::new() } else { format!(", with {}", count(keys, "key")) };
        format!("{} is {}{with}", known.address, place_of(live, matching))
    };
    let (first, _) = staying.first()?;
    let names: Vec<String> = staying.iter().map(named).collect();
    let message = format!("{} is removed, but {}", removed.address, and_more(&names, NAMED, ", "));
    let help = if context.options.is_part {
        "run with the whole workspace: a manifest that this run does not read may declare it".to_owned()
    } else if first.key.is_some() {
        let id = crate::text::line(first.id.expose());
        format!(
            "if it stays, declare it {} with `key: {{existing: {id}}}`; if it must go too, declare it so with `removed: true`",
            place_of(first, matching)
        )
    } else {
        format!(
            "if it must go too, write `removed: true` for {0}; if it stays, declare {0} and its keys where they are",
            first.address
        )
    };
    Some(rules::KW_145.finding(message).at(removed.place).help(help))
}

/// Whether an object hangs on one that a manifest removes, or whose user one removes.
pub(super) fn hangs_on_removed(live: &LiveObject, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    let removed = context.desired.removed.as_deref();
    let is_removed = |holder: &Address| removed.is_some_and(|removed| removed.get(holder).is_some());
    let goes = |holder: &Address| {
        let of_application = Some(holder).filter(|holder| holder.kind() == Kind::Application);
        is_removed(holder) || of_application.is_some_and(|it| is_removed(&Address::user(&it.first_name())))
    };
    holders(live, matching, None).iter().any(goes)
}

/// KW-142: the same of a user, an application or a package that is gone.
pub(super) fn left_behind(
    removed: &Declared,
    context: &Context<'_>,
    matching: &Matching<'_>,
    stays: impl Fn(&LiveObject) -> bool,
) -> Option<Diagnostic> {
    let all = of_removed(&removed.address, context, matching);
    let (live, known) = all.into_iter().find(|(live, _)| stays(live))?;
    let (address, place) = (&removed.address, place_of(live, matching));
    let message = format!("{address} is not there any more, but {} is {place}", known.address);
    let help = "if it must go too, write `removed: true` for what it is there; otherwise take the manifest out";
    Some(rules::KW_142.finding(message).at(removed.place).help(help))
}

/// The undeclared applications and living keys elsewhere that the database knows as those of a removed user, application or
/// package. A plan stays where it was made; a key that has another one of its package is not lost by that.
fn of_removed<'a>(
    removed: &Address,
    context: &Context<'a>,
    matching: &Matching<'a>,
) -> Vec<(&'a LiveObject, &'a Known)> {
    let remembered = context.remembered;
    if remembered.objects.is_empty() || !matches!(removed.kind(), Kind::User | Kind::Application | Kind::Package) {
        return Vec::new();
    }
    let is_below = |holder: &Address| match removed.kind() {
        Kind::User => holder.first_name() == removed.name(),
        _ => holder == removed,
    };
    let moved = matching.unmatched.iter().filter_map(|&live| {
        let known = remembered.objects.of(live, remembered.key.as_ref())?;
        let (was, is) = match live.address.kind() {
            Kind::Application => (Address::parse(&known.address)?, live.address.clone()),
            Kind::PackageKey if lives(live) && removed.kind() == Kind::Package => {
                (declared_for(live, known, context)?, live.key.as_ref()?.package.clone())
            }
            Kind::PackageKey if lives(live) => (declared_in(live, known, context)?, live.parent.clone()?),
            _ => return None,
        };
        (is_below(&was) && !is_below(&is)).then_some((live, known))
    });
    let moved: Vec<(&LiveObject, &Known)> = moved.collect();
    // The keys of an application that moved are counted with it.
    let applications: BTreeSet<&Address> =
        moved.iter().filter(|(live, _)| live.key.is_none()).map(|(live, _)| &live.address).collect();
    let is_counted = |live: &LiveObject| live.parent.as_ref().is_some_and(|parent| applications.contains(parent));
    moved.iter().filter(|(live, _)| live.key.is_none() || !is_counted(live)).copied().collect()
}

fn lives(live: &LiveObject) -> bool {
    live.attributes.text("settings.status") != Some("disabled")
}

/// The application in which a key was declared last.
fn declared_in(live: &LiveObject, known: &Known, context: &Context<'_>) -> Option<Address> {
    recorded(APPLICATION, live, known, context).or_else(|| match names_of_entry(known)?.as_slice() {
        [user, application, _] => Some(Address::application(user, application)),
        _ => None,
    })
}

/// The package for which a key was declared last.
fn declared_for(live: &LiveObject, known: &Known, context: &Context<'_>) -> Option<Address> {
    recorded(PACKAGE, live, known, context).or_else(|| match names_of_entry(known)?.as_slice() {
        [_, _, package] => Some(Address::below(Kind::Package, None, package)),
        _ => None,
    })
}

fn recorded(name: &str, live: &LiveObject, known: &Known, context: &Context<'_>) -> Option<Address> {
    let remembered = context.remembered;
    let key = remembered.key.as_ref();
    let record = remembered.applied.of(live, &remembered.objects, key).filter(|_| known.fits(live, key))?;
    Address::parse(record.get(name)?.as_text()?)
}

fn names_of_entry(known: &Known) -> Option<Vec<String>> {
    Some(Address::parse(&known.address)?.names()).filter(|names| names.len() == 3)
}

fn keys_of(application: &LiveObject, context: &Context<'_>) -> usize {
    let is_below = |key: &&LiveObject| key.parent.as_ref() == Some(&application.address);
    context.live.of(Kind::PackageKey).iter().filter(is_below).count()
}
