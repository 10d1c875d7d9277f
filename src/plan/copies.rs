//! KW-166: values of living keys in sinks that the manifests no longer name, or that have become another place.

use std::collections::BTreeSet;

use super::Context;
use super::Receipt;
use crate::diagnostic::Diagnostic;
use crate::model::Delivery;
use crate::model::Fingerprint;
use crate::model::Kind;
use crate::rotation;
use crate::rules;
use crate::text::and_more;

/// Places in a message.
const NAMED: usize = 5;

/// The file that a place means now.
fn file_of(to: &Delivery, context: &Context<'_>) -> Option<String> {
    let Some(sink) = &to.sink else { return Some(to.file.to_string()) };
    Some(context.workspace.sinks.get(sink)?.file(&to.file, &to.variable)?.0)
}

pub(super) fn check(context: &Context<'_>) -> Option<Diagnostic> {
    if context.options.is_part {
        return None;
    }
    let keys = context.desired.of(Kind::PackageKey).filter_map(|declared| declared.key.as_ref());
    let named: BTreeSet<&Delivery> = keys.flat_map(|key| &key.deliver).collect();
    let places = context.remembered.receipts.places.iter();
    let files: BTreeSet<String> = named.iter().filter_map(|to| file_of(to, context)).collect();
    // A file may be named in another way than when the value was delivered.
    let is_named = |to: &Delivery, receipt: &Receipt| {
        let is_there = context.workspace.is_place_of(to, &receipt.identity);
        is_there && (named.contains(to) || file_of(to, context).is_some_and(|file| files.contains(&file)))
    };
    let is_copy = |(to, receipt): &(&Delivery, &Receipt)| to.sink.is_some() && !is_named(to, receipt);
    let copies: Vec<(&Delivery, &Receipt)> = places.filter(is_copy).collect();
    let key = context.remembered.key.as_ref().filter(|_| !copies.is_empty())?;
    let live = context.live.of(Kind::PackageKey).iter().filter(|live| rotation::lives(live, context.now));
    let secrets = live.filter_map(|live| live.key.as_ref()).flat_map(|live| live.secrets());
    let living: BTreeSet<Fingerprint> = secrets.map(|it| key.of_value(it)).collect();
    let copies = copies.into_iter().filter(|(_, receipt)| living.contains(&receipt.value));
    let places: Vec<String> = copies.map(|(to, _)| format!("{} in {}", to.variable, to.place())).collect();
    if places.is_empty() {
        return None;
    }
    let keep = if places.len() == 1 { "keeps" } else { "keep" };
    let message = format!(
        "{} {keep} the value of a key that works, and no manifest delivers it there any more",
        and_more(&places, NAMED, ", ")
    );
    Some(rules::KW_166.finding(message).help("take it out there, and rotate the key if others can read it"))
}
