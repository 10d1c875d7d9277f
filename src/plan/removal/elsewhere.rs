//! What a manifest with `removed: true` means, and what is in the store in another place than it was declared in.

use super::Context;
use super::NAMED;
use super::done::place_of;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::plan::known::Known;
use crate::rules;
use crate::text::and_more;
use crate::text::count;

/// KW-145: an object that another manifest renames.
pub(super) fn renamed(declared: &Declared, context: &Context<'_>, matching: &Matching<'_>) -> Option<Diagnostic> {
    let address = &declared.address;
    let is_new_name = |other: &&Declared| {
        let is_former = other.previously.iter().any(|former| former.address == *address);
        is_former && matching.found.get(&other.address).is_some_and(|found| *found.live.name == *address.name())
    };
    let other = context.desired.of(address.kind()).filter(|_| address.kind() != Kind::PackageKey).find(is_new_name)?;
    let message = format!("{address} is removed, but it is renamed to {}", other.address);
    let finding = rules::KW_145.finding(message).at(declared.place).label(other.place, "renamed here");
    Some(finding.help("take this manifest out, or write `removed: true` in the other one instead"))
}

/// KW-145: an object with another name or owner, or a key in another application, is not gone.
pub(super) fn elsewhere(declared: &Declared, context: &Context<'_>) -> Option<Diagnostic> {
    let (address, key) = (declared.address.to_string(), context.remembered.key.as_ref());
    let known = |live: &LiveObject| context.remembered.objects.of(live, key).filter(|known| !known.is_undeclared);
    let is_it = |live: &&LiveObject| known(live).is_some_and(|known| *known.address == *address);
    let live = context.live.of(declared.address.kind()).iter().find(is_it)?;
    let message = format!("{address} is removed, but it is in the store as {}", live.address);
    let help = "write `removed: true` for what it is there, and take this manifest out";
    Some(rules::KW_145.finding(message).at(declared.place).help(help))
}

/// KW-145: applications that were declared below a removed user, and that no manifest declares where they are now. They
/// would live on, and nothing would manage their keys. A run that saw them without a manifest and left nothing out has said
/// so already.
pub(super) fn below_another(
    removed: &Declared,
    context: &Context<'_>,
    matching: &Matching<'_>,
    goes: impl Fn(&LiveObject) -> bool,
) -> Option<Diagnostic> {
    let all = of_removed(&removed.address, context, matching);
    let staying: Vec<_> = all.filter(|(live, known)| !known.is_undeclared && !goes(live)).collect();
    let named = |(live, known): &(&LiveObject, &Known)| {
        let keys = keys_of(live, context);
        let with = if keys == 0 { String::new() } else { format!(", with {}", count(keys, "key")) };
        format!("{} is in the store as {}{with}", known.address, live.address)
    };
    let (first, _) = staying.first()?;
    let names: Vec<String> = staying.iter().map(named).collect();
    let message = format!("{} is removed, but {}", removed.address, and_more(&names, NAMED, ", "));
    let help = if context.options.is_part {
        "run with the whole workspace: a manifest that this run does not read may declare it".to_owned()
    } else {
        format!(
            "if it must go too, write `removed: true` for {0}; if it stays, declare {0} and its keys where they are",
            first.address
        )
    };
    Some(rules::KW_145.finding(message).at(removed.place).help(help))
}

/// KW-142: the same of a user who is gone.
pub(super) fn left_behind(
    removed: &Declared,
    context: &Context<'_>,
    matching: &Matching<'_>,
    stays: impl Fn(&LiveObject) -> bool,
) -> Option<Diagnostic> {
    let (live, known) = of_removed(&removed.address, context, matching).find(|(live, _)| stays(live))?;
    let (address, place) = (&removed.address, place_of(live, matching));
    let message = format!("{address} is not there any more, but {} is {place}", known.address);
    let help = "if it must go too, write `removed: true` for what it is there; otherwise take the manifest out";
    Some(rules::KW_142.finding(message).at(removed.place).help(help))
}

/// The undeclared applications of other users that the database knows as those of a removed user. Only an application can get
/// another owner: a plan, and a key, stay where they were made.
fn of_removed<'a>(
    user: &Address,
    context: &Context<'a>,
    matching: &Matching<'a>,
) -> impl Iterator<Item = (&'a LiveObject, &'a Known)> {
    let below = Address::application(&user.first_name(), "").to_string();
    let remembered = context.remembered;
    let is_user = user.kind() == Kind::User;
    let applications = matching.unmatched.iter().copied().filter(|live| live.address.kind() == Kind::Application);
    let moved = applications.filter_map(move |live| {
        let known = remembered.objects.of(live, remembered.key.as_ref())?;
        let is_below_another = live.parent.as_ref().is_some_and(|parent| parent != user);
        (is_user && is_below_another && known.address.starts_with(&below)).then_some((live, known))
    });
    moved.collect::<Vec<_>>().into_iter()
}

fn keys_of(application: &LiveObject, context: &Context<'_>) -> usize {
    let is_below = |key: &&LiveObject| key.parent.as_ref() == Some(&application.address);
    context.live.of(Kind::PackageKey).iter().filter(is_below).count()
}
