//! A store that fails at one step: before the change, or after it, so that only the answer is lost.

use std::cell::Cell;

use keywright::model::Live;
use keywright::store::Performed;
use keywright::store::Query;
use keywright::store::Reader;
use keywright::store::Refusal;
use keywright::store::Store;
use keywright::store::Write;
use keywright::stores::embedded::Embedded;

/// When a store fails.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fault {
    /// The number of the step, from 1; 0 is never.
    pub(super) at: usize,
    /// The change is made, and the answer is lost.
    pub(super) after: bool,
    /// Every later step fails too, before its change.
    pub(super) for_good: bool,
}

pub(super) struct Faulty<'a> {
    inner: &'a Embedded,
    fault: Fault,
    steps: Cell<usize>,
}

impl<'a> Faulty<'a> {
    pub(super) const fn new(inner: &'a Embedded, fault: Fault) -> Self {
        Self { inner, fault, steps: Cell::new(0) }
    }
}

impl Reader for Faulty<'_> {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        self.inner.read(query).await
    }
}

impl Store for Faulty<'_> {
    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        self.steps.set(self.steps.get() + 1);
        let (step, Fault { at, after, for_good }) = (self.steps.get(), self.fault);
        let is_dead = for_good && at > 0 && step > at;
        if is_dead || (step == at && !after) {
            return Err(Refusal::unavailable("the store cannot be reached"));
        }
        let performed = self.inner.perform(write).await?;
        if step == at {
            return Err(Refusal::unavailable("the answer did not arrive"));
        }
        Ok(performed)
    }
}
