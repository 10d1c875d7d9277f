//! The creates of earlier runs that the lists of a store may not show yet: a list is no proof that something we made is
//! absent. A key's create with an unknown end is repeated with the same value; everything else is waited for.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::fmt;

use super::Action;
use super::Change;
use super::ValueFrom;
use super::known::KnownObjects;
use crate::model::Address;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::Secret;
use crate::rules::values::Values;

/// A create of an earlier run whose object no later plan has found so far.
#[derive(Clone, PartialEq, Eq)]
pub struct PendingCreate {
    pub run: i64,
    /// When the run intended it, or when it ended.
    pub at: Instant,
    /// [`slot_of`] the change.
    pub slot: Box<str>,
    /// The fingerprint of the key's value. `None` if the store generates it.
    pub value: Option<Fingerprint>,
    /// The generated value, if the end of the create is unknown and the value could be unsealed.
    pub minted: Option<Secret>,
    /// Whether the store confirmed the create.
    pub is_settled: bool,
}

/// Shows no value.
impl fmt::Debug for PendingCreate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, at, slot, is_settled, .. } = self;
        let mut shown = f.debug_struct("PendingCreate");
        shown
            .field("run", run)
            .field("at", at)
            .field("slot", slot)
            .field("is_settled", is_settled)
            .finish_non_exhaustive()
    }
}

/// The pending creates, by address.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pending {
    pub creates: BTreeMap<Address, PendingCreate>,
    /// The key of the fingerprints.
    pub key: Option<FingerprintKey>,
}

/// What a create has to do with an earlier one of the same address.
#[derive(Clone, Copy)]
pub enum Earlier<'a> {
    /// Repeats it with the same value: if the store calls that a duplicate, the earlier create landed.
    Repeats(&'a PendingCreate),
    /// The earlier object may exist although no list shows it.
    Unseen(&'a PendingCreate),
}

/// The application and the package of a new key; empty for other kinds.
pub fn slot_of(change: &Change) -> String {
    let application = change.target.parent.as_ref();
    let slot = change.target.key.as_ref().zip(application);
    slot.map_or_else(String::new, |(key, application)| format!("{application} {}", key.package))
}

impl Pending {
    pub fn is_empty(&self) -> bool {
        self.creates.is_empty()
    }

    /// The earlier create of the object that a change creates. `values` are those of custom keys.
    pub fn earlier(&self, change: &Change, values: &Values) -> Option<Earlier<'_>> {
        if change.action != Action::Create {
            return None;
        }
        let earlier = self.creates.get(&change.address)?;
        let repeats =
            !earlier.is_settled && *earlier.slot == *slot_of(change) && self.has_value(earlier, change, values);
        Some(if repeats { Earlier::Repeats(earlier) } else { Earlier::Unseen(earlier) })
    }

    /// The value that an earlier run generated for a key and may have created it with.
    pub fn minted(&self, change: &Change, values: &Values) -> Option<&Secret> {
        match self.earlier(change, values)? {
            Earlier::Repeats(earlier) => earlier.minted.as_ref(),
            Earlier::Unseen(_) => None,
        }
    }

    /// Whether the change would create the key with the value of the earlier create.
    fn has_value(&self, earlier: &PendingCreate, change: &Change, values: &Values) -> bool {
        match change.target.key.as_ref().map(|key| &key.value) {
            Some(ValueFrom::Minted { prefix, .. }) => {
                earlier.minted.as_ref().is_some_and(|value| value.expose().starts_with(&**prefix))
            }
            Some(ValueFrom::Given) => {
                let given = self.key.as_ref().zip(values.get(&change.address)).map(|(key, value)| key.of_value(value));
                given.is_some() && given == earlier.value
            }
            Some(ValueFrom::Store | ValueFrom::Kept) | None => false,
        }
    }

    /// The pending creates without the keys that the snapshot shows. A confirmed create whose fingerprint was made with another
    /// key cannot be recognized; it counts only until `is_over`.
    #[must_use]
    pub fn without_shown(
        &self,
        live: &Live,
        objects: &KnownObjects,
        is_over: impl Fn(&Address, &PendingCreate) -> bool,
    ) -> Self {
        if self.is_empty() {
            return self.clone();
        }
        let (values, shown) = rayon::join(|| self.values(live), || self.shown(live, objects));
        let is_unknown = |value: &Fingerprint| !self.key.as_ref().is_some_and(|key| key.made(value));
        let is_pending = |address: &Address, create: &PendingCreate| match &create.value {
            Some(value) if is_unknown(value) => !create.is_settled || !is_over(address, create),
            Some(value) => !values.contains(value),
            None => !shown.contains(&(create.run, &*address.to_string())),
        };
        let left = self.creates.iter().filter(|(address, create)| is_pending(address, create));
        let creates = left.map(|(address, create)| (address.clone(), create.clone())).collect();
        Self { creates, key: self.key.clone() }
    }

    /// The run and the address under which each object of the snapshot was recorded, for kinds without a value. Its name says
    /// nothing: another object may have it by now, and it may get another one.
    fn shown<'k>(&self, live: &Live, objects: &'k KnownObjects) -> HashSet<(i64, &'k str)> {
        let without_value = self.creates.iter().filter(|(_, create)| create.value.is_none());
        let kinds: BTreeSet<Kind> = without_value.map(|(address, _)| address.kind()).collect();
        let known = kinds.into_iter().flat_map(|kind| live.of(kind));
        let known = known.filter_map(|live| objects.of(live, self.key.as_ref()));
        known.filter_map(|known| Some((known.run?, &*known.address))).collect()
    }

    /// The fingerprints of all live keys.
    fn values(&self, live: &Live) -> HashSet<Fingerprint> {
        let keys = || live.of(Kind::PackageKey).iter().filter_map(|object| object.key.as_ref());
        self.key.iter().flat_map(|key| keys().map(|live| key.of_value(&live.value))).collect()
    }
}

/// Says in the reason of each create what it has to do with an earlier one.
pub(super) fn explain(pending: &Pending, changes: &mut [Change], values: &Values) {
    for change in changes {
        match pending.earlier(change, values) {
            Some(Earlier::Repeats(earlier)) => change.reason = format!("settles the create of run {}", earlier.run),
            Some(Earlier::Unseen(earlier)) if earlier.is_settled => {
                change.reason = format!("created in run {}, but no longer in the store", earlier.run);
            }
            Some(Earlier::Unseen(_)) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::KeyTarget;
    use crate::plan::Sources;
    use crate::plan::Target;

    fn key() -> FingerprintKey {
        FingerprintKey::new(Secret::new("not-a-real-key-not-a-real-key-32")).unwrap()
    }

    fn create(package: &str, value: ValueFrom) -> Change {
        let key = KeyTarget {
            package: Address::package(package),
            value,
            with_secret: false,
            sources: Sources::default(),
            deliver: Vec::new(),
            follows: None,
        };
        let parent = Some(Address::application("ann", "app"));
        Change {
            address: Address::key("k"),
            action: Action::Create,
            fields: Vec::new(),
            reason: String::new(),
            place: None,
            needs: Vec::new(),
            target: Target { name: "".into(), parent, live: None, key: Some(key) },
        }
    }

    fn minted(prefix: &str) -> ValueFrom {
        ValueFrom::Minted { prefix: prefix.into(), length: 24, has_checksum: false }
    }

    /// One create of the key `k` in the package `p` whose end is unknown.
    fn pending(value: &str, is_settled: bool) -> Pending {
        let value = Secret::new(value);
        let create = PendingCreate {
            run: 7,
            at: Instant::default(),
            slot: slot_of(&create("p", minted("chk_"))).into(),
            value: Some(key().of_value(&value)),
            minted: (!is_settled).then_some(value),
            is_settled,
        };
        Pending { creates: [(Address::key("k"), create)].into(), key: Some(key()) }
    }

    fn repeats(pending: &Pending, change: &Change, values: &Values) -> Option<bool> {
        pending.earlier(change, values).map(|earlier| matches!(earlier, Earlier::Repeats(_)))
    }

    #[test]
    fn only_the_same_value_in_the_same_place_repeats_an_unsettled_create() {
        let (values, open) = (Values::new(), pending("chk_not-real", false));
        assert_eq!(repeats(&open, &create("p", minted("chk_")), &values), Some(true));
        assert!(open.minted(&create("p", minted("chk_")), &values).is_some());
        for other in [create("other", minted("chk_")), create("p", minted("new_")), create("p", ValueFrom::Store)] {
            assert_eq!(repeats(&open, &other, &values), Some(false));
            assert!(open.minted(&other, &values).is_none());
        }
        let settled = pending("chk_not-real", true);
        assert_eq!(repeats(&settled, &create("p", minted("chk_")), &values), Some(false));
        assert_eq!(repeats(&Pending::default(), &create("p", minted("chk_")), &values), None);
    }

    #[test]
    fn a_custom_key_is_repeated_with_the_value_of_its_source() {
        let open = pending("not-a-real-value", false);
        let values = |value: &str| Values::from([(Address::key("k"), Secret::new(value))]);
        assert_eq!(repeats(&open, &create("p", ValueFrom::Given), &values("not-a-real-value")), Some(true));
        assert_eq!(repeats(&open, &create("p", ValueFrom::Given), &values("another-value")), Some(false));
    }

    #[test]
    fn the_reason_of_a_create_names_the_earlier_run_and_debug_shows_no_value() {
        let mut changes = [create("p", minted("chk_"))];
        explain(&pending("chk_not-real", false), &mut changes, &Values::new());
        assert_eq!(changes[0].reason, "settles the create of run 7");
        explain(&pending("chk_not-real", true), &mut changes, &Values::new());
        assert_eq!(changes[0].reason, "created in run 7, but no longer in the store");
        assert!(!format!("{:?}", pending("chk_not-real", false)).contains("not-real"));
    }

    #[test]
    fn a_fingerprint_of_another_key_counts_only_until_the_lag_is_over() {
        let mut settled = pending("chk_not-real", true);
        settled.key = None;
        let live = Live::default();
        assert!(!settled.without_shown(&live, &KnownObjects::default(), |_, _| false).is_empty());
        assert!(settled.without_shown(&live, &KnownObjects::default(), |_, _| true).is_empty());
        assert!(!pending("chk_not-real", true).without_shown(&live, &KnownObjects::default(), |_, _| true).is_empty());
    }
}
