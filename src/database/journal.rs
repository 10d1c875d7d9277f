//! The journal of runs in the workspace database: an intent before each write, a result after it. After a crash it
//! shows which writes were in progress.

mod deliveries;
mod plans;
mod recorded;
mod unverified;
mod writer;

use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

pub use self::plans::AppliedPlan;
pub use self::plans::applied_in;
pub use self::unverified::Unverified;
pub use self::unverified::unverified;
pub use self::unverified::verified;
use self::writer::End;
use self::writer::Intent;
use self::writer::Note;
use self::writer::Writer;
use super::Database;
use super::DatabaseError;
use super::Parameter;
use super::Row;
use super::SqlError;
use super::creates::Creates;
use super::memory::Learned;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Instant;
use crate::model::Secret;
use crate::model::StoreKeys;
use crate::outcome::ChangeResult;
use crate::plan::Change;

/// Number of runs to keep. A new run deletes older ones.
const KEPT: i64 = 200;

/// The journal of a run in progress. Its own thread writes it: while one note is synced to disk, other changes
/// continue, and the notes that arrive in the meantime are synced together.
pub struct Journal {
    run: i64,
    notes: mpsc::Sender<Note>,
    writer: JoinHandle<Result<(), Arc<DatabaseError>>>,
    key: FingerprintKey,
    /// Whether the memory holds anything that this run may have to forget.
    remembers: bool,
    stores: StoreKeys,
    creates: Creates,
}

/// One run, as recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    pub number: i64,
    pub began: Instant,
    pub ended: Option<Instant>,
    pub process: u32,
    pub host: String,
    pub store: String,
    /// Changes in the plan.
    pub changes: usize,
    /// Changes whose write started.
    pub begun: usize,
    /// Changes that succeeded as a whole.
    pub done: usize,
    /// Changes of the store whose values are not delivered.
    pub undelivered: usize,
    /// Changes that the store confirmed, and that no run has verified.
    pub unverified: usize,
}

/// One write of a run, as recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noted {
    pub address: String,
    pub action: String,
    /// The fingerprint of a new key's value.
    pub value: Option<Fingerprint>,
    pub intended: Instant,
    pub ended: Option<Instant>,
    /// `None` while the result is unknown.
    pub fate: Option<String>,
    pub reason: Option<String>,
}

impl Journal {
    /// Records the start of a run in a database that is open for writing. Of values it records only fingerprints, with `key`.
    pub fn begin(
        database: Database,
        key: FingerprintKey,
        store: &str,
        stores: StoreKeys,
        changes: usize,
        now: Instant,
    ) -> Result<Self, DatabaseError> {
        let (process, host, store) = (i64::from(std::process::id()), host(), store.to_owned());
        let count = i64::try_from(changes).unwrap_or(i64::MAX);
        let begun = database.connection().transaction(|connection| {
            connection.execute("DELETE FROM runs WHERE number <= (SELECT max(number) FROM runs) - ?1", &[&KEPT])?;
            let sql =
                "INSERT INTO runs (began, process, host, store, changes, workspace) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                       RETURNING number";
            let workspace = stores.workspace();
            let run = connection
                .number(sql, &[&millis(now), &process, &host, &store, &count, &workspace])?
                .unwrap_or_default();
            let known = connection.number("SELECT count(*) FROM (SELECT 1 FROM untaken LIMIT 1) AS known", &[])?;
            Ok::<_, SqlError>((run, known != Some(0)))
        });
        let (run, remembers) = begun.map_err(|error| database.error(error))?;
        let (notes, arriving) = mpsc::channel();
        let name = database.location().to_string();
        let writer = Writer::new(database, run, stores.clone());
        let writer = std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.write(&arriving));
        let writer = writer.map_err(|source| DatabaseError::Journal { database: name, source })?;
        Ok(Self { run, notes, writer, key, remembers, stores, creates: Creates::default() })
    }

    /// From now on, also records the creates in remote stores until a later plan finds their objects.
    #[must_use]
    pub fn recording(mut self, creates: Creates) -> Self {
        self.creates = creates;
        self
    }

    /// Records that the run applies all changes of a saved plan, by its checksum. It is written with the first intent.
    #[must_use]
    pub fn of_plan(self, checksum: String) -> Self {
        self.note(Note::Plan(checksum));
        self
    }

    pub const fn run(&self) -> i64 {
        self.run
    }

    /// Records that a write is about to start. The work needs no polling; the future is ready once the note is on disk.
    pub fn intend(
        &mut self,
        change: usize,
        what: &Change,
        value: Option<&Secret>,
        now: Instant,
    ) -> impl Future<Output = Result<(), Arc<DatabaseError>>> + use<> {
        let (noted, is_noted) = oneshot::channel();
        let create = self.creates.begin(change, what, value, (&self.key, &self.stores, self.run));
        let intent = Intent {
            change: number(change),
            address: what.address.to_string(),
            action: what.action.name(),
            value: value.map(|value| self.key.of_value(value)),
            at: now,
            create,
            noted,
        };
        self.note(Note::Intent(intent));
        async { is_noted.await.unwrap_or_else(|_| Err(Arc::new(DatabaseError::Ended))) }
    }

    /// Records how a write ended. It is written with the next intent, or at the end of the run.
    pub fn settle(&mut self, change: usize, fate: &ChangeResult, now: Instant) {
        let reason = match fate {
            // PostgreSQL texts cannot contain NUL; a store's message can.
            ChangeResult::Failed(refusal) | ChangeResult::Undelivered(refusal) | ChangeResult::Unverified(refusal) => {
                Some(refusal.reason.replace('\0', "\u{fffd}"))
            }
            _ => None,
        };
        let create = self.creates.end(change, fate, &self.stores);
        self.note(Note::End(End { change: number(change), at: now, fate: fate.name(), reason, create }));
    }

    /// Remembers what a change learned about the store. It is written with the next intent, or at the end of the run.
    pub fn learn(&mut self, change: &Change, fate: &ChangeResult) {
        let learned = Learned::of(change, fate, &self.key);
        if let Some(learned) = learned.filter(|learned| self.remembers || learned.is_news()) {
            self.note(Note::Learned(learned));
        }
    }

    /// Remembers the value of a new key that the store replaced. It is written at the end of the run at the latest.
    pub fn learn_value(&mut self, change: &Change, live: &Secret) {
        self.note(Note::Learned(Learned::of_value(change, live, &self.key)));
    }

    /// Records the end of the run, and waits until everything is on disk.
    pub fn end(self, now: Instant) -> Result<(), Arc<DatabaseError>> {
        self.note(Note::Over(now));
        self.writer.join().unwrap_or_else(|_| Err(Arc::new(DatabaseError::Ended)))
    }

    /// If the writer has ended, the caller that waits for the note finds out.
    fn note(&self, note: Note) {
        let _ = self.notes.send(note);
    }
}

/// The recorded runs, newest first.
pub fn runs(database: &Database) -> Result<Vec<Run>, DatabaseError> {
    all(database, "", &[]).map_err(|error| database.error(error))
}

/// The newest run, if it was interrupted: it never ended, and no process is working on it.
pub fn cut_off(database: &Database) -> Result<Option<Run>, DatabaseError> {
    // Not all runs, because the writes of each are counted.
    let newest = "WHERE r.number = (SELECT max(number) FROM runs) AND r.ended IS NULL";
    let run = all(database, newest, &[]).map_err(|error| database.error(error))?;
    Ok(run.into_iter().next())
}

/// The writes of a run, in plan order; `None` if there is no such run.
pub fn writes(database: &Database, run: i64) -> Result<Option<(Run, Vec<Noted>)>, DatabaseError> {
    let read = || {
        let Some(run) = all(database, "WHERE r.number = ?1", &[&run])?.into_iter().next() else { return Ok(None) };
        let sql =
            "SELECT address, action, value, intended, ended, fate, reason FROM writes WHERE run = ?1 ORDER BY change";
        let writes = database.connection().all(sql, &[&run.number], noted)?;
        Ok(Some((run, writes)))
    };
    read().map_err(|error| database.error(error))
}

/// Records that an interrupted run has been examined.
pub fn close(database: &Database, run: i64, now: Instant) -> Result<(), DatabaseError> {
    let sql = "UPDATE runs SET ended = ?2 WHERE number = ?1 AND ended IS NULL";
    let closed = database.connection().transaction(|connection| connection.execute(sql, &[&run, &millis(now)]));
    closed.map_err(|error| database.error(error))
}

fn all(database: &Database, clause: &str, parameters: &[&dyn Parameter]) -> Result<Vec<Run>, SqlError> {
    let connection = database.connection();
    if !connection.has_table("runs")? {
        return Ok(Vec::new());
    }
    let count = |more: &str| format!("(SELECT count(*) FROM writes w WHERE w.run = r.number{more})");
    let (begun, done) = (count(""), count(" AND w.fate IN ('done', 'altered')"));
    let [undelivered, unverified] = ["undelivered", "unverified"].map(|fate| count(&format!(" AND w.fate = '{fate}'")));
    let sql = format!(
        "SELECT r.number, r.began, r.ended, r.process, r.host, r.store, r.changes, {begun}, {done}, {undelivered}, {unverified}
           FROM runs r {clause} ORDER BY r.number DESC"
    );
    connection.all(&sql, parameters, run)
}

fn run(row: &Row<'_>) -> Result<Run, SqlError> {
    let count = |column| row.number(column).map(|count| usize::try_from(count).unwrap_or(0));
    Ok(Run {
        number: row.number(0)?,
        began: instant(row, 1)?.unwrap_or_default(),
        ended: instant(row, 2)?,
        process: u32::try_from(row.number(3)?).unwrap_or(0),
        host: row.text(4)?.to_owned(),
        store: row.text(5)?.to_owned(),
        changes: count(6)?,
        begun: count(7)?,
        done: count(8)?,
        undelivered: count(9)?,
        unverified: count(10)?,
    })
}

fn noted(row: &Row<'_>) -> Result<Noted, SqlError> {
    let optional = |column| Ok::<_, SqlError>(row.optional_text(column)?.map(str::to_owned));
    Ok(Noted {
        address: row.text(0)?.to_owned(),
        action: row.text(1)?.to_owned(),
        value: row.optional_text(2)?.and_then(Fingerprint::parse),
        intended: instant(row, 3)?.unwrap_or_default(),
        ended: instant(row, 4)?,
        fate: optional(5)?,
        reason: optional(6)?,
    })
}

fn instant(row: &Row<'_>, column: usize) -> Result<Option<Instant>, SqlError> {
    Ok(row.optional_number(column)?.and_then(Instant::from_timestamp_millis))
}

const fn millis(at: Instant) -> i64 {
    at.timestamp_millis()
}

fn number(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// The name of this machine, for people who share a workspace.
pub(super) fn host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Address;
    use crate::plan::Action;
    use crate::plan::Target;
    use crate::store::Refusal;

    fn at(seconds: i64) -> Instant {
        Instant::from_timestamp_millis(seconds * 1000).unwrap()
    }

    fn change(name: &str) -> Change {
        Change {
            address: Address::key(name),
            action: Action::Create,
            fields: Vec::new(),
            reason: String::new(),
            place: None,
            needs: Vec::new(),
            target: Target { name: "".into(), parent: None, live: None, key: None },
        }
    }

    /// Waits until the intent is on disk.
    fn intend(journal: &mut Journal, change: usize, what: &Change, value: Option<&Secret>, now: Instant) {
        let noted = journal.intend(change, what, value, now);
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(noted).unwrap();
    }

    fn key() -> FingerprintKey {
        FingerprintKey::new(Secret::new("not-a-real-key-not-a-real-key-32")).unwrap()
    }

    fn open(folder: &tempfile::TempDir) -> Database {
        Database::in_file(&folder.path().join("k.db"), crate::database::Mode::Write).unwrap().unwrap()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "checks the file itself")]
    fn writes_in_progress_are_known_after_a_crash() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal =
            Journal::begin(open(&folder), key(), "a store", StoreKeys::new("w", None, None), 3, at(1)).unwrap();
        let value = Secret::new("not-a-real-value");
        intend(&mut journal, 0, &change("a"), Some(&value), at(2));
        journal.settle(0, &ChangeResult::Done, at(3));
        intend(&mut journal, 1, &change("b"), None, at(4));
        // The process ends here, without a result.
        drop(journal);
        let database = open(&folder);
        let run = cut_off(&database).unwrap().unwrap();
        assert_eq!((run.changes, run.begun, run.done, run.ended), (3, 2, 1, None));
        let (_, writes) = writes(&database, run.number).unwrap().unwrap();
        assert_eq!((writes[0].fate.as_deref(), writes[0].ended), (Some("done"), Some(at(3))));
        assert_eq!((writes[1].address.as_str(), writes[1].fate.as_deref()), ("key/b", None));
        assert_eq!(writes[0].value, Some(key().of_value(&value)));
        close(&database, run.number, at(9)).unwrap();
        assert_eq!(cut_off(&database).unwrap(), None);
        let bytes = std::fs::read(folder.path().join("k.db")).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("not-a-real-value") && !text.contains(&value.digest().hex()));
    }

    #[test]
    fn other_changes_continue_while_a_note_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal =
            Journal::begin(open(&folder), key(), "a store", StoreKeys::new("w", None, None), 3, at(1)).unwrap();
        let slow = open(&folder);
        slow.connection().execute("BEGIN IMMEDIATE", &[]).unwrap();
        let noted: Vec<_> = (0..3).map(|index| journal.intend(index, &change("a"), None, at(2))).collect();
        slow.connection().execute("COMMIT", &[]).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for noted in noted {
            runtime.block_on(noted).unwrap();
        }
        assert_eq!(runs(&slow).unwrap()[0].begun, 3);
    }

    #[test]
    fn a_finished_run_is_not_interrupted_and_old_runs_are_deleted() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..KEPT + 5 {
            let mut journal =
                Journal::begin(open(&folder), key(), "a store", StoreKeys::new("w", None, None), 1, at(number))
                    .unwrap();
            intend(&mut journal, 0, &change("a"), None, at(number));
            journal.settle(0, &ChangeResult::Failed(Refusal::unavailable("no")), at(number));
            journal.end(at(number)).unwrap();
        }
        let database = open(&folder);
        let all = runs(&database).unwrap();
        assert_eq!((all.len(), all[0].done, all[0].begun), (usize::try_from(KEPT).unwrap() + 1, 0, 1));
        assert_eq!(cut_off(&database).unwrap(), None);
        assert!(writes(&database, 1).unwrap().is_none());
        let (_, newest) = writes(&database, all[0].number).unwrap().unwrap();
        assert_eq!(newest[0].reason.as_deref(), Some("no"));
    }
}
