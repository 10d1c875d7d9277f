//! CAM-062. Decided here.

use std::collections::BTreeMap;

use crate::diagnostic::Place;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_062: Rule = Rule {
    says: "A key that exists is declared by one manifest, with an id that the store could have given.",
    why: "Two manifests would give one key two sets of settings, and each run would undo the other.",
    source: "Keywright's own rule",
    wrong: "Two manifests have `key: {existing: 41cc6986-0000-0000-0000-000000000000}`.",
    right: "One of them is removed, or has the id of another key.",
    ..Rule::fixed("CAM-062")
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let mut declared: BTreeMap<&str, (Place, &str)> = BTreeMap::new();
    for key in &world.keys {
        let existing = key.spec.and_then(|spec| spec.key.as_ref()?.value.existing.as_ref());
        let Some(id) = existing else { continue };
        if id.value.is_empty() || id.value.contains(|c: char| !c.is_ascii_graphic()) {
            let problem = CAM_062.finding("this is not an id of a store").at(id.place);
            findings.add(problem.help("copy the id from the output of `keywright export`"));
        } else if let Some((other, address)) = declared.get(&*id.value) {
            let message = format!("{} and {address} are the same key of the store", key.address);
            let problem = CAM_062.finding(message).at(id.place).label(*other, "the other key");
            findings.add(problem.help("remove one of the two manifests"));
        } else {
            declared.insert(&id.value, (id.place, &key.address));
        }
    }
}
