//! The effects of an apply outside the store: randomness, deliveries, the journal and the log.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::clock;
use super::progress::ProgressReporter;
use crate::apply;
use crate::apply::Delivering;
use crate::apply::Effects;
use crate::apply::Promise;
use crate::cli::Failure;
use crate::cli::log::milliseconds;
use crate::database::DatabaseError;
use crate::database::journal::Journal;
use crate::delivery::Places;
use crate::delivery::sinks::Parcel;
use crate::delivery::sinks::Sinks;
use crate::memory::Created;
use crate::model;
use crate::model::Delivery;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::Secret;
use crate::outcome::ChangeResult;
use crate::plan::Change;
use crate::plan::Receipts;
use crate::plan::Shown;
use crate::randomness;
use crate::store::Refusal;
use crate::stores::TimeLimits;
use crate::workspace::Ignores;

pub(in crate::cli) fn random(bytes: &mut [u8]) -> Result<(), Refusal> {
    Ok(randomness::fill(bytes)?)
}

/// When the run starts no more changes.
pub(super) struct StopWhen {
    pub(super) signal: Arc<AtomicBool>,
    pub(super) limits: TimeLimits,
}

/// Why something was not done: the journal could not be written.
fn unwritten(so: &str, error: &DatabaseError) -> Refusal {
    let reason = format!("the journal could not be written, so {so}: could not {error}");
    Refusal::unavailable(reason).help(error.help())
}

pub(super) struct World<'a> {
    places: Places<'a>,
    sinks: Sinks,
    /// What places received before this run.
    receipts: &'a Receipts,
    journal: Journal,
    stop: StopWhen,
    /// The start of the run, and the monotonic clock at that time.
    clock: (model::Instant, Instant),
    /// When each change in progress began, and how long each finished one took.
    begun: BTreeMap<usize, Instant>,
    took: BTreeMap<usize, u64>,
    /// When the store confirmed each change.
    confirmed: BTreeMap<usize, model::Instant>,
    created: BTreeMap<usize, Created>,
    delivered: BTreeMap<usize, Vec<Delivery>>,
    /// Also used by the heartbeat, between two steps of the apply.
    progress: Rc<RefCell<ProgressReporter<'a>>>,
    ignores: &'a Ignores,
}

impl<'a> World<'a> {
    pub(super) fn new(
        (places, sinks, receipts): (Places<'a>, Sinks, &'a Receipts),
        journal: Journal,
        stop: StopWhen,
        now: model::Instant,
        progress: Rc<RefCell<ProgressReporter<'a>>>,
        ignores: &'a Ignores,
    ) -> Self {
        Self {
            places,
            sinks,
            receipts,
            journal,
            stop,
            clock: (now, clock()),
            begun: BTreeMap::new(),
            took: BTreeMap::new(),
            confirmed: BTreeMap::new(),
            created: BTreeMap::new(),
            delivered: BTreeMap::new(),
            progress,
            ignores,
        }
    }

    /// The objects that the run created, by the index of their change.
    pub(super) fn take_created(&mut self) -> BTreeMap<usize, Created> {
        std::mem::take(&mut self.created)
    }

    /// When the store confirmed each change, by its index.
    pub(super) fn take_confirmed(&mut self) -> BTreeMap<usize, model::Instant> {
        std::mem::take(&mut self.confirmed)
    }

    /// Where values were delivered, by the index of the change.
    pub(super) fn take_delivered(&mut self) -> BTreeMap<usize, Vec<Delivery>> {
        std::mem::take(&mut self.delivered)
    }

    /// Closes the journal. Returns the error that stopped the progress output, if any.
    pub(super) fn end(self) -> Result<Option<io::Error>, Failure> {
        let now = self.now();
        let unprinted = self.progress.borrow_mut().end();
        self.journal.end(now).map_err(|error| Failure::of_database(&error))?;
        Ok(unprinted)
    }

    fn now(&self) -> model::Instant {
        self.clock.0 + self.clock.1.elapsed()
    }
}

impl Effects for World<'_> {
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
        random(bytes)
    }

    fn deliver(&mut self, change: &Change, to: &Delivery, value: &Secret) -> Delivering {
        if to.sink.is_none() {
            self.sinks.hide(value);
            return apply::delivered_at_once(self.places.deliver(to, value));
        }
        let address = change.address.to_string();
        let (run, last) = (self.journal.run(), self.receipts.last(to).cloned());
        // A later run asks other places what they hold.
        let is_known = last.is_none() || self.sinks.can_be_asked(to);
        let parcel = Parcel { to: to.clone(), value: value.clone(), address, run, last };
        if is_known {
            return self.sinks.deliver(parcel);
        }
        let (noted, sinks) = (self.journal.attempt(to, self.sinks.identity(to)), self.sinks.clone());
        Box::pin(async move {
            noted.await.map_err(|error| unwritten("the value was not delivered", &error))?;
            sinks.deliver(parcel).await
        })
    }

    fn delivered(&mut self, index: usize, change: &Change, (to, value): (&Delivery, &Secret), receipt: Box<str>) {
        let now = self.now();
        self.journal.deliver(change, (to, value), (self.sinks.identity(to), receipt), now);
        let delivered = self.delivered.entry(index).or_default();
        if !delivered.contains(to) {
            delivered.push(to.clone());
        }
    }

    fn shown(&self, to: &Delivery) -> Option<Shown> {
        if to.sink.is_some() { None } else { self.places.shown(to) }
    }

    fn intend(&mut self, index: usize, change: &Change, value: Option<&Secret>) -> Promise {
        self.begun.insert(index, clock());
        let noted = self.journal.intend(index, change, value, self.now());
        Box::pin(async { noted.await.map_err(|error| unwritten("the change was not started", &error)) })
    }

    fn settle(&mut self, index: usize, fate: &ChangeResult) {
        let now = self.now();
        self.journal.settle(index, fate, now);
        self.confirmed.insert(index, now);
        if let Some(begun) = self.begun.remove(&index) {
            self.took.insert(index, milliseconds(begun));
        }
        self.progress.borrow_mut().ended();
    }

    fn created(&mut self, index: usize, id: &LiveId, value: Option<&Secret>) {
        self.created.insert(index, Created { id: id.clone(), value: value.cloned() });
    }

    fn keep_other_value(&mut self, change: &Change, live: &Secret) {
        self.journal.learn_value(change, live);
    }

    fn ignores(&self, kind: Kind, field: &str) -> bool {
        self.ignores.covers(kind, field)
    }

    fn is_stopped(&self) -> bool {
        self.stop.signal.load(Ordering::Relaxed) || self.stop.limits.is_over()
    }

    fn correct(&mut self, index: usize, change: &Change, fate: &ChangeResult) {
        let now = self.now();
        self.journal.settle(index, fate, now);
        self.report(index, change, fate);
    }

    fn report(&mut self, index: usize, change: &Change, fate: &ChangeResult) {
        let milliseconds = self.took.remove(&index);
        let (address, action) = (change.address.to_string(), change.action.name());
        tracing::info!(change = address, action, outcome = fate.name(), milliseconds, "change ended");
        self.journal.learn(change, fate);
        let delivered = self.delivered.get(&index).map_or(&[][..], Vec::as_slice);
        self.progress.borrow_mut().change(index, change, fate, (delivered, milliseconds));
    }
}
