//! Keys with generated values: after the create, the slot shows whether another run has created one at the same time. Only
//! then a value is delivered.

use std::cell::RefCell;

use super::Effects;
use super::Ended;
use super::Existing;
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
        let proof = match proof {
            Ok(Proof::Ours { unusable }) if performed.is_other_value => {
                Ok(Proof::Altered { value: value.clone(), unusable })
            }
            proof => proof,
        };
        let (id, value, unusable) = match proof {
            Ok(Proof::Ours { unusable }) => (id, value, unusable),
            Ok(Proof::Other { id, value, unusable }) => (id, value, unusable),
            Ok(Proof::Altered { value, unusable }) => {
                effects.borrow_mut().created(index, &id, Some(&value));
                let unusable = existing.unusable(unusable);
                let result = other_value(index, change, &value, unusable, effects).await;
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
        let result = end(index, change, Some(&value), performed, existing, effects).await;
        ended.push(Ended { index, result, made: Some(value) });
    }
    ended
}
