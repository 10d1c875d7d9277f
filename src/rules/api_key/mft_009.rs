//! MFT-009. Decided here.

use crate::manifest::plain::whole_number;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;

pub static MFT_009: Rule = Rule {
    says: "An organization is written as `id:` and a number from 1 to 2147483647, or as its code or name without a \
           comma.",
    why: "The store's ids are numbers in that range, and in other parts of its API 0 means \"all organizations\". A \
          comma separates entries, so a name with a comma would become two.",
    source: "AFT Management API, Organization",
    ..Rule::fixed("MFT-009").shown_by(cases!("mft-009"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for organization in world.api_keys().flat_map(|(_, spec)| &spec.allowed_orgs).flat_map(|listed| &listed.value) {
        let text = &organization.value;
        let fine = match text.strip_prefix("id:") {
            Some(id) => whole_number(id).is_some_and(|id| (1..=i64::from(i32::MAX)).contains(&id)),
            None => !text.trim().is_empty() && !text.contains(','),
        };
        if !fine {
            let problem = MFT_009.finding(format!("`{}` is not a valid organization", quoted(text)));
            findings
                .add(problem.at(organization.place).help("write a code or name without a comma, or id: and a number"));
        }
    }
}
