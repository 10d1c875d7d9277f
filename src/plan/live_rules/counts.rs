//! CAM-040: more keys of a user in a package plan than the plan allows, with the keys that are only in the store.

use std::collections::BTreeMap;

use super::World;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Value;
use crate::rules;

/// The keys of a user in a package plan.
#[derive(Default)]
struct Held {
    declared: usize,
    /// The declared ones with a rotation.
    rotated: usize,
    /// Their older generations, also one that the next rotation makes.
    older: usize,
    /// Those that are only in the store.
    others: usize,
    place: Option<Place>,
}

pub(super) fn check(world: &World<'_, '_>) -> Vec<Diagnostic> {
    let World { context, matching, .. } = world;
    let mut findings = Vec::new();
    let mut held: BTreeMap<(Address, Address), Held> = BTreeMap::new();
    for declared in context.desired.of(Kind::PackageKey) {
        let (Some(key), Some(application)) = (&declared.key, &declared.parent) else { continue };
        let user = Address::user(&application.address.first_name());
        let entry = held.entry((user, key.plan.address.clone())).or_default();
        let older = matching.found.get(&declared.address).map_or(0, |found| found.older.len());
        entry.declared += 1;
        entry.rotated += usize::from(key.rotation.is_some());
        // During an overlap there are two generations.
        entry.older += older.max(usize::from(key.rotation.is_some()));
        entry.place = Some(key.plan.place);
    }
    for live in &matching.unmatched {
        let Some((_, Some(plan))) = matching.terms_of(live) else { continue };
        let Some(application) = matching.parent_of(live) else { continue };
        if let Some(entry) = held.get_mut(&(Address::user(&application.first_name()), plan)) {
            entry.others += 1;
        }
    }
    for ((user, plan), Held { declared, rotated, older, others, place }) in held {
        let most = world.expected(&plan, "maxNumKeysAllowed").and_then(Value::as_number);
        let Some(most) = most.and_then(|most| usize::try_from(most).ok()) else { continue };
        // `validate` has compared the declared keys with a declared limit.
        let is_reported = declared + rotated > most
            && context.desired.get(&plan).is_some_and(|p| p.field("maxNumKeysAllowed").is_some());
        let all = declared + older + others;
        if all > most && !is_reported {
            let during = if declared + others > most { "" } else { " during a rotation" };
            let keys = crate::text::count(all, "key");
            let message = format!("{user} would have {keys} in {plan}{during}, which allows {most}");
            let mut problem = rules::CAM_040.finding(message);
            problem.place = place;
            findings.push(problem.help("raise `maxNumKeysAllowed`, or remove keys"));
        }
    }
    findings
}
