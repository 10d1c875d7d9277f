//! What this run knows of the site between its calls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::list::Listing;
use crate::model::LiveId;

/// Changes are made one at a time, so nothing waits long for this.
#[derive(Default)]
pub(super) struct Known(Mutex<Facts>);

#[derive(Default)]
pub(super) struct Facts {
    /// The list as it was read last.
    pub(super) listing: Option<Arc<Listing>>,
    /// When each key had been changed last, when the plan was made.
    pub(super) versions: BTreeMap<LiveId, Option<Box<str>>>,
    /// The tenant of what the credential sees.
    pub(super) tenant: Option<i64>,
}

impl Known {
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Facts) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
