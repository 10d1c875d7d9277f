//! What a run records beside the changes of a plan: a key was revoked, or its value was shown.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::Journal;
use super::number;
use super::writer::Intent;
use super::writer::Note;
use crate::database::DatabaseError;
use crate::model::Address;
use crate::model::Instant;

impl Journal {
    /// Records something else that is about to be done with an object, in a word of its own.
    pub fn record(
        &mut self,
        index: usize,
        (what, address): (&'static str, &Address),
        now: Instant,
    ) -> impl Future<Output = Result<(), Arc<DatabaseError>>> + use<> {
        let (noted, is_noted) = oneshot::channel();
        let (change, address) = (number(index), address.to_string());
        self.note(Note::Intent(Intent { change, address, action: what, value: None, at: now, create: None, noted }));
        async { is_noted.await.unwrap_or_else(|_| Err(Arc::new(DatabaseError::Ended))) }
    }
}
