//! What is known about deliveries: what files and sinks show, and what the workspace database recorded.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::model::Deliverable;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::model::has_mask;
use crate::rotation;
use crate::workspace::Workspace;

/// What a place shows on this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    Value(Digest),
    /// The keyed fingerprint of a value that only others can decrypt.
    Fingerprint(Fingerprint),
    /// The file is there, but has no value for the variable or cannot be read.
    Nothing,
    /// On this machine, something else is there that must not be replaced: why, and the next step.
    Broken {
        why: Box<str>,
        help: Box<str>,
    },
}

/// A delivery that succeeded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    pub value: Fingerprint,
    pub at: Instant,
    /// The run that delivered it.
    pub run: i64,
    /// The identity of the sink at that time ([`crate::workspace::Sink::identity`]). Empty for a file of the workspace.
    pub identity: Box<str>,
    /// Whether a later run began to deliver to the place, and did not record that it did: it may have another value now.
    pub is_doubtful: bool,
}

/// The fingerprints of the values and shared secrets with which calls may succeed, once something asks for them: an area may have hundreds of
/// thousands of keys.
#[derive(Default)]
pub struct LivingValues {
    values: OnceLock<BTreeSet<Fingerprint>>,
    has_secrets: OnceLock<bool>,
}

impl LivingValues {
    pub(super) fn include(&self, value: &Fingerprint, live: &Live, key: &FingerprintKey, now: Instant) -> bool {
        let all = || {
            let living = live.of(Kind::PackageKey).iter().filter(|live| rotation::lives(live, now));
            let living = living.filter_map(|live| live.key.as_deref());
            living.flat_map(LiveKey::secrets).map(|secret| key.of_value(secret)).collect()
        };
        self.values.get_or_init(all).contains(value)
    }

    /// Whether the store shows the shared secret of any key.
    pub(super) fn has_secrets(&self, live: &Live) -> bool {
        let shows = |live: &LiveObject| {
            let secret = live.key.as_ref().and_then(|key| key.secret.as_ref());
            secret.is_some_and(|secret| !has_mask(secret.expose()))
        };
        *self.has_secrets.get_or_init(|| live.of(Kind::PackageKey).iter().any(shows))
    }
}

/// What the workspace database knows about deliveries.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Receipts {
    /// Whether the database records deliveries. One of an older version does not.
    pub are_kept: bool,
    /// What was last delivered to each place, which has one entry.
    pub places: BTreeMap<Delivery, Receipt>,
    /// Values that were delivered before deliveries were recorded.
    pub elsewhere: BTreeSet<Fingerprint>,
    /// The addresses of keys whose create did not end well, as far as the journal knows.
    pub doubtful: BTreeSet<Box<str>>,
}

impl Receipts {
    /// With the names that the settings give to sinks now: a sink that only has another name is the same place. Of two receipts
    /// of one place, that of the place as it is now counts, and then the later one.
    #[must_use]
    pub fn renamed(mut self, workspace: &Workspace) -> Self {
        let names: BTreeMap<Box<str>, &Box<str>> =
            workspace.sinks.iter().map(|(name, sink)| (sink.identity(), name)).collect();
        let mut places: BTreeMap<_, (Delivery, Receipt)> = BTreeMap::new();
        let weight = |receipt: &Receipt| (names.contains_key(&receipt.identity), receipt.run, receipt.at);
        for (mut to, receipt) in std::mem::take(&mut self.places) {
            // No two sinks are the same place (KW-163).
            if let (Some(sink), Some(name)) = (&mut to.sink, names.get(&receipt.identity)) {
                sink.clone_from(name);
            }
            let slot = (to.sink.clone(), to.file.clone(), to.variable.clone());
            if places.get(&slot).is_none_or(|(_, other)| weight(other) < weight(&receipt)) {
                places.insert(slot, (to, receipt));
            }
        }
        self.places = places.into_values().collect();
        self
    }

    /// What a place received last, whether that was the value or the shared secret of a key.
    pub fn last(&self, to: &Delivery) -> Option<&Receipt> {
        let of = |what| self.places.get(&Delivery { what, ..to.clone() });
        of(Deliverable::Key).or_else(|| of(Deliverable::SharedSecret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn a_place_may_have_received_a_shared_secret_before_a_value() {
        let key = FingerprintKey::new(Secret::new("0123456789abcdef0123456789abcdef")).unwrap();
        let value = key.of_value(&Secret::new("fake"));
        let receipt = Receipt { value, at: Instant::MIN_UTC, run: 1, identity: Box::default(), is_doubtful: false };
        let to = |file: &str, what| Delivery { what, ..Delivery::file(file, "K") };
        let places = BTreeMap::from([(to("f", Deliverable::SharedSecret), receipt)]);
        let receipts = Receipts { places, ..Receipts::default() };
        for what in [Deliverable::Key, Deliverable::SharedSecret] {
            assert!(receipts.last(&to("f", what)).is_some());
            assert!(receipts.last(&to("other", what)).is_none());
        }
    }
}
