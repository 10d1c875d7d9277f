//! Guards for API keys of Managed File Transfer: a run must not lock itself out or restore a removed key.

use super::Action;
use super::Change;
use super::Context;
use super::access;
use super::consent::at;
use super::consent::place_of;
use super::demand::Demand;
use super::option::option;
use super::own_key;
use super::own_key::OwnKey;
use crate::diagnostic::Diagnostic;
use crate::model::Kind;
use crate::rules;

pub(super) fn demands(changes: &[(usize, &Change)], context: &Context<'_>) -> Vec<Demand> {
    let mut demands = Vec::new();
    let own = own_key::own_key(context);
    for &(index, change) in changes.iter().filter(|(_, change)| change.address.kind() == Kind::ApiKey) {
        let own = own_change(change, &own, context);
        demands.extend(own.map(|finding| Demand { index, finding, lifted_by: Vec::new() }));
        let back = brought_back(change, context);
        demands.extend(back.map(|finding| Demand { index, finding, lifted_by: vec![change.address.clone()] }));
    }
    demands
}

/// MFT-030: a change that might narrow the key in use is never made; `--allow` does not lift this. If that key is
/// unknown, no undeclared key is disabled.
fn own_change(change: &Change, own: &OwnKey<'_>, context: &Context<'_>) -> Option<Diagnostic> {
    let live = change.live_id()?;
    let access = access::of(change);
    if access.narrower.is_empty() && access.doubtful.is_empty() {
        return None;
    }
    match own {
        OwnKey::Known(id) if *id == live => {
            let fields = [&access.narrower[..], &access.doubtful].concat();
            let message = format!(
                "{} is the key that Keywright itself uses; this change could restrict it: {}",
                change.address,
                quoted(fields)
            );
            let problem = at(rules::MFT_030.finding(message), change, context);
            Some(problem.help("sign in with another key, then plan again"))
        }
        OwnKey::Unknown if place_of(change, context).is_none() => {
            let message =
                format!("{} would be disabled, but it may be the key that Keywright itself uses", change.address);
            let problem = rules::MFT_030.finding(message);
            Some(problem.help(own_key::help(context)))
        }
        OwnKey::None | OwnKey::Known(_) | OwnKey::Unknown => None,
    }
}

fn quoted(mut fields: Vec<&str>) -> String {
    fields.sort_unstable();
    fields.dedup();
    fields.join(", ")
}

/// MFT-037: a key of this name was removed on purpose.
fn brought_back(change: &Change, context: &Context<'_>) -> Option<Diagnostic> {
    let transfer = context.live.transfer.as_ref()?;
    if change.action != Action::Create || !transfer.deleted.contains(&change.target.name) {
        return None;
    }
    let message = format!("{} was deleted in the portal and would be created again", change.address);
    let problem = at(rules::MFT_037.also(message), change, context);
    Some(problem.help(format!("remove the manifest, or allow it with {} if it is intended", option(&change.address))))
}
