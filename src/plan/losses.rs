//! What callers lose when an object is deleted: an address or an id alone does not show it.

use std::collections::BTreeMap;

use crate::matching::Matching;
use crate::model::Address;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveObject;

/// The keys of everything that keys hang on.
pub(super) struct Losses {
    now: Instant,
    /// All keys and the active ones, by user, application, package and plan.
    keys: BTreeMap<Address, (usize, usize)>,
}

impl Losses {
    /// `going` are the objects that are deleted. A key that only moves away is not lost.
    pub(super) fn of(going: &[&LiveObject], matching: &Matching<'_>, now: Instant) -> Self {
        let mut keys: BTreeMap<Address, (usize, usize)> = BTreeMap::new();
        for key in going.iter().filter(|live| live.address.kind() == Kind::PackageKey) {
            let is_active = key.attributes.text("settings.status") == Some("active");
            let application = matching.parent_of(key);
            let user = application.as_ref().map(|application| Address::user(&application.first_name()));
            let terms = matching.terms_of(key);
            let (package, plan) = terms.map_or((None, None), |(package, plan)| (Some(package), plan));
            for holder in [user, application, package, plan].into_iter().flatten() {
                let count = keys.entry(holder).or_default();
                count.0 += 1;
                count.1 += usize::from(is_active);
            }
        }
        Self { now, keys }
    }

    /// `; 3 keys, 2 of them active`. Empty if nothing is known.
    pub(super) fn with(&self, live: &LiveObject, known_as: &Address) -> String {
        let parts = if live.key.is_some() { self.of_key(live) } else { self.of_holder(known_as) };
        if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
    }

    fn of_holder(&self, address: &Address) -> Vec<String> {
        let Some((all, active)) = self.keys.get(address) else { return Vec::new() };
        vec![format!("{}, {active} of them active", crate::text::count(*all, "key"))]
    }

    fn of_key(&self, live: &LiveObject) -> Vec<String> {
        let text = |field: &str| live.attributes.text(field);
        let age = live.created.map(|created| crate::text::count((self.now - created).num_days().max(0), "day"));
        let end = |end: &str| if end == "never" { "never expires".to_owned() } else { format!("expires {end}") };
        let parts = [
            text("settings.status").map(str::to_owned),
            text("plan").map(|plan| format!("plan {}", crate::text::line(plan))),
            age.map(|age| format!("{age} old")),
            text("expires").map(end),
        ];
        parts.into_iter().flatten().collect()
    }
}
