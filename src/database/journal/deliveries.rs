//! Deliveries. A run that begins one, and does not record that it succeeded, leaves the receipt of the former value in doubt.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::Journal;
use super::millis;
use super::writer::Note;
use crate::database::DatabaseError;
use crate::database::memory::Attempt;
use crate::database::memory::Delivered;
use crate::model::Delivery;
use crate::model::Instant;
use crate::model::Secret;
use crate::plan::Change;

impl Journal {
    /// Records that a place may get a value from now on. The future is ready once the note is on disk.
    /// `identity` is that of its sink.
    pub fn attempt(
        &self,
        to: &Delivery,
        identity: Box<str>,
    ) -> impl Future<Output = Result<(), Arc<DatabaseError>>> + use<> {
        let (noted, is_noted) = oneshot::channel();
        self.note(Note::Attempt(Attempt(to.clone(), identity), noted));
        async { is_noted.await.unwrap_or_else(|_| Err(Arc::new(DatabaseError::Ended))) }
    }

    /// Records that the value of a key has reached a place. It is written with the next intent, or at the end of the run.
    /// `of_sink` is the identity of its sink, and how that names the version.
    pub fn deliver(&mut self, change: &Change, to: (&Delivery, &Secret), of_sink: (Box<str>, Box<str>), now: Instant) {
        self.note(Note::Delivered(Delivered::of(change, to, of_sink, (&self.key, millis(now)))));
    }
}
