//! The state of a run between its calls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::list::Listing;
use crate::model::LiveId;

/// Changes are made one at a time, so the lock is free most of the time.
#[derive(Default)]
pub(super) struct SiteState(Mutex<Facts>);

#[derive(Default)]
pub(super) struct Facts {
    /// The list as last read.
    pub(super) listing: Option<Arc<Listing>>,
    /// The time of each key's last change, as the plan saw it.
    pub(super) versions: BTreeMap<LiveId, Option<Box<str>>>,
    /// The tenant of the objects that the credential can see.
    pub(super) tenant: Option<i64>,
}

impl SiteState {
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Facts) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
