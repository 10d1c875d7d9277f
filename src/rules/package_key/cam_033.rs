//! CAM-033. Decided here, and in `plan/live_rules.rs`.

use crate::diagnostic::Severity;
use crate::manifest::read::Spanned;
use crate::manifest::scalar::DateOrNever;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_033: Rule = Rule {
    says: "A new package key expires in the future; for a key that already exists, a past date is a warning.",
    why: "A key that has expired when it is created is useless, and its consumer notices only when calls fail. Usually \
          the year is mistyped.",
    source: "Inferred from Boomi help, Creating package keys",
    also: Some((Severity::Warning, "for a key that exists or may exist already")),
    ..Rule::error("CAM-033").shown_by(cases!("cam-033"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let today = world.now.date_naive();
    for spec in world.keys.iter().filter_map(|key| key.spec) {
        if let Some(Spanned { value: DateOrNever::Date(date), place }) = &spec.expires
            && *date < today
        {
            let problem = CAM_033.also(format!("the key expired on {date}")).at(*place);
            findings.add(
                problem.help("a key cannot be created already expired; write a later date, or remove the manifest"),
            );
        }
    }
}
