//! Differences as findings: one for each field, at its line.

use super::Drift;
use super::FieldDrift;
use super::Side;
use super::What;
use crate::diagnostic::Diagnostic;
use crate::model::Value;
use crate::model::moment::in_utc;
use crate::rule::Rule;
use crate::rules;
use crate::text::and_more;
use crate::text::cut;
use crate::text::line;

/// Longer values are cut, so that the reason after them is shown; in characters.
const LONGEST: usize = 200;

/// Objects in one finding.
const NAMED: usize = 5;

/// A finding for each difference, and one that names the objects of which no apply is recorded.
pub fn findings(all: &[Drift]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = all.iter().flat_map(of_one).collect();
    found.extend(two_way(all));
    found
}

fn of_one(drift: &Drift) -> Vec<Diagnostic> {
    if drift.what == What::Changed {
        return drift.fields.iter().map(|field| of_field(drift, field)).collect();
    }
    let problem = with_side(&rules::KW_154, drift.side, format!("{}{}", sentence(drift), who(drift)));
    let problem = match drift.place {
        Some(place) => problem.at(place),
        None => problem,
    };
    vec![problem.help(help(drift))]
}

fn of_field(drift: &Drift, field: &FieldDrift) -> Diagnostic {
    let Drift { address, .. } = drift;
    let name = line(&field.field);
    let values = if field.is_secret {
        "differs; it may be a secret, so it is not shown".to_owned()
    } else {
        let (store, manifest) = (shown(field.store.as_ref()), shown(field.manifest.as_ref()));
        format!("is {store} in the store and {manifest} in the manifest")
    };
    let message = format!("{address}: `{name}` {values}; {}{}", moved(field), who(drift));
    let problem = with_side(&rules::KW_153, field.side, message);
    let problem = match field.place.or(drift.place) {
        Some(place) => problem.at(place),
        None => problem,
    };
    problem.help(match field.side {
        Side::Ours => "`keywright apply` brings the manifest to the store",
        Side::Theirs => {
            "keep it with `keywright drift --adopt`, or undo it with `keywright apply`, which asks first if a person took \
             something away"
        }
        _ => "write it to the manifest to keep it; `keywright apply` undoes it, and asks first if a person took something away",
    })
}

/// A value for people.
fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "not set".to_owned(), |value| cut(&value.to_string(), LONGEST).into_owned())
}

const fn moved(field: &FieldDrift) -> &'static str {
    match field.side {
        Side::Unknown if field.is_long => {
            "an earlier version recorded no value this long, so it is unknown which of the two changed"
        }
        Side::Ours if field.is_long => {
            "the manifest changed since the last apply, as the digest of the applied value shows"
        }
        Side::Theirs if field.is_long => {
            "the store changed since the last apply, as the digest of the applied value shows"
        }
        Side::Both if field.is_long => {
            "both changed since the last apply, of which only a digest of the value is recorded"
        }
        Side::Ours => "the manifest changed since the last apply",
        Side::Theirs => "the store changed since the last apply",
        Side::Both => "both changed since the last apply",
        Side::Unknown => "no apply is recorded, so it is unknown which of the two changed",
    }
}

/// What is different, without the reason for a field.
fn sentence(drift: &Drift) -> String {
    let Drift { address, side, .. } = drift;
    match (&drift.what, side) {
        (What::Missing(Some(other)), _) => format!("{address} is in the store as {other}"),
        (What::Missing(None), Side::Theirs) => format!("{address} was deleted in the store"),
        (What::Missing(None), Side::Ours) => format!("{address} is new in the manifests and not applied yet"),
        (What::Missing(None), _) => format!("{address} is not in the store: it was deleted, or never applied"),
        (What::Undeclared, Side::Ours) => format!("{address} is in the store, and its manifest is gone"),
        (What::Undeclared, Side::Theirs) => format!("{address} was made in the store, and no manifest declares it"),
        (What::Undeclared, _) => format!("{address} is in the store, and no manifest declares it"),
        (What::Removed, Side::Ours) => format!("{address} is removed by a manifest that is not applied yet"),
        (What::Removed, _) => format!("{address} is in the store, although a manifest removes it"),
        (What::Changed, _) => format!("{address} differs"),
    }
}

fn help(drift: &Drift) -> &'static str {
    match (&drift.what, drift.side) {
        (_, Side::Ours) => {
            "`keywright apply` brings the manifests to the store; --prune deletes what is no longer declared"
        }
        (What::Missing(Some(_)), _) => "change the manifest to where the object is",
        (What::Missing(None), _) => {
            "remove the manifest, or write `removed: true` below `metadata`, to keep it deleted; `keywright apply` creates it \
             again"
        }
        (What::Undeclared, _) => {
            "declare it (`keywright export` prints its manifest), or delete it with `keywright apply --prune`"
        }
        (What::Removed | What::Changed, _) => "remove the manifest to keep the object; `keywright apply` removes it",
    }
}

/// `, last changed 2026-11-20 10:00 UTC by ann`
fn who(drift: &Drift) -> String {
    let at = drift.updated.map(|at| format!(", last changed {}", in_utc(at)));
    let by =
        drift.by.as_deref().map(|by| format!("{} by {}", if at.is_some() { "" } else { ", last changed" }, line(by)));
    at.unwrap_or_default() + &by.unwrap_or_default()
}

fn with_side(rule: &Rule, side: Side, message: String) -> Diagnostic {
    if side.is_drift() { rule.finding(message) } else { rule.also(message) }
}

/// KW-155.
fn two_way(all: &[Drift]) -> Vec<Diagnostic> {
    let is_long = |drift: &&Drift| {
        let mut unknown = drift.fields.iter().filter(|field| field.side == Side::Unknown).peekable();
        unknown.peek().is_some() && unknown.all(|field| field.is_long)
    };
    let (long, other): (Vec<&Drift>, Vec<&Drift>) =
        all.iter().filter(|drift| drift.side == Side::Unknown).partition(is_long);
    let names = |all: &[&Drift]| {
        let names: Vec<String> = all.iter().map(|drift| drift.address.to_string()).collect();
        and_more(&names, NAMED, ", ")
    };
    let mut found = Vec::new();
    if !other.is_empty() {
        let message = format!(
            "the workspace database has no record of an apply that explains {}, so the store is compared with the manifests only",
            names(&other)
        );
        let help = "run drift with the database of the run that applies: `database: postgres://…`, or the restored folder \
                    `.keywright`, with its key for fingerprints";
        found.push(rules::KW_155.finding(message).help(help));
    }
    if !long.is_empty() {
        let message = format!(
            "an earlier version recorded no long value of {}, so the store is compared with the manifests only; the next apply \
             records a digest",
            names(&long)
        );
        let help = "read both values with `keywright drift --format json`; Git shows whether the manifest changed";
        found.push(rules::KW_155.finding(message).help(help));
    }
    found
}
