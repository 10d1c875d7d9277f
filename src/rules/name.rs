//! Names: present, visible, not too long.

use super::Findings;
use super::world::World;
use crate::diagnostic::Diagnostic;
use crate::manifest::Manifest;
use crate::manifest::read::shown;
use crate::model::Kind;

/// The rule that a missing or overlong name of a kind breaks.
pub(super) const fn rule_of(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "CAM-001",
        Kind::Application => "CAM-010",
        Kind::Package => "CAM-014",
        Kind::Plan => "CAM-018",
        Kind::PackageKey => "CAM-042",
        Kind::ApiKey => "MFT-001",
    }
}

/// Longest name, in characters; nothing where no figure is known.
const fn longest(kind: Kind) -> Option<usize> {
    match kind {
        Kind::User | Kind::Package | Kind::Plan | Kind::PackageKey => Some(255),
        Kind::Application => Some(127),
        Kind::ApiKey => None,
    }
}

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for manifest in world.manifests {
        check_one(manifest, findings);
    }
}

fn check_one(manifest: &Manifest, findings: &mut Findings) {
    let Some(name) = &manifest.metadata.name else { return };
    let kind = manifest.kind;
    let length = name.value.chars().count();
    if name.value.trim().is_empty() {
        let problem = Diagnostic::error(rule_of(kind), format!("the {kind} has an empty name")).at(name.place);
        findings.add(problem.help("write the name under metadata.name"));
        return;
    }
    let rule = if kind == Kind::ApiKey { "MFT-001" } else { "KW-010" };
    if name.value.chars().any(char::is_control) {
        let message = format!("the name `{}` holds control characters", shown(&name.value));
        findings.add(Diagnostic::error(rule, message).at(name.place).help("remove them; they are invisible to people"));
    } else if name.value.trim() != &*name.value {
        let message = format!("the name `{}` begins or ends with a space", shown(&name.value));
        findings.add(Diagnostic::error(rule, message).at(name.place).help(format!("write `{}`", name.value.trim())));
    }
    if let Some(longest) = longest(kind)
        && length > longest
    {
        let message = format!("the name has {length} characters; a {kind} has at most {longest}");
        findings.add(Diagnostic::error(rule_of(kind), message).at(name.place).help("choose a shorter name"));
    }
}
