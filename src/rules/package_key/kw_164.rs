//! KW-164. Decided here.

use crate::diagnostic::did_you_mean;
use crate::manifest::package_key::DeliverTo;
use crate::manifest::read::Spanned;
use crate::rule::Rule;
use crate::rules;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;

pub static KW_164: Rule = Rule {
    says: "A key is delivered to a file (`file`), or to a sink that the settings declare (`to`, `path`).",
    why: "What runs or is called for a delivery is decided by the settings, which a pull request cannot change; a manifest \
          only names it.",
    source: "Keywright's own rule",
    wrong: "A key has `deliver: [{to: team-valt, path: teams/checkout, as: CHECKOUT_KEY}]`, and the settings declare `team-vault`.",
    right: "It has `deliver: [{to: team-vault, path: teams/checkout, as: CHECKOUT_KEY}]`.",
    ..Rule::fixed("KW-164")
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        let Some(deliver) = key.deliver else { continue };
        for target in deliver.value.files() {
            check_form(target, key.is_complete, findings);
            let Some(to) = &target.value.to else { continue };
            if world.workspace.sinks.contains_key(&to.value) {
                continue;
            }
            let message = format!("the settings declare no sink `{}`", quoted(&to.value));
            let near = did_you_mean(&to.value, world.workspace.sinks.keys().map(|name| &**name));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "declare it in spec.sinks of keywright.yaml, or deliver to a file".to_owned(),
            };
            findings.add(KW_164.finding(message).at(to.place).help(help));
        }
    }
}

fn check_form(target: &Spanned<DeliverTo>, is_complete: bool, findings: &mut Findings) {
    let DeliverTo { file, to, path, .. } = &target.value;
    let (message, help) = match (file, to, path) {
        (Some(_), None, None) | (None, Some(_), Some(_)) => return,
        // A field that could not be read looks like a missing one.
        _ if !is_complete => return,
        (None, None, None) => {
            let problem = rules::KW_006.finding("deliver[] has no `file`").at(target.place);
            findings.add(problem.help("add `file: …`, or `to: …` and `path: …` for a sink"));
            return;
        }
        (None, Some(_), None) => ("the path in the sink is missing", "add `path: …`"),
        (None, None, Some(_)) => ("the sink of the path is missing", "add `to: …`, the name of a sink"),
        (Some(_), ..) => ("the place is both a file and in a sink", "keep `file`, or `to` and `path`"),
    };
    findings.add(KW_164.finding(message).at(target.place).help(help));
}
