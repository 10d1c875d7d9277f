//! CAM-078. Decided here.

use std::collections::BTreeMap;

use crate::manifest::plan::Endpoints;
use crate::manifest::read::Spanned;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;

pub static CAM_078: Rule = Rule {
    says: "A package plan names each service once, and each endpoint of a service once.",
    why: "Two entries for one service could have different endpoints, and only one of them would count. An empty name is \
          the name of no service.",
    source: "Keywright's own rule",
    ..Rule::fixed("CAM-078").shown_by(cases!("cam-078"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in world.plans.values() {
        let entries = spec.services.iter().flat_map(|services| &services.value);
        check_names(entries.clone().filter_map(|entry| entry.value.service.as_ref()), "service", findings);
        for entry in entries {
            if let Some(Spanned { value: Endpoints::Some(endpoints), .. }) = &entry.value.endpoints {
                check_names(endpoints.iter(), "endpoint", findings);
            }
        }
    }
}

fn check_names<'a>(names: impl Iterator<Item = &'a Spanned<Box<str>>>, what: &str, findings: &mut Findings) {
    let mut known: BTreeMap<&str, &Spanned<Box<str>>> = BTreeMap::new();
    for name in names {
        if name.value.is_empty() {
            let problem = CAM_078.finding(format!("the name of the {what} is empty")).at(name.place);
            findings.add(problem.help(format!("write the name of the {what} as the store has it")));
        } else if let Some(first) = known.insert(&name.value, name) {
            let problem =
                CAM_078.finding(format!("the {what} `{}` is named twice", quoted(&name.value))).at(name.place);
            findings.add(problem.label(first.place, "named here, too").help("keep one of the two"));
        }
    }
}
