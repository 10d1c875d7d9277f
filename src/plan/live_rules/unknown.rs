//! CAM-009, CAM-022, CAM-023: references to objects that are neither declared nor in the store, with the names that were
//! probably meant.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::desired::Reference;
use crate::plan::Context;
use crate::rule::Rule;

/// Each suggestion compares with thousands of names, and no one reads more of them.
const MOST_SUGGESTIONS: usize = 200;

/// A declared object and its reference to an unknown one.
pub(super) struct Unknown<'a> {
    pub(super) rule: &'static Rule,
    pub(super) declared: &'a Declared,
    pub(super) missing: &'a Reference,
}

pub(super) fn described<'d>(all: &[Unknown<'_>], context: &Context<'d>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    if all.is_empty() {
        return Vec::new();
    }
    let former = |declared: &'d Declared| declared.previously.iter().map(move |former| (&former.address, declared));
    let renamed: BTreeMap<&Address, &Declared> = context.desired.objects.values().flat_map(former).collect();
    let mut left = MOST_SUGGESTIONS;
    let mut describe = |unknown: &Unknown<'_>| {
        let Unknown { rule, declared, missing: Reference { address: missing, place, .. } } = unknown;
        if let Some(renamed) = renamed.get(missing) {
            let message = format!("{} needs {missing}, which is renamed to {}", declared.address, renamed.address);
            let problem = rule.finding(message).at(*place).label(renamed.place, "renamed here");
            let help = format!("write the new name, {}", crate::text::line(&renamed.address.name()));
            return problem.help(help);
        }
        let is_where = "which is neither declared nor in the store";
        let problem = rule.finding(format!("{} needs {missing}, {is_where}", declared.address)).at(*place);
        let is_helped = left > 0;
        left = left.saturating_sub(1);
        match is_helped.then(|| declared_one(missing, context)).flatten() {
            Some((near, place)) => problem.label(place, "declared here").help(format!("did you mean {near}?")),
            None => problem.help(match is_helped.then(|| one_in_store(missing, matching)).flatten() {
                Some(near) => format!("did you mean {near}, which is in the store?"),
                None => format!("declare {missing}, or correct the name"),
            }),
        }
    };
    all.iter().map(&mut describe).collect()
}

/// An object of the store that was probably meant: one with the same parents and a similar name.
fn one_in_store<'a>(missing: &Address, matching: &'a Matching<'_>) -> Option<&'a Address> {
    let (name, mut path) = (missing.name(), missing.names());
    path.pop();
    let of_kind = matching.in_store.of(missing.kind()).map(|(address, _)| address);
    let is_beside = |address: &&Address| address.names().split_last().is_some_and(|(_, above)| above == path);
    let beside: Vec<(String, &Address)> =
        of_kind.filter(is_beside).take(5_000).map(|address| (address.name(), address)).collect();
    let near = crate::diagnostic::did_you_mean(&name, beside.iter().map(|(name, _)| name.as_str()))?;
    beside.iter().find(|(name, _)| name == near).map(|(_, address)| *address)
}

/// The declared object that was probably meant: a sibling with a similar name, or any with the same name.
fn declared_one<'a>(missing: &Address, context: &Context<'a>) -> Option<(&'a Address, Place)> {
    let declared: Vec<&Declared> = context.desired.of(missing.kind()).take(5_000).collect();
    let (name, mut path) = (missing.name(), missing.names());
    path.pop();
    let beside = |other: &&&Declared| other.address.names().split_last().is_some_and(|(_, above)| above == path);
    let names: Vec<(String, &Declared)> =
        declared.iter().filter(beside).map(|other| (other.address.name(), *other)).collect();
    let near = crate::diagnostic::did_you_mean(&name, names.iter().map(|(name, _)| name.as_str()));
    let near = near.and_then(|near| names.iter().find(|(name, _)| name == near)).map(|(_, other)| *other);
    near.or_else(|| declared.iter().find(|other| other.address.name() == name).copied())
        .map(|other| (&other.address, other.place))
}
