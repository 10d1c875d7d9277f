//! The thread that writes a run's journal. Notes that arrive during a sync share the next transaction.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;

use super::millis;
use crate::database::Connection;
use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::Parameter;
use crate::database::SqlError;
use crate::database::creates::Begun;
use crate::database::creates::Ended;
use crate::database::memory::Attempt;
use crate::database::memory::Delivered;
use crate::database::memory::Learned;
use crate::model::Fingerprint;
use crate::model::Instant;
use crate::model::StoreKeys;

/// A message from a run to its journal.
pub(super) enum Note {
    /// The checksum of a saved plan.
    Plan(String),
    Intent(Intent),
    End(End),
    Learned(Learned),
    Delivered(Delivered),
    Attempt(Attempt, Noted),
    Over(Instant),
}

/// The channel that confirms a note.
type Noted = oneshot::Sender<Result<(), Arc<DatabaseError>>>;

/// A write that is about to start, and the channel that confirms the note.
pub(super) struct Intent {
    pub(super) change: i64,
    pub(super) address: String,
    pub(super) action: &'static str,
    /// The fingerprint of a new key's value.
    pub(super) value: Option<Fingerprint>,
    pub(super) at: Instant,
    pub(super) create: Option<Begun>,
    pub(super) noted: Noted,
}

/// How a write ended.
pub(super) struct End {
    pub(super) change: i64,
    pub(super) at: Instant,
    pub(super) fate: &'static str,
    pub(super) reason: Option<String>,
    pub(super) create: Option<Ended>,
}

pub(super) struct Writer {
    database: Database,
    run: i64,
    stores: StoreKeys,
    intents: Vec<Intent>,
    attempts: Vec<(Attempt, Noted)>,
    /// Results and lessons wait for the next intent, which is synced anyway. Without them, the next run checks again.
    ends: Vec<End>,
    learned: Vec<Learned>,
    delivered: Vec<Delivered>,
    plan: Option<String>,
    over: Option<Instant>,
}

impl Writer {
    pub(super) fn new(database: Database, run: i64, stores: StoreKeys) -> Self {
        let (intents, attempts, ends) = (Vec::new(), Vec::new(), Vec::new());
        let (learned, delivered) = (Vec::new(), Vec::new());
        Self { database, run, stores, intents, attempts, ends, learned, delivered, plan: None, over: None }
    }

    /// Writes what arrives until the run ends, or no sender is left.
    pub(super) fn write(mut self, arriving: &Receiver<Note>) -> Result<(), Arc<DatabaseError>> {
        while let Ok(first) = arriving.recv() {
            self.take(first);
            for note in arriving.try_iter() {
                self.take(note);
            }
            if self.intents.is_empty() && self.attempts.is_empty() && self.over.is_none() {
                continue;
            }
            let written = self.sync().map_err(Arc::new);
            if written.is_ok() {
                self.ends.clear();
                self.learned.clear();
                self.delivered.clear();
                self.plan = None;
            }
            let intents = self.intents.drain(..).map(|intent| intent.noted);
            for noted in intents.chain(self.attempts.drain(..).map(|(_, noted)| noted)) {
                // A caller that no longer waits does not start the write either.
                let _ = noted.send(written.clone());
            }
            if self.over.is_some() {
                return written;
            }
        }
        Ok(())
    }

    fn take(&mut self, note: Note) {
        match note {
            Note::Plan(checksum) => self.plan = Some(checksum),
            Note::Intent(intent) => self.intents.push(intent),
            Note::End(end) => self.ends.push(end),
            Note::Learned(learned) => self.learned.push(learned),
            Note::Delivered(delivered) => self.delivered.push(delivered),
            Note::Attempt(attempt, noted) => self.attempts.push((attempt, noted)),
            Note::Over(now) => self.over = Some(now),
        }
    }

    /// Writes all pending notes in one transaction.
    fn sync(&self) -> Result<(), DatabaseError> {
        let synced = self.database.connection().transaction(|connection| self.note(connection));
        synced.map_err(|error| self.database.error(error))
    }

    fn note(&self, connection: &Connection) -> Result<(), SqlError> {
        let run = self.run;
        let sql = "INSERT INTO writes (run, change, address, action, value, intended) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        for intent in &self.intents {
            let at = millis(intent.at);
            let value = intent.value.as_ref().map(Fingerprint::as_str);
            let row: [&dyn Parameter; 6] = [&run, &intent.change, &intent.address, &intent.action, &value, &at];
            connection.execute(sql, &row)?;
            intent.create.iter().try_for_each(|create| create.note(connection, run, value, at))?;
        }
        let sql = "UPDATE writes SET ended = ?3, fate = ?4, reason = ?5 WHERE run = ?1 AND change = ?2";
        for end in &self.ends {
            connection.execute(sql, &[&run, &end.change, &millis(end.at), &end.fate, &end.reason])?;
            end.create.iter().try_for_each(|create| create.note(connection, run, millis(end.at)))?;
        }
        self.learned.iter().try_for_each(|learned| learned.note(connection, &self.stores, run))?;
        self.delivered.iter().try_for_each(|delivered| delivered.note(connection, &self.stores, run))?;
        self.attempts.iter().try_for_each(|(attempt, _)| attempt.note(connection, &self.stores))?;
        if let Some(plan) = &self.plan {
            connection.execute("UPDATE runs SET plan = ?2 WHERE number = ?1", &[&run, plan])?;
        }
        if let Some(now) = self.over {
            connection.execute("UPDATE runs SET ended = ?2 WHERE number = ?1", &[&run, &millis(now)])?;
        }
        Ok(())
    }
}
