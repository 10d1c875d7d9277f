//! Plan + Store → Outcome: does the plan and nothing else, and says what became of every change.

mod mint;

pub use mint::mint;

use std::collections::BTreeMap;

use crate::model::Address;
use crate::model::Delivery;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::Secret;
use crate::outcome::Fate;
use crate::outcome::Outcome;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::KeyTarget;
use crate::plan::Plan;
use crate::plan::ValueFrom;
use crate::rules::values::Values;
use crate::store::Refusal;
use crate::store::Store;
use crate::store::Write;

/// What applying a plan does to the world outside of the store.
pub trait Effects {
    /// Fills `bytes` with the operating system's randomness.
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal>;

    /// Writes a key's value to where its consumer reads it.
    fn deliver(&mut self, to: &Delivery, value: &Secret) -> Result<(), Refusal>;

    /// Hears of every change as soon as its fate is known.
    fn tell(&mut self, index: usize, change: &Change, fate: &Fate);
}

/// The secrets that the changes of a plan need.
pub struct Secrets<'a> {
    /// Values of custom keys.
    pub values: &'a Values,
    /// Shared secrets of new keys.
    pub shared: &'a BTreeMap<Address, Secret>,
    /// The snapshot that the plan was made from, for the values of keys that only need to be delivered.
    pub live: &'a Live,
}

/// Carries out every change whose needs are met, in order. A failure blocks only what needs it; the rest goes on.
pub async fn apply<S: Store, E: Effects>(plan: &Plan, store: &S, secrets: &Secrets<'_>, effects: &mut E) -> Outcome {
    let existing = existing_values(plan, secrets.live);
    let mut outcome = Outcome::default();
    for (index, change) in plan.changes.iter().enumerate() {
        let unmet = change.needs.iter().find(|need| !outcome.fates[**need].is_in_store());
        let fate = match unmet {
            Some(&need) => Fate::Blocked(plan.changes[need].address.clone()),
            None => carry_out(change, store, secrets, &existing, effects).await,
        };
        effects.tell(index, change, &fate);
        outcome.fates.push(fate);
    }
    outcome
}

/// The values of the keys that are delivered without being made.
fn existing_values<'a>(plan: &Plan, live: &'a Live) -> BTreeMap<&'a LiveId, &'a Secret> {
    let delivers = |change: &Change| change.target.key.as_ref().is_some_and(|key| !key.deliver.is_empty());
    if !plan.changes.iter().any(delivers) {
        return BTreeMap::new();
    }
    live.of(Kind::PackageKey).iter().filter_map(|key| Some((&key.id, &key.key.as_ref()?.value))).collect()
}

async fn carry_out<S: Store, E: Effects>(
    change: &Change,
    store: &S,
    secrets: &Secrets<'_>,
    existing: &BTreeMap<&LiveId, &Secret>,
    effects: &mut E,
) -> Fate {
    let value = match value_of(change, secrets, effects) {
        Ok(value) => value,
        Err(refusal) => return Fate::Failed(refusal),
    };
    let mut made = None;
    if change.action != Action::Deliver {
        let secret =
            change.target.key.as_ref().filter(|key| key.with_secret).and_then(|_| secrets.shared.get(&change.address));
        match store.perform(&Write { change, value: value.as_ref(), secret }).await {
            Ok(performed) => made = performed.value,
            Err(refusal) => return Fate::Failed(refusal),
        }
    }
    let Some(key) = change.target.key.as_ref().filter(|key| !key.deliver.is_empty()) else { return Fate::Done };
    let live = change.target.live.as_ref().and_then(|live| existing.get(&live.id).copied());
    match made.as_ref().or(value.as_ref()).or(live) {
        Some(value) => deliver(key, value, effects),
        None => Fate::Undelivered(Refusal::unavailable("the store did not tell the key's value")),
    }
}

fn value_of<E: Effects>(change: &Change, secrets: &Secrets<'_>, effects: &mut E) -> Result<Option<Secret>, Refusal> {
    let Some(key) = &change.target.key else { return Ok(None) };
    match &key.value {
        ValueFrom::Store | ValueFrom::Kept => Ok(None),
        ValueFrom::Minted { prefix, length } => mint(prefix, *length, |bytes| effects.random(bytes)).map(Some),
        ValueFrom::Given => match secrets.values.get(&change.address) {
            Some(value) => Ok(Some(value.clone())),
            None => Err(Refusal::unavailable("the value of the key is not known")),
        },
    }
}

fn deliver<E: Effects>(key: &KeyTarget, value: &Secret, effects: &mut E) -> Fate {
    for target in &key.deliver {
        if let Err(refusal) = effects.deliver(target, value) {
            return Fate::Undelivered(refusal);
        }
    }
    Fate::Done
}

#[cfg(test)]
mod tests;
