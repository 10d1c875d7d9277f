//! The table of rules, and the only road from raw manifests to [`Desired`].

mod api_key;
mod application;
pub mod catalogue;
mod database;
mod desired;
mod duplicates;
mod findings;
mod name;
mod package;
mod package_key;
mod plan;
mod secret_source;
mod stores;
mod user;
pub mod values;
pub mod workspace;
mod world;

pub use api_key::generation;
pub use api_key::logical_name;
pub use api_key::looks_like_a_key;
pub use catalogue::Example;
pub use catalogue::Rule;
pub use catalogue::When;
pub use findings::Findings;
pub use findings::with_severities;
pub use name::is_hidden_in_name;
pub use package_key::DEFAULT_KEY_LENGTH;
pub use package_key::LEAST_RANDOM;
pub use package_key::is_key_text;
pub use package_key::too_short;
pub use user::INTERNAL_MEMBER;

use crate::diagnostic::Checked;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::manifest::Manifest;
use crate::model::Desired;
use crate::model::Instant;
use crate::workspace::Workspace;
use rayon::prelude::*;
use world::World;

/// A check reports what it finds in the world.
type Check = fn(&World<'_>, &mut Findings);

/// The checks that need nothing but the manifests, the workspace and the time. Each looks at one kind of object, or
/// at one thing that goes across kinds; the ids they report are in the [`catalogue`].
const CHECKS: &[Check] = &[
    name::check,
    duplicates::check,
    user::check,
    application::check,
    package::check,
    plan::check,
    package_key::check,
    package_key::check_limits,
    package_key::check_owners,
    package_key::check_slots,
    package_key::check_deliveries,
    package_key::check_counts,
    secret_source::check,
    api_key::check,
    api_key::check_generations,
];

/// Checks the manifests and resolves them. `found` is what reading them found already: the result has a value only
/// when neither it nor any rule found an error.
pub fn check(
    manifests: Vec<Manifest>,
    found: Vec<Diagnostic>,
    workspace: &Workspace,
    now: Instant,
) -> Checked<Desired> {
    let world = World::new(&manifests, &found, workspace, now);
    let per_check: Vec<Findings> = CHECKS.par_iter().map(|check| run(*check, &world)).collect();
    drop(world);
    let mut findings = Findings::from(found);
    for more in per_check {
        findings.extend(more);
    }
    let mut diagnostics = with_severities(findings.into_vec(), workspace);
    sort(&mut diagnostics);
    let value = (!has_errors(&diagnostics)).then(|| desired::resolve(manifests));
    Checked { value, diagnostics }
}

fn run(check: Check, world: &World<'_>) -> Findings {
    let mut findings = Findings::default();
    check(world, &mut findings);
    findings
}
