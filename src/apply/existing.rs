//! The keys that were in the store before the run. The value of a new key that does not work yet must not replace that of one
//! that works: it would cut the callers off.

use std::collections::BTreeMap;

use super::Effects;
use crate::model::Delivery;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::plan::Change;
use crate::plan::Plan;
use crate::plan::Shown;
use crate::plan::ValueFrom;
use crate::rotation;
use crate::store::Refusal;
use crate::store::RefusalKind;

/// The keys in the store, if the plan delivers any key.
pub(super) struct Existing<'a>(BTreeMap<&'a LiveId, &'a LiveObject>);

/// Why calls with a key fail, and the keys whose values its own must not replace.
#[derive(Clone, Copy)]
pub(super) struct Unusable<'a> {
    pub(super) why: &'static str,
    pub(super) existing: &'a Existing<'a>,
}

impl<'a> Existing<'a> {
    pub(super) fn of(plan: &Plan, live: &'a Live) -> Self {
        let delivers = |change: &Change| change.target.key.as_ref().is_some_and(|key| !key.deliver.is_empty());
        if !plan.changes.iter().any(delivers) {
            return Self(BTreeMap::new());
        }
        Self(live.of(Kind::PackageKey).iter().map(|key| (&key.id, key)).collect())
    }

    pub(super) fn key(&self, id: &LiveId) -> Option<&'a LiveKey> {
        self.0.get(id)?.key.as_deref()
    }

    pub(super) fn unusable(&'a self, why: Option<&'static str>) -> Option<Unusable<'a>> {
        why.map(|why| Unusable { why, existing: self })
    }

    /// Whether a place has, or may have, the value of a key that works.
    fn is_used_at(&self, place: Option<Shown>, change: &Change) -> bool {
        let is_own = |key: &&&LiveObject| change.live_id() == Some(&key.id);
        let works = |key: &&&LiveObject| key.unread.is_empty() && rotation::why_off(&key.attributes).is_none();
        let mut working = self.0.values().filter(|key| works(key) && !is_own(key));
        match place {
            Some(Shown::Value(shown)) => {
                let shows = |key: &LiveKey| key.secrets().any(|secret| secret.digest() == shown);
                working.any(|key| key.key.as_deref().is_some_and(shows))
            }
            Some(Shown::Nothing | Shown::Broken { .. }) => false,
            // The file is on another machine, or the sink cannot be asked.
            Some(Shown::Fingerprint(_)) | None => working.any(|key| is_beside(key, change)),
        }
    }
}

impl Unusable<'_> {
    /// Why the value is not delivered to a place.
    pub(super) fn refusal<E: Effects>(self, change: &Change, to: &Delivery, effects: &E) -> Option<Refusal> {
        self.existing.is_used_at(effects.shown(to), change).then(|| Refusal {
            // No later apply delivers it as long as nobody approves it.
            kind: RefusalKind::Rejected,
            rule: None,
            reason: format!(
                "the key is {}, and {} has, or may have, the value of one that works",
                self.why,
                to.place()
            ),
            help: Some("approve or activate the key in the store, and apply again: then it is delivered".to_owned()),
        })
    }
}

/// Whether a key is the predecessor of a new one, or another one with its prefix.
fn is_beside(key: &LiveObject, change: &Change) -> bool {
    let (Some(live), Some(target)) = (&key.key, &change.target.key) else { return false };
    let is_there = key.parent == change.target.parent && live.package == target.package;
    let fits = match &target.value {
        ValueFrom::Minted { prefix, .. } => live.value.expose().starts_with(&**prefix),
        ValueFrom::Store | ValueFrom::Given | ValueFrom::Kept => false,
    };
    (is_there && fits) || target.follows == Some(key.id.fingerprint())
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use crate::model::Attributes;
    use crate::model::LiveKey;
    use crate::model::LiveObject;
    use crate::model::Secret;
    use crate::model::Value;
    use crate::plan::Target;
    use crate::store::NewKey;
    use crate::store::Proof;
    use crate::store::Query;
    use crate::store::Reader;

    /// A store that other runs write to, and what it shows after the create.
    struct Shared(fn() -> Proof);

    impl Reader for Shared {
        async fn read(&self, _: &Query) -> Result<Live, Refusal> {
            Ok(Live::default())
        }
    }

    impl Store for Shared {
        fn is_shared(&self) -> bool {
            true
        }

        async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
            Ok(Performed { id: Some(LiveId::new("new")), value: write.value.cloned(), ..Performed::default() })
        }

        async fn prove(&self, keys: &[NewKey<'_>]) -> Vec<Result<Proof, Refusal>> {
            keys.iter().map(|_| Ok((self.0)())).collect()
        }
    }

    #[derive(Default)]
    struct Disk {
        shown: Option<Shown>,
        deliveries: usize,
    }

    impl Effects for Disk {
        fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
            bytes.fill(7);
            Ok(())
        }

        fn deliver(&mut self, _: &Change, _: &Delivery, _: &Secret) -> Delivering {
            self.deliveries += 1;
            delivered_at_once(Ok(()))
        }

        fn shown(&self, _: &Delivery) -> Option<Shown> {
            self.shown.clone()
        }

        fn report(&mut self, _: usize, _: &Change, _: &ChangeResult) {}
    }

    fn old(status: &str) -> LiveObject {
        let value = Secret::new("chk_fake-old");
        let package = Address::package("p");
        LiveObject {
            address: Address::key("old"),
            id: LiveId::new("old"),
            name: "".into(),
            parent: Some(Address::application("a", "x")),
            parent_id: None,
            attributes: Attributes::from_iter([("settings.status", Value::text(status))]),
            created: None,
            updated: None,
            key: Some(Box::new(LiveKey { package, package_id: LiveId::new("p"), value, secret: None })),
            unread: std::collections::BTreeSet::new(),
        }
    }

    /// How often the successor of a key with this status is delivered, and the result.
    fn deliveries(proof: fn() -> Proof, status: &str, shown: Option<&Shown>) -> (usize, &'static str) {
        let parent = Some(Address::application("a", "x"));
        let key = KeyTarget {
            package: Address::package("p"),
            value: ValueFrom::Minted { prefix: "chk_".into(), length: 24, has_checksum: false },
            with_secret: false,
            sources: crate::plan::Sources::default(),
            deliver: vec![Delivery::file("f", "K")],
            follows: Some(LiveId::new("old").fingerprint()),
        };
        let change = Change {
            address: Address::key("k"),
            action: Action::Create,
            fields: Vec::new(),
            reason: String::new(),
            place: None,
            needs: Vec::new(),
            target: Target { name: "".into(), parent, live: None, key: Some(key) },
        };
        let plan = Plan { changes: vec![change], ..Plan::default() };
        let mut live = Live::default();
        live.take(Kind::PackageKey, vec![old(status)], 1);
        let (values, shared, pending) = (Values::default(), BTreeMap::new(), Pending::default());
        let secrets = Secrets { values: &values, shared: &shared, live: &live, pending: &pending };
        let mut disk = Disk { shown: shown.cloned(), ..Disk::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(apply(&plan, &BTreeMap::new(), &Shared(proof), &secrets, &mut disk));
        let outcome = outcome.unwrap_or_else(|_| unreachable!("the store has no check"));
        (disk.deliveries, outcome.results[0].name())
    }

    const WHY: Option<&str> = Some("waiting for approval");

    #[test]
    fn a_value_that_does_not_work_is_not_delivered_over_one_that_works() {
        let value = || Secret::new("chk_fake-new");
        let proofs: [fn() -> Proof; 3] = [
            || Proof::Ours { unusable: WHY },
            || Proof::Other {
                id: LiveId::new("other"),
                value: Secret::new("chk_fake-other"),
                secret: None,
                unusable: WHY,
            },
            || Proof::Altered { value: Secret::new("chk_fake-altered"), unusable: WHY },
        ];
        let shows_old = Shown::Value(Secret::new("chk_fake-old").digest());
        for proof in proofs {
            for shown in [None, Some(&shows_old)] {
                assert_eq!(deliveries(proof, "active", shown), (0, "undelivered"));
                assert_eq!(deliveries(proof, "disabled", shown).0, 1);
            }
            for shown in [Shown::Nothing, Shown::Value(value().digest())] {
                assert_eq!(deliveries(proof, "active", Some(&shown)).0, 1);
            }
        }
        assert_eq!(deliveries(|| Proof::Ours { unusable: None }, "active", Some(&shows_old)), (1, "done"));
    }

    /// The file of a place may be on another machine. Then it has the value of a key that the new one follows, or that
    /// has its prefix and its place, and of no other key.
    #[test]
    fn a_place_on_another_machine_may_have_the_value_of_a_key_beside_the_new_one() {
        use super::is_beside;
        let minted = |prefix: &str| ValueFrom::Minted { prefix: prefix.into(), length: 24, has_checksum: false };
        for (value, package, application, follows, expected) in [
            (minted("chk_"), "p", "a", false, true),
            (minted("other_"), "p", "a", false, false),
            (minted("chk_"), "other", "a", false, false),
            (minted("chk_"), "p", "other", false, false),
            (ValueFrom::Store, "p", "a", false, false),
            (ValueFrom::Given, "p", "a", false, false),
            (minted("other_"), "other", "other", true, true),
            (ValueFrom::Store, "p", "a", true, true),
        ] {
            let said = format!("{value:?} {package} {application} {follows}");
            let key = KeyTarget {
                package: Address::package(package),
                value,
                with_secret: false,
                sources: crate::plan::Sources::default(),
                deliver: Vec::new(),
                follows: follows.then(|| LiveId::new("old").fingerprint()),
            };
            let parent = Some(Address::application(application, "x"));
            let target = Target { name: "".into(), parent, live: None, key: Some(key) };
            let change = Change {
                address: Address::key("k"),
                action: Action::Create,
                fields: Vec::new(),
                reason: String::new(),
                place: None,
                needs: Vec::new(),
                target,
            };
            assert_eq!(is_beside(&old("active"), &change), expected, "{said}");
        }
    }
}
