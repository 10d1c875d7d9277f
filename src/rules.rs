//! The rules, one file each, grouped in folders; and the only way from raw manifests to [`Desired`].

mod api_key;
mod application;
mod attribute;
pub mod catalogue;
mod database;
mod desired;
mod environment;
mod findings;
mod guard;
mod limits;
mod listed;
mod name;
mod package_key;
mod plan;
mod run;
mod secret_source;
mod sinks;
mod stores;
mod trust;
mod user;
pub mod values;
pub mod workspace;
mod world;

pub use crate::manifest::rules::ids::*;
pub use api_key::generation;
pub use api_key::ids::*;
pub use api_key::logical_name;
pub use api_key::looks_like_a_key;
pub use application::ids::*;
pub use attribute::ids::*;
pub use findings::Findings;
pub use findings::with_severities;
pub use guard::ids::*;
pub use name::Look;
pub use name::alike;
pub use name::delete_or_remove;
pub use name::flawed;
pub use name::ids::*;
pub use name::look_of;
pub use name::references;
pub use package_key::MIN_RANDOM;
pub use package_key::NO_QUOTES;
pub use package_key::default_key_length;
pub use package_key::ids::*;
pub use package_key::is_key_text;
pub use package_key::is_variable;
pub use package_key::not_random;
pub use package_key::quote_for;
pub use package_key::refused_by_sink;
pub use package_key::too_short;
pub use package_key::undeliverable;
pub use plan::ids::*;
pub use run::ids::*;
pub use trust::ids::*;
pub use user::INTERNAL_USER;
pub use user::ids::*;
pub use workspace::ids::*;

use crate::diagnostic::Checked;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::manifest::Manifest;
use crate::model::Desired;
use crate::workspace::Workspace;
use rayon::prelude::*;
use world::World;

type Check = fn(&World<'_>, &mut Findings);

/// The checks of the folders, and the checks that several rules share.
const CHECKS: [&[Check]; 7] = [
    name::CHECKS,
    user::CHECKS,
    attribute::CHECKS,
    plan::CHECKS,
    package_key::CHECKS,
    api_key::CHECKS,
    &[limits::check, secret_source::check],
];

/// Checks the manifests and resolves them. `found` are the findings of the reader. The result has a value only if
/// neither the reader nor a rule found an error. It does not depend on the time: what is valid today stays valid.
pub fn check(manifests: Vec<Manifest>, found: Vec<Diagnostic>, workspace: &Workspace) -> Checked<Desired> {
    let world = World::new(&manifests, &found, workspace);
    let run = |check: &Check| {
        let mut findings = Findings::default();
        check(&world, &mut findings);
        findings
    };
    let per_check: Vec<Findings> = CHECKS.concat().par_iter().map(run).collect();
    drop(world);
    let mut findings = Findings::from(found);
    for more in per_check {
        findings.extend(more);
    }
    let mut diagnostics = with_severities(findings.into_vec(), workspace);
    sort(&mut diagnostics);
    let value = (!has_errors(&diagnostics)).then(|| desired::resolve(manifests));
    let Some(desired) = value.filter(|desired| {
        let contradictions = name::contradictions(desired);
        let is_whole = contradictions.is_empty();
        diagnostics.extend(contradictions);
        is_whole
    }) else {
        sort(&mut diagnostics);
        return Checked { value: None, diagnostics };
    };
    Checked { value: Some(desired), diagnostics }
}
