//! The guards of one object: a protected one, an outage, a disabled user, a username that is lost, a key instead of another.

use super::callers::Callers;
use crate::model::Generated;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::consent::at;
use crate::plan::demand::Demand;
use crate::plan::option::option;
use crate::rules;

pub(super) fn demands(changes: &[(usize, &Change)], callers: &Callers<'_>, context: &Context<'_>) -> Vec<Demand> {
    let mut demands = Vec::new();
    for &(index, change) in changes {
        demands.extend(protected(index, change, context));
        demands.extend(harmful(index, change, callers, context));
    }
    demands
}

/// KW-102: a protected object is never replaced, disabled or deleted; `--allow` does not lift this.
fn protected(index: usize, change: &Change, context: &Context<'_>) -> Option<Demand> {
    let declared = context.desired.get(&change.address).filter(|declared| declared.protect)?;
    let harm = match change.action {
        Action::Replace | Action::Disable | Action::Delete => format!("be {}d", change.action),
        _ => how_off(change, context)?,
    };
    let message = format!("{} is protected but would {harm}", declared.address);
    let finding = at(rules::KW_102.finding(message), change, context);
    let finding = finding.help("remove `protect: true` from its metadata first");
    Some(Demand { index, finding, lifted_by: Vec::new() })
}

/// Whether an update also disables the object.
pub(super) fn switches_off(change: &Change, context: &Context<'_>) -> bool {
    how_off(change, context).is_some()
}

/// What an update does that disables the object.
fn how_off(change: &Change, context: &Context<'_>) -> Option<String> {
    if !matches!(change.action, Action::Update | Action::Disable) {
        return None;
    }
    let word = |field| change.after(field).and_then(Value::as_text);
    let off = ["status", "settings.status"].into_iter().filter_map(word).find(|word| is_off(word));
    if let Some(word) = off {
        return Some(format!("be {word}"));
    }
    if waits_again(change) {
        return Some("wait for activation again".to_owned());
    }
    if change.after("enabled").and_then(Value::as_bool) == Some(false) {
        return Some("be disabled".to_owned());
    }
    let end = change.after("expires").filter(|end| ends_now(Some(end), context))?;
    Some(format!("end at once: the new `expires`, {}, is past", end.as_text().unwrap_or_default()))
}

fn is_off(word: &str) -> bool {
    matches!(word, "disabled" | "inactive")
}

/// Whether an active user would wait for activation again, and could not use anything meanwhile.
fn waits_again(change: &Change) -> bool {
    let status = change.fields.iter().find(|field| field.field == "status");
    let word = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).map(str::to_owned);
    status.is_some_and(|status| {
        word(&status.before).as_deref() == Some("active") && word(&status.after).as_deref() == Some("waiting")
    })
}

/// Whether an end is in the past. Dates and instants share a prefix, so text order is time order.
pub(super) fn ends_now(end: Option<&Value>, context: &Context<'_>) -> bool {
    let now = context.now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let end = end.and_then(Value::as_text).filter(|end| *end != "never");
    end.is_some_and(|end| end.len() >= 10 && *end < now[..end.len().min(now.len())])
}

/// KW-103, KW-104, KW-106, KW-108: an outage, a disabled user, a username that is lost forever, and a key instead of one
/// that is gone.
fn harmful(
    index: usize,
    change: &Change,
    callers: &Callers<'_>,
    context: &Context<'_>,
) -> impl Iterator<Item = Demand> {
    let is_user = change.address.kind() == Kind::User;
    let gone = "created, because the key in its manifest is gone".to_owned();
    let replaced = "replaced; calls fail until it exists again".to_owned();
    let deleted = "deleted; its username can never be used again".to_owned();
    let keys = callers.of_user(&change.address);
    let disabled = if waits_again(change) {
        format!("waiting, and could not use its keys ({keys})")
    } else {
        format!("disabled, together with all its keys ({keys})")
    };
    let guards = [
        (instead_of_another(change, context), &rules::KW_108, gone),
        (change.action == Action::Replace, &rules::KW_103, replaced),
        (is_user && switches_off(change, context), &rules::KW_104, disabled),
        (is_user && change.action == Action::Delete, &rules::KW_106, deleted),
    ];
    guards.into_iter().filter(|(is_harm, ..)| *is_harm).map(move |(_, rule, what)| {
        let message = format!("{} would be {what}", change.address);
        let finding = at(rule.finding(message), change, context);
        let finding = finding.help(format!("allow it with {}", option(&change.address)));
        Demand { index, finding, lifted_by: vec![change.address.clone()] }
    })
}

/// Whether a key is created although its manifest names one of the store as the first generation.
fn instead_of_another(change: &Change, context: &Context<'_>) -> bool {
    let follows = change.target.key.as_ref().is_some_and(|key| key.follows.is_some());
    let source = context.desired.get(&change.address).and_then(|declared| Some(&declared.key.as_ref()?.source));
    let has_first = matches!(source, Some(KeySource::Generate(Generated { first: Some(_), .. })));
    change.action == Action::Create && !follows && has_first
}
