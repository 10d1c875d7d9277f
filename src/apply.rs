//! Plan + Store → Outcome: does the plan and nothing else, and says what became of every change.

mod mint;
mod schedule;

pub use mint::mint;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use self::schedule::Schedule;
use self::schedule::Step;
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
use crate::store::Altered;
use crate::store::Performed;
use crate::store::ReadBack;
use crate::store::Refusal;
use crate::store::Store;
use crate::store::Write;

/// Something that is under way.
pub type Promise = Pin<Box<dyn Future<Output = Result<(), Refusal>>>>;

/// What applying a plan does to the world outside of the store.
pub trait Effects {
    /// Fills `bytes` with the operating system's randomness.
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal>;

    /// Writes a key's value to where its consumer reads it.
    fn deliver(&mut self, to: &Delivery, value: &Secret) -> Result<(), Refusal>;

    /// Notes, before a write, that it is about to be made. What can not be noted is not made. The note is on its way
    /// when this returns and safe when the promise is kept, so that other calls go on while a disk is slow.
    fn intend(&mut self, index: usize, change: &Change, value: Option<&Secret>) -> Promise {
        let _ = (index, change, value);
        Box::pin(std::future::ready(Ok(())))
    }

    /// Hears how a change that was intended ended, as soon as it is known.
    fn settle(&mut self, index: usize, fate: &Fate) {
        let _ = (index, fate);
    }

    /// Whether nothing more is to be begun. What is in flight is waited for.
    fn is_stopped(&self) -> bool {
        false
    }

    /// Hears of every change once its fate and those of all before it are known.
    fn tell(&mut self, index: usize, change: &Change, fate: &Fate);

    /// Hears that a change which was told as done is held otherwise by the store, as one more look has shown.
    fn correct(&mut self, index: usize, change: &Change, fate: &Fate) {
        self.tell(index, change, fate);
    }
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

/// Carries out every change that is not `void` and whose needs are met, as many at a time as the store can use, the first
/// of the plan first. A failure blocks only what needs it; the rest goes on. Fails as a whole only when the store's last look before the
/// writes does, and then nothing was written.
pub async fn apply<S: Store, E: Effects>(
    plan: &Plan,
    void: &BTreeMap<usize, Fate>,
    store: &S,
    secrets: &Secrets<'_>,
    effects: &mut E,
) -> Result<Outcome, Refusal> {
    let left = plan.changes.iter().enumerate().filter(|(index, _)| !void.contains_key(index));
    let changes: Vec<&Change> = left.map(|(_, change)| change).collect();
    store.confirm(&changes).await?;
    let existing = existing_values(plan, secrets.live);
    let effects = RefCell::new(effects);
    let mut schedule = Schedule::of(plan, void);
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < store.concurrency().max(1)
            && !effects.borrow().is_stopped()
            && let Some((index, step)) = schedule.next()
        {
            match step {
                Step::Start(change) => {
                    let work = carry_out(index, change, store, secrets, &existing, &effects);
                    running.push(async move { (index, work.await) });
                }
                Step::Blocked(by) => schedule.end(index, Fate::Blocked(by.clone()), &effects),
            }
        }
        let Some((index, fate)) = running.next().await else { break };
        effects.borrow_mut().settle(index, &fate);
        schedule.end(index, fate, &effects);
    }
    schedule.skip_the_rest(&effects);
    let mut outcome = schedule.into_outcome();
    outcome.unproven = prove(plan, store, &mut outcome.fates, &effects).await;
    Ok(outcome)
}

/// Looks once more at what was written: a store may answer one thing and hold another. Gives the reason when it could not.
async fn prove<S: Store, E: Effects>(
    plan: &Plan,
    store: &S,
    fates: &mut [Fate],
    effects: &RefCell<&mut E>,
) -> Option<Refusal> {
    let is_written = |(index, change): &(usize, &Change)| fates[*index] == Fate::Done && writes_fields(change);
    let written: Vec<(usize, &Change)> = plan.changes.iter().enumerate().filter(is_written).collect();
    // Whoever stops a run wants no more calls.
    if written.is_empty() || effects.borrow().is_stopped() {
        return None;
    }
    let changes: Vec<&Change> = written.iter().map(|(_, change)| *change).collect();
    let ReadBack { altered, refusal } = store.read_back(&changes).await;
    let mut altered: BTreeMap<Address, Vec<Altered>> = altered.into_iter().collect();
    for (index, change) in written {
        if let Some(altered) = altered.remove(&change.address) {
            fates[index] = Fate::Altered(altered);
            effects.borrow_mut().correct(index, change, &fates[index]);
        }
    }
    refusal
}

/// Whether a change leaves an object whose fields it says.
fn writes_fields(change: &Change) -> bool {
    !matches!(change.action, Action::Delete | Action::Deliver) && !change.fields.is_empty()
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
    index: usize,
    change: &Change,
    store: &S,
    secrets: &Secrets<'_>,
    existing: &BTreeMap<&LiveId, &Secret>,
    effects: &RefCell<&mut E>,
) -> Fate {
    let value = match value_of(change, secrets, &mut **effects.borrow_mut()) {
        Ok(value) => value,
        Err(refusal) => return Fate::Failed(refusal),
    };
    let noted = effects.borrow_mut().intend(index, change, value.as_ref());
    if let Err(refusal) = noted.await {
        return Fate::Failed(refusal);
    }
    let mut performed = Performed::default();
    if change.action != Action::Deliver {
        let secret =
            change.target.key.as_ref().filter(|key| key.with_secret).and_then(|_| secrets.shared.get(&change.address));
        match store.perform(&Write { change, value: value.as_ref(), secret }).await {
            Ok(done) => performed = done,
            Err(refusal) => return Fate::Failed(refusal),
        }
    }
    let Some(key) = change.target.key.as_ref().filter(|key| !key.deliver.is_empty()) else {
        return done(performed.altered);
    };
    let live = change.live_id().and_then(|id| existing.get(id).copied());
    let delivered = match performed.value.as_ref().or(value.as_ref()).or(live) {
        Some(value) => deliver(key, value, &mut **effects.borrow_mut()),
        None => Err(Refusal::unavailable("the store did not tell the key's value")),
    };
    match delivered {
        Ok(()) => done(performed.altered),
        Err(refusal) => Fate::Undelivered(refusal),
    }
}

fn done(altered: Vec<Altered>) -> Fate {
    if altered.is_empty() { Fate::Done } else { Fate::Altered(altered) }
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

fn deliver<E: Effects>(key: &KeyTarget, value: &Secret, effects: &mut E) -> Result<(), Refusal> {
    key.deliver.iter().try_for_each(|target| effects.deliver(target, value))
}

#[cfg(test)]
mod tests;
