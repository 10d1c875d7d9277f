//! KW-105: an application that had an active key for a package keeps at least one, also when it goes with its keys.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::objects::switches_off;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::consent::at;
use crate::plan::consent::is_allowed;
use crate::plan::demand::Demand;
use crate::plan::option::option;
use crate::rotation;
use crate::rules;
use crate::text::and_more;

/// Options that a message offers to copy.
const MOST: usize = 20;

/// An application and a package.
type Slot = (Address, Address);

/// One demand for each key that ends and leaves its slot without an active key. `open` are the changes that are not held
/// back: only they end a key, and only they make one.
pub(super) fn demands(open: &[(usize, &Change)], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Demand> {
    let ending: BTreeMap<&LiveId, (usize, &Change)> = open
        .iter()
        .filter(|(_, change)| ends(change, context))
        .filter_map(|&(index, change)| Some((change.live_id()?, (index, change))))
        .collect();
    if ending.is_empty() {
        return Vec::new();
    }
    let deleted: BTreeSet<&Address> =
        open.iter().filter(|(_, change)| change.action == Action::Delete).map(|(_, change)| &change.address).collect();
    // A new value that is delivered nowhere replaces none.
    let made = open.iter().filter(|(_, change)| becomes_active(change) && is_delivered(change, context));
    let made = made
        .filter_map(|(_, change)| Some((change.target.parent.clone()?, change.target.key.as_ref()?.package.clone())));
    let mut surviving: BTreeSet<Slot> = made.collect();
    let mut losing: BTreeMap<Slot, Vec<(usize, &Change)>> = BTreeMap::new();
    for live in context.live.of(Kind::PackageKey) {
        let (Some(application), Some((package, _))) = (matching.parent_of(live), matching.terms_of(live)) else {
            continue;
        };
        if live.attributes.text("settings.status") != Some("active") {
            continue;
        }
        match ending.get(&live.id) {
            Some(change) => losing.entry((application, package)).or_default().push(*change),
            None if rotation::why_unusable(live, context.now).is_none() => {
                surviving.insert((application, package));
            }
            // It is past its end, or is not understood.
            None => {}
        }
    }
    let without = losing.into_iter().filter(|(slot, _)| !surviving.contains(slot));
    without.flat_map(|(slot, ending)| of_slot(&slot, &ending, &deleted, context)).collect()
}

/// The demands of a slot that loses all its active keys. The consent is for each of them, or for what is above them.
fn of_slot(
    (application, package): &Slot,
    ending: &[(usize, &Change)],
    deleted: &BTreeSet<&Address>,
    context: &Context<'_>,
) -> Vec<Demand> {
    let message = if deleted.contains(application) {
        format!("{application} would be deleted with its active keys for {package}")
    } else {
        format!("{application} would be left without an active key for {package}")
    };
    let waiting = ending.iter().filter(|(_, change)| !is_allowed(&change.address, context));
    let options: Vec<String> = waiting.map(|(_, change)| option(&change.address)).collect();
    let options = and_more(&options, MOST, " ");
    let help = format!("allow it with {options}, or for the whole application with {}", option(application));
    // The consent to delete a user is one to delete their keys.
    let user = Some(Address::user(&application.first_name())).filter(|user| deleted.contains(user));
    let demand = |&(index, change): &(usize, &Change)| {
        let finding = at(rules::KW_105.finding(message.clone()), change, context).help(help.clone());
        let lifted_by = [change.address.clone(), application.clone()].into_iter().chain(user.clone()).collect();
        Demand { index, finding, lifted_by }
    };
    ending.iter().map(demand).collect()
}

/// Whether callers get the value of a key that this run creates.
fn is_delivered(change: &Change, context: &Context<'_>) -> bool {
    let declared = context.desired.get(&change.address).and_then(|declared| declared.key.as_ref());
    let is_due = declared.is_some_and(|key| !key.deliver.is_empty());
    !(context.options.no_deliver && is_due && change.action == Action::Create)
}

fn ends(change: &Change, context: &Context<'_>) -> bool {
    change.address.kind() == Kind::PackageKey
        && (matches!(change.action, Action::Delete | Action::Replace) || switches_off(change, context))
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
