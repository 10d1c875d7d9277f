//! Keys with generated values: after the create, the slot shows whether another run has created one at the same time. Only
//! then a value is delivered.

use std::cell::RefCell;

use super::Effects;
use super::Ended;
use super::Existing;
use super::Goods;
use super::end;
use super::value::other_value;
use crate::model::LiveId;
use crate::model::Secret;
use crate::outcome::ChangeResult;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::KeyTarget;
use crate::plan::ValueFrom;
use crate::store::NewKey;
use crate::store::Performed;
use crate::store::Proof;
use crate::store::Store;

/// A key that this run created.
pub(super) struct Unproven<'a> {
    pub(super) index: usize,
    pub(super) change: &'a Change,
    pub(super) id: LiveId,
    pub(super) value: Secret,
    pub(super) sent: Option<Secret>,
    pub(super) performed: Performed,
}

impl Unproven<'_> {
    fn new_key(&self) -> NewKey<'_> {
        NewKey { change: self.change, id: &self.id, value: &self.value, sent: self.sent.as_ref() }
    }
}

/// Whether a change creates a key whose value no other run knows.
pub(super) fn is_generated(change: &Change, key: &KeyTarget) -> bool {
    change.action == Action::Create && matches!(key.value, ValueFrom::Minted { .. } | ValueFrom::Store)
}

/// Finds out which keys are the ones of their manifests, and delivers their values.
pub(super) async fn prove<S: Store, E: Effects>(
    keys: Vec<Unproven<'_>>,
    store: &S,
    existing: &Existing<'_>,
    effects: &RefCell<&mut E>,
) -> Vec<Ended> {
    let new: Vec<NewKey<'_>> = keys.iter().map(Unproven::new_key).collect();
    let proofs = store.prove(&new).await;
    drop(new);
    let mut ended = Vec::with_capacity(keys.len());
    for (key, proof) in keys.into_iter().zip(proofs) {
        let Unproven { index, change, id, value, mut performed, .. } = key;
        let own = performed.secret.take();
        let proof = match proof {
            Ok(Proof::Ours { unusable }) if performed.is_other_value => {
                Ok(Proof::Altered { value: value.clone(), unusable })
            }
            proof => proof,
        };
        let (id, value, secret, unusable) = match proof {
            Ok(Proof::Ours { unusable }) => (id, value, own, unusable),
            Ok(Proof::Other { id, value, secret, unusable }) => (id, value, secret, unusable),
            Ok(Proof::Altered { value, unusable }) => {
                effects.borrow_mut().created(index, &id, Some(&value));
                let unusable = existing.unusable(unusable);
                let goods = Goods { value: &value, shared: own.as_ref() };
                let result = other_value(index, change, goods, unusable, effects).await;
                ended.push(Ended { index, result, made: None });
                continue;
            }
            Err(refusal) => {
                let result = ChangeResult::Undelivered(refusal.unsettled());
                ended.push(Ended { index, result, made: None });
                continue;
            }
        };
        effects.borrow_mut().created(index, &id, Some(&value));
        performed.unusable = unusable;
        let goods = Goods { value: &value, shared: secret.as_ref() };
        let result = end(index, change, Some(goods), performed, existing, effects).await;
        ended.push(Ended { index, result, made: Some(value) });
    }
    ended
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use crate::plan::Target;
    use crate::store::NewKey;
    use crate::store::Proof;
    use crate::store::Query;
    use crate::store::Reader;

    /// A store that creates every key, says that it is the one of this run, and counts how many it was asked about.
    #[derive(Default)]
    struct Slots {
        is_shared: bool,
        /// The value that it gives a key instead of the one that was sent.
        gives: Option<&'static str>,
        /// The shared secret of the new key.
        secret: Option<&'static str>,
        /// The shared secret of another run's key, which stays.
        others: Option<&'static str>,
        proved: RefCell<usize>,
    }

    impl Reader for Slots {
        async fn read(&self, _: &Query) -> Result<Live, Refusal> {
            Ok(Live::default())
        }
    }

    impl Store for Slots {
        fn is_shared(&self) -> bool {
            self.is_shared
        }

        async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
            let value = self.gives.map(Secret::new).or_else(|| write.value.cloned());
            let is_other_value = self.gives.is_some();
            let (secret, id) = (self.secret.map(Secret::new), Some(LiveId::new("new")));
            Ok(Performed { value, secret, id, is_other_value, ..Performed::default() })
        }

        async fn prove(&self, keys: &[NewKey<'_>]) -> Vec<Result<Proof, Refusal>> {
            *self.proved.borrow_mut() += keys.len();
            let proof = || match self.others.map(Secret::new) {
                Some(secret) => {
                    let (id, value) = (LiveId::new("other"), Secret::new("chk_fake-other"));
                    Proof::Other { id, value, secret: Some(secret), unusable: None }
                }
                None => Proof::Ours { unusable: None },
            };
            keys.iter().map(|_| Ok(proof())).collect()
        }
    }

    #[derive(Default)]
    struct Seen {
        delivered: Vec<String>,
        created: usize,
        kept: usize,
    }

    impl Effects for Seen {
        fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
            bytes.fill(7);
            Ok(())
        }

        fn deliver(&mut self, _: &Change, _: &Delivery, value: &Secret) -> Delivering {
            self.delivered.push(value.expose().to_owned());
            delivered_at_once(Ok(()))
        }

        fn created(&mut self, _: usize, _: &LiveId, _: Option<&Secret>) {
            self.created += 1;
        }

        fn keep_other_value(&mut self, _: &Change, _: &Secret) {
            self.kept += 1;
        }

        fn report(&mut self, _: usize, _: &Change, _: &ChangeResult) {}
    }

    fn made(value: ValueFrom, store: &Slots) -> (&'static str, Seen) {
        made_for(value, store, vec![Delivery::file("f", "K")])
    }

    fn made_for(value: ValueFrom, store: &Slots, deliver: Vec<Delivery>) -> (&'static str, Seen) {
        let key = KeyTarget {
            package: Address::package("p"),
            value,
            with_secret: false,
            sources: crate::plan::Sources::default(),
            deliver,
            follows: None,
        };
        let change = Change {
            address: Address::key("k"),
            action: Action::Create,
            fields: Vec::new(),
            reason: String::new(),
            place: None,
            needs: Vec::new(),
            target: Target { name: "".into(), parent: None, live: None, key: Some(key) },
        };
        let plan = Plan { changes: vec![change], ..Plan::default() };
        let values = Values::from([(Address::key("k"), Secret::new("fake-given"))]);
        let (shared, live, pending) = (BTreeMap::new(), Live::default(), Pending::default());
        let secrets = Secrets { values: &values, shared: &shared, live: &live, pending: &pending };
        let mut seen = Seen::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(apply(&plan, &BTreeMap::new(), store, &secrets, &mut seen));
        let outcome = outcome.unwrap_or_else(|_| unreachable!("the store has no check"));
        (outcome.results[0].name(), seen)
    }

    #[test]
    fn the_shared_secret_of_the_key_that_stays_is_delivered() {
        let minted = || ValueFrom::Minted { prefix: "chk_".into(), length: 24, has_checksum: false };
        let (own, other) = (Some("fake-own-secret"), Some("fake-other-secret"));
        for (value, secret, others, result, delivered) in [
            (minted(), own, None, "done", own),
            (minted(), own, other, "done", other),
            (ValueFrom::Given, own, None, "done", own),
            (minted(), None, None, "undelivered", None),
            (minted(), Some("****cret"), None, "undelivered", None),
        ] {
            let store = Slots { is_shared: true, secret, others, ..Slots::default() };
            let to = Delivery { what: Deliverable::SharedSecret, ..Delivery::file("f", "S") };
            let (said, seen) = made_for(value, &store, vec![to]);
            assert_eq!((said, seen.delivered), (result, delivered.map(str::to_owned).into_iter().collect()));
        }
    }

    /// A value that other runs know too is in the store once, and a key without a value to find it by has no slot to look in.
    #[test]
    fn only_a_generated_key_in_a_shared_store_is_looked_for_before_its_value_is_delivered() {
        let minted = || ValueFrom::Minted { prefix: "chk_".into(), length: 24, has_checksum: false };
        let (own, other) = ("chk_hhhhhhhhhhhhhhhhhhhh", "chk_fake-other");
        for (is_shared, value, gives, proved, result, delivered) in [
            (true, minted(), None, 1, "done", Some(own)),
            (false, minted(), None, 0, "done", Some(own)),
            (true, ValueFrom::Given, None, 0, "done", Some("fake-given")),
            (true, minted(), Some(other), 1, "altered", Some(other)),
            (false, minted(), Some(other), 0, "altered", Some(other)),
            (true, minted(), Some("chk_****"), 0, "undelivered", None),
            (true, ValueFrom::Given, Some("fake-other"), 0, "undelivered", None),
        ] {
            let case = format!("{is_shared} {value:?} {gives:?}");
            let store = Slots { is_shared, gives, ..Slots::default() };
            let (said, seen) = made(value, &store);
            assert_eq!((said, *store.proved.borrow()), (result, proved), "{case}");
            assert_eq!(seen.delivered, Vec::from_iter(delivered), "{case}");
            assert_eq!((seen.created, seen.kept), (1, usize::from(delivered.is_none())), "{case}");
        }
    }
}
