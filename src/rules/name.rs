//! Names: present, visible, not too long.

use super::Findings;
use super::world::World;
use crate::diagnostic::Diagnostic;
use crate::manifest::Manifest;
use crate::manifest::document::name_rule;
use crate::model::Kind;
use crate::text::is_hidden;
use crate::text::quoted;

/// Longest name, in characters; nothing where no figure is known.
const fn longest(kind: Kind) -> Option<usize> {
    match kind {
        Kind::User | Kind::Package | Kind::Plan | Kind::PackageKey => Some(255),
        Kind::Application => Some(127),
        Kind::ApiKey => None,
    }
}

/// Whether no name may hold a character. Joiners belong to the spelling of some languages and, like the selectors of a
/// form, to emoji.
pub fn is_hidden_in_name(character: char) -> bool {
    is_hidden(character) && !matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
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
        let problem = Diagnostic::error(name_rule(kind), format!("the {kind} has an empty name")).at(name.place);
        findings.add(problem.help("write the name under metadata.name"));
        return;
    }
    let rule = if kind == Kind::ApiKey { "MFT-001" } else { "KW-010" };
    if name.value.contains(is_hidden_in_name) {
        let message = format!("the name `{}` holds characters that nobody sees", quoted(&name.value));
        findings.add(Diagnostic::error(rule, message).at(name.place).help("remove the control and format characters"));
    } else if name.value.trim() != &*name.value {
        let message = format!("the name `{}` begins or ends with a space", quoted(&name.value));
        findings.add(Diagnostic::error(rule, message).at(name.place).help(format!("write `{}`", name.value.trim())));
    }
    if let Some(longest) = longest(kind)
        && length > longest
    {
        let message = format!("the name has {length} characters; names of kind {kind} have at most {longest}");
        findings.add(Diagnostic::error(name_rule(kind), message).at(name.place).help("choose a shorter name"));
    }
}
