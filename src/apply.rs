//! Plan + Store → Outcome: applies exactly the plan and reports the result of every change.

mod existing;
mod mint;
mod new_keys;
mod schedule;
mod value;
mod verify;

pub use mint::mint;
use mint::mint_with_checksum;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use self::existing::Existing;
use self::existing::Unusable;
use self::new_keys::Unproven;
use self::new_keys::is_generated;
use self::schedule::Schedule;
use self::schedule::Step;
use self::value::is_usable;
use crate::model::Address;
use crate::model::Deliverable;
use crate::model::Delivery;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveKey;
use crate::model::Secret;
use crate::model::has_mask;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::KeyTarget;
use crate::plan::Plan;
use crate::plan::Shown;
use crate::plan::ValueFrom;
use crate::plan::pending::Earlier;
use crate::plan::pending::Pending;
use crate::rules;
use crate::rules::values::Values;
use crate::store::Altered;
use crate::store::Performed;
use crate::store::Refusal;
use crate::store::Store;
use crate::store::Write;

/// An operation in progress.
pub type Promise = Pin<Box<dyn Future<Output = Result<(), Refusal>>>>;

/// A delivery in progress. Other changes continue meanwhile.
pub type Delivering = Pin<Box<dyn Future<Output = Result<Box<str>, Refusal>>>>;

/// A delivery that has already ended.
pub fn delivered_at_once(result: Result<(), Refusal>) -> Delivering {
    Box::pin(std::future::ready(result.map(|()| Box::default())))
}

/// The effects of an apply outside the store.
pub trait Effects {
    /// Fills `bytes` with the operating system's randomness.
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal>;

    /// Starts to write the value or the shared secret of a change's key to a place that its consumer reads.
    fn deliver(&mut self, change: &Change, to: &Delivery, value: &Secret) -> Delivering;

    /// Records a delivery that has succeeded. `receipt` is how the place names the version, if it does.
    fn delivered(&mut self, index: usize, change: &Change, (to, value): (&Delivery, &Secret), receipt: Box<str>) {
        let _ = (index, change, to, value, receipt);
    }

    /// What a place shows now. `None` if its file is not on this machine.
    fn shown(&self, to: &Delivery) -> Option<Shown> {
        let _ = to;
        None
    }

    /// Records a write before it is made; a write that cannot be recorded is not made. The record is durable when the
    /// promise resolves, so that other calls continue while a disk is slow.
    fn intend(&mut self, index: usize, change: &Change, value: Option<&Secret>) -> Promise {
        let _ = (index, change, value);
        Box::pin(std::future::ready(Ok(())))
    }

    /// Receives the result of a recorded change as soon as it is known.
    fn settle(&mut self, index: usize, result: &ChangeResult) {
        let _ = (index, result);
    }

    /// Receives the id of an object that a change created, and the value if it is a key.
    fn created(&mut self, index: usize, id: &LiveId, value: Option<&Secret>) {
        let _ = (index, id, value);
    }

    /// Remembers the value of a key that this run created and that later runs would not find by it.
    fn keep_other_value(&mut self, change: &Change, live: &Secret) {
        let _ = (change, live);
    }

    /// Whether the workspace knows that the store ignores this field.
    fn ignores(&self, kind: Kind, field: &str) -> bool {
        let _ = (kind, field);
        false
    }

    /// Whether to start no more changes. Those in progress are still awaited.
    fn is_stopped(&self) -> bool {
        false
    }

    /// Receives every change in the plan's order, once its result and all earlier ones are known.
    fn report(&mut self, index: usize, change: &Change, result: &ChangeResult);

    /// Receives a change that was reported as done if the verification shows something else, or fails.
    fn correct(&mut self, index: usize, change: &Change, result: &ChangeResult) {
        self.report(index, change, result);
    }
}

/// The secrets that the changes of a plan need.
pub struct Secrets<'a> {
    pub values: &'a Values,
    pub shared: &'a BTreeMap<Address, Secret>,
    /// The snapshot of the plan, for the values of existing keys to deliver.
    pub live: &'a Live,
    /// The creates of earlier runs, for the values of keys whose create is repeated.
    pub pending: &'a Pending,
}

/// How far a change is.
enum Progress<'a> {
    Ended(Ended),
    /// The key exists, and it is not known yet whether it is the only new one.
    Unproven(Unproven<'a>),
}

/// What a key in the store gives to its places.
#[derive(Clone, Copy)]
struct Goods<'a> {
    value: &'a Secret,
    shared: Option<&'a Secret>,
}

impl<'a> Goods<'a> {
    fn of_live(key: &'a LiveKey) -> Self {
        Self { value: &key.value, shared: key.secret.as_ref() }
    }

    /// What a place receives, unless the store does not show it.
    fn get(self, what: Deliverable) -> Result<&'a Secret, Refusal> {
        let masked =
            |what| Refusal::rejected(&rules::CAM_069, format!("the store shows {what} of the key only masked"));
        match what {
            Deliverable::Key if has_mask(self.value.expose()) => Err(masked("the value").help(value::SHOW)),
            Deliverable::Key => Ok(self.value),
            Deliverable::SharedSecret => match self.shared {
                Some(shared) if has_mask(shared.expose()) => Err(masked("the shared secret").help(value::SHOW)),
                Some(shared) => Ok(shared),
                None => Err(Refusal::rejected(&rules::KW_168, "the store returned no shared secret of the key").help(
                    "apply again: the next run reads the key, and delivers its shared secret or says how to get one",
                )),
            },
        }
    }
}

/// A change with its result.
struct Ended {
    index: usize,
    result: ChangeResult,
    /// The value of a key that the change created.
    made: Option<Secret>,
}

/// Makes every change that is not `excluded` and whose dependencies are done, in the plan's order, with the concurrency
/// of the store. A failure blocks only its dependents. An `Err` comes only from the store's check before the writes;
/// then nothing was written.
pub async fn apply<S: Store, E: Effects>(
    plan: &Plan,
    excluded: &BTreeMap<usize, ChangeResult>,
    store: &S,
    secrets: &Secrets<'_>,
    effects: &mut E,
) -> Result<Outcome, Refusal> {
    let left = plan.changes.iter().enumerate().filter(|(index, _)| !excluded.contains_key(index));
    let changes: Vec<&Change> = left.map(|(_, change)| change).collect();
    store.confirm(&changes).await?;
    let existing = Existing::of(plan, secrets.live);
    let effects = RefCell::new(effects);
    let mut schedule = Schedule::of(plan, excluded);
    let mut running = FuturesUnordered::new();
    let mut made: BTreeMap<usize, Secret> = BTreeMap::new();
    let mut unproven = Vec::new();
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
                Step::Blocked(by) => schedule.end(index, ChangeResult::Blocked(by.clone()), &effects),
            }
        }
        let ended = match running.next().await {
            Some((_, Progress::Ended(ended))) => vec![ended],
            Some((_, Progress::Unproven(key))) => {
                unproven.push(key);
                continue;
            }
            None if unproven.is_empty() => break,
            // All keys together, because one list shows many of them.
            None => new_keys::prove(std::mem::take(&mut unproven), store, &existing, &effects).await,
        };
        for Ended { index, result, made: value } in ended {
            made.extend(value.map(|value| (index, value)));
            effects.borrow_mut().settle(index, &result);
            schedule.end(index, result, &effects);
        }
    }
    schedule.skip_the_rest(&effects);
    let mut outcome = schedule.into_outcome();
    verify::verify(plan, store, &made, &mut outcome.results, &effects).await;
    Ok(outcome)
}

async fn carry_out<'a, S: Store, E: Effects>(
    index: usize,
    change: &'a Change,
    store: &S,
    secrets: &Secrets<'_>,
    existing: &Existing<'_>,
    effects: &RefCell<&mut E>,
) -> Progress<'a> {
    let failed = |refusal| Progress::Ended(Ended { index, result: ChangeResult::Failed(refusal), made: None });
    let value = match value_of(change, secrets, &mut **effects.borrow_mut()) {
        Ok(value) => value,
        Err(refusal) => return failed(refusal),
    };
    let noted = effects.borrow_mut().intend(index, change, value.as_ref());
    if let Err(refusal) = noted.await {
        return failed(refusal);
    }
    let mut performed = Performed::default();
    if change.action != Action::Deliver {
        let secret = sent_secret(change, secrets);
        let earlier = secrets.pending.earlier(change, secrets.values);
        let (repeats, may_be_there) = (matches!(earlier, Some(Earlier::Repeats(_))), earlier.is_some());
        match store.perform(&Write { change, value: value.as_ref(), secret, repeats, may_be_there }).await {
            Ok(done) => performed = done,
            Err(refusal) => return failed(refusal),
        }
    }
    performed.altered = reported(change, performed.altered, &**effects.borrow());
    let sent = value.clone();
    let made = performed.value.take().or(value);
    // The store may return nothing of the shared secret that it was sent.
    performed.secret = performed.secret.take().or_else(|| sent_secret(change, secrets).cloned());
    let is_unproven = |key: &KeyTarget| store.is_shared() && is_generated(change, key);
    let must_prove =
        |live: &Secret| change.target.key.as_ref().is_some_and(|key| is_unproven(key) && is_usable(key, live));
    if let Some(live) = made.as_ref().filter(|live| performed.is_other_value && !must_prove(live)) {
        if let Some(id) = &performed.id {
            effects.borrow_mut().created(index, id, Some(live));
        }
        let unusable = existing.unusable(performed.unusable);
        let goods = Goods { value: live, shared: performed.secret.as_ref() };
        let result = value::other_value(index, change, goods, unusable, effects).await;
        return Progress::Ended(Ended { index, result, made: None });
    }
    let old = change.live_id().and_then(|id| existing.key(id)).map(Goods::of_live);
    match (change.target.key.as_ref(), performed.id.take(), made) {
        (Some(key), Some(id), Some(value)) if is_unproven(key) => {
            Progress::Unproven(Unproven { index, change, id, value, sent, performed })
        }
        (_, id, made) => {
            if let Some(id) = &id {
                effects.borrow_mut().created(index, id, made.as_ref());
            }
            let shared = performed.secret.take();
            let goods = made.as_ref().map(|value| Goods { value, shared: shared.as_ref() }).or(old);
            let result = end(index, change, goods, performed, existing, effects).await;
            Progress::Ended(Ended { index, result, made })
        }
    }
}

/// The declared shared secret of a key that is created.
fn sent_secret<'a>(change: &Change, secrets: &Secrets<'a>) -> Option<&'a Secret> {
    change.target.key.as_ref().filter(|key| key.with_secret).and_then(|_| secrets.shared.get(&change.address))
}

/// Delivers what a key in the store gives.
async fn end<E: Effects>(
    index: usize,
    change: &Change,
    goods: Option<Goods<'_>>,
    performed: Performed,
    existing: &Existing<'_>,
    effects: &RefCell<&mut E>,
) -> ChangeResult {
    if change.target.key.as_ref().is_none_or(|key| key.deliver.is_empty()) {
        return done(performed);
    }
    let delivered = match goods {
        Some(goods) => deliver(index, change, goods, existing.unusable(performed.unusable), effects).await,
        None => Err(Refusal::unavailable("the store did not return the key's value")),
    };
    match delivered {
        Ok(()) => done(performed),
        Err(refusal) => ChangeResult::Undelivered(refusal),
    }
}

/// The altered fields that the workspace does not know.
fn reported<E: Effects>(change: &Change, mut altered: Vec<Altered>, effects: &E) -> Vec<Altered> {
    altered.retain(|altered| !effects.ignores(change.address.kind(), &altered.field));
    altered
}

fn done(performed: Performed) -> ChangeResult {
    match performed.unverified {
        _ if !performed.altered.is_empty() => ChangeResult::Altered(performed.altered),
        Some(refusal) => ChangeResult::Unverified(refusal),
        None => ChangeResult::Done,
    }
}

fn value_of<E: Effects>(change: &Change, secrets: &Secrets<'_>, effects: &mut E) -> Result<Option<Secret>, Refusal> {
    let Some(key) = &change.target.key else { return Ok(None) };
    match &key.value {
        ValueFrom::Store | ValueFrom::Kept => Ok(None),
        ValueFrom::Minted { prefix, length, has_checksum } => match secrets.pending.minted(change, secrets.values) {
            Some(value) => Ok(Some(value.clone())),
            None if *has_checksum => mint_with_checksum(prefix, *length, |bytes| effects.random(bytes)).map(Some),
            None => mint(prefix, *length, |bytes| effects.random(bytes)).map(Some),
        },
        ValueFrom::Given => match secrets.values.get(&change.address) {
            Some(value) => Ok(Some(value.clone())),
            None => Err(Refusal::unavailable("the value of the key is unknown")),
        },
    }
}

/// Delivers to every place, also if one of them fails. Returns the first failure. Nothing is delivered if the key lacks what one of
/// them receives: callers would have its value with the shared secret of another key.
async fn deliver<E: Effects>(
    index: usize,
    change: &Change,
    goods: Goods<'_>,
    unusable: Option<Unusable<'_>>,
    effects: &RefCell<&mut E>,
) -> Result<(), Refusal> {
    let places = || change.target.key.iter().flat_map(|key| &key.deliver);
    places().try_for_each(|to| goods.get(to.what).map(|_| ()))?;
    let mut all = Ok(());
    for to in places() {
        all = all.and(deliver_to(to, index, change, goods, unusable, effects).await);
    }
    all
}

async fn deliver_to<E: Effects>(
    to: &Delivery,
    index: usize,
    change: &Change,
    goods: Goods<'_>,
    unusable: Option<Unusable<'_>>,
    effects: &RefCell<&mut E>,
) -> Result<(), Refusal> {
    let value = goods.get(to.what)?;
    if let Some(refusal) = unusable.and_then(|unusable| unusable.refusal(change, to, &**effects.borrow())) {
        return Err(refusal);
    }
    let delivering = effects.borrow_mut().deliver(change, to, value);
    let receipt = delivering.await?;
    effects.borrow_mut().delivered(index, change, (to, value), receipt);
    Ok(())
}

#[cfg(test)]
mod tests;
