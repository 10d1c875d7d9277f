//! Reports changed settings as findings.

use super::Effect;
use super::SettingChange;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::rules;

/// The other version of the settings in a comparison.
pub struct Comparison<'a> {
    /// Its name for people, like `origin/main (3f2a9c01d7e4)`, or, if it is trusted, what the run uses, like `the settings of
    /// origin/main (3f2a9c01d7e4)`.
    pub with: &'a str,
    /// Whether the run uses that version, so that the changes take effect only after the merge.
    pub is_trusted: bool,
    /// Whether later changes of the other version's branch are left out.
    pub is_base_known: bool,
}

/// One KW-060 for each weakened setting, and one KW-061 for all others. `place` finds a field in `keywright.yaml`.
pub fn findings(
    changes: &[SettingChange],
    comparison: &Comparison<'_>,
    place: impl Fn(&str) -> Option<Place>,
) -> Vec<Diagnostic> {
    let Comparison { with, is_trusted, is_base_known } = *comparison;
    let help = if is_trusted {
        let unknown = "; this clone does not have the commit where it left the branch, so a later change of the branch \
                       itself is reported, too: fetch the whole history to leave it out";
        let unknown = if is_base_known { "" } else { unknown };
        format!("this run uses {with}; review the change before the merge{unknown}")
    } else {
        format!("the settings were compared with {with}; undo the change, or let the owners of the store review it")
    };
    let mut found = Vec::new();
    let (weaker, others): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.effect == Effect::Weaker);
    for change in weaker {
        let when = if is_trusted { "takes effect after the merge" } else { "is weaker" };
        let message = format!("{} {when}: {}", described(change), change.risk);
        let finding = rules::KW_060.finding(message).help(help.clone());
        found.push(match place(&change.field) {
            Some(place) => finding.at(place),
            None => finding,
        });
    }
    if !others.is_empty() {
        let when = if is_trusted { "take effect after the merge" } else { "changed" };
        let all: Vec<String> = others.iter().map(|change| described(change)).collect();
        // Without a place, so that it comes after the weakened settings.
        let message = format!("other settings {when}: {}", all.join("; "));
        found.push(rules::KW_061.finding(message).help(help));
    }
    found
}

fn described(change: &SettingChange) -> String {
    let stronger = if change.effect == Effect::Stronger { " (stronger)" } else { "" };
    format!("`{}`: {} → {}{stronger}", change.field, change.before, change.after)
}
