//! What runs did, in the workspace database: an intent before each write, its end after it, so that after a crash
//! nobody has to guess what was in flight.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;
use rusqlite::params;

use super::Database;
use super::DatabaseError;
use super::memory::Learned;
use crate::model::Instant;
use crate::model::Secret;
use crate::outcome::Fate;
use crate::plan::Change;

/// Runs that are kept. Older ones are forgotten when a new one begins.
const KEPT: i64 = 200;

/// The journal of one run that goes on.
pub struct Journal {
    database: Database,
    run: i64,
    /// Ends that are not written yet: they go along with the next intent, which is synced to disk anyway. Lost in a
    /// crash, they only make the next run look once more.
    ends: Vec<End>,
    learned: Vec<Learned>,
    /// What the memory calls the stores: their hosts and areas.
    home: String,
    /// Whether there is something in the memory that could have to be forgotten.
    remembers: bool,
}

struct End {
    change: i64,
    at: Instant,
    fate: &'static str,
    reason: Option<String>,
}

/// One run, as it was noted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    pub number: i64,
    pub began: Instant,
    pub ended: Option<Instant>,
    pub process: u32,
    pub host: String,
    pub store: String,
    /// Changes of the plan.
    pub changes: usize,
    /// Changes whose write was begun.
    pub begun: usize,
    /// Changes that came to a good end.
    pub done: usize,
}

/// One write of a run, as it was noted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noted {
    pub address: String,
    pub action: String,
    /// The SHA-256 of a new key's value.
    pub value: Option<String>,
    pub intended: Instant,
    pub ended: Option<Instant>,
    /// Nothing while it is not known.
    pub fate: Option<String>,
    pub reason: Option<String>,
}

impl Journal {
    /// Notes that a run begins. The database must be open for writing.
    pub fn begin(
        database: Database,
        store: &str,
        home: &str,
        changes: usize,
        now: Instant,
    ) -> Result<Self, DatabaseError> {
        let begin = |connection: &Connection| {
            connection.execute("DELETE FROM runs WHERE number <= (SELECT max(number) FROM runs) - ?1", [KEPT])?;
            let sql = "INSERT INTO runs (began, process, host, store, changes) VALUES (?1, ?2, ?3, ?4, ?5)";
            let count = i64::try_from(changes).unwrap_or(i64::MAX);
            connection.execute(sql, params![millis(now), std::process::id(), host(), store, count])?;
            let run = connection.last_insert_rowid();
            let remembers = connection.query_row("SELECT EXISTS (SELECT 1 FROM untaken)", [], |row| row.get(0))?;
            Ok((run, remembers))
        };
        let (run, remembers) =
            begin(database.connection()).map_err(|error| DatabaseError::of(database.path(), error))?;
        Ok(Self { database, run, ends: Vec::new(), learned: Vec::new(), home: home.to_owned(), remembers })
    }

    /// The number of the run.
    pub const fn run(&self) -> i64 {
        self.run
    }

    /// Notes, safely on disk, that a write is about to be made.
    pub fn intend(
        &mut self,
        change: usize,
        what: &Change,
        value: Option<&Secret>,
        now: Instant,
    ) -> Result<(), DatabaseError> {
        let (ends, learned, run) = (std::mem::take(&mut self.ends), std::mem::take(&mut self.learned), self.run);
        let home = self.home.as_str();
        self.write(|connection| {
            note_ends(connection, run, &ends)?;
            learned.iter().try_for_each(|learned| learned.note(connection, home, run))?;
            let sql =
                "INSERT INTO writes (run, change, address, action, value, intended) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let digest = value.map(|value| value.digest().hex());
            let change = number(change);
            let row = params![run, change, what.address.to_string(), what.action.name(), digest, millis(now)];
            connection.prepare_cached(sql)?.execute(row)?;
            Ok(())
        })
    }

    /// Notes how a write ended, with the next intent or at the end of the run.
    pub fn settle(&mut self, change: usize, fate: &Fate, now: Instant) {
        let reason = match fate {
            Fate::Failed(refusal) | Fate::Undelivered(refusal) => Some(refusal.reason.clone()),
            _ => None,
        };
        self.ends.push(End { change: number(change), at: now, fate: fate.name(), reason });
    }

    /// Remembers what a change has found out about the store, with the next intent or at the end of the run.
    pub fn learn(&mut self, change: &Change, fate: &Fate) {
        let learned = Learned::of(change, fate).filter(|learned| self.remembers || learned.is_news());
        self.learned.extend(learned);
    }

    /// Notes that the run is over.
    pub fn end(mut self, now: Instant) -> Result<(), DatabaseError> {
        let (ends, learned, run) = (std::mem::take(&mut self.ends), std::mem::take(&mut self.learned), self.run);
        let home = self.home.as_str();
        self.write(|connection| {
            note_ends(connection, run, &ends)?;
            learned.iter().try_for_each(|learned| learned.note(connection, home, run))?;
            connection.execute("UPDATE runs SET ended = ?2 WHERE number = ?1", params![run, millis(now)])?;
            Ok(())
        })
    }

    fn write(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), DatabaseError> {
        let connection = self.database.connection();
        let result = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
            .and_then(|transaction| work(&transaction).and_then(|()| transaction.commit()));
        result.map_err(|error| DatabaseError::of(self.database.path(), error))
    }
}

fn note_ends(connection: &Connection, run: i64, ends: &[End]) -> rusqlite::Result<()> {
    let sql = "UPDATE writes SET ended = ?3, fate = ?4, reason = ?5 WHERE run = ?1 AND change = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    ends.iter()
        .try_for_each(|end| statement.execute(params![run, end.change, millis(end.at), end.fate, end.reason]).map(drop))
}

/// The runs that are remembered, newest first.
pub fn runs(database: &Database) -> Result<Vec<Run>, DatabaseError> {
    all(database, "", &[]).map_err(|error| DatabaseError::of(database.path(), error))
}

/// The newest run, if it was cut off: it never ended, and nobody works on it any more. Whoever asks holds the lock, or
/// only wants to tell.
pub fn cut_off(database: &Database) -> Result<Option<Run>, DatabaseError> {
    let newest = runs(database)?.into_iter().next();
    Ok(newest.filter(|run| run.ended.is_none()))
}

/// What a run noted, in the order of the plan; nothing when there is no such run.
pub fn writes(database: &Database, run: i64) -> Result<Option<(Run, Vec<Noted>)>, DatabaseError> {
    let read = || {
        let Some(run) = all(database, "WHERE r.number = ?1", &[&run])?.into_iter().next() else { return Ok(None) };
        let sql =
            "SELECT address, action, value, intended, ended, fate, reason FROM writes WHERE run = ?1 ORDER BY change";
        let mut statement = database.connection().prepare(sql)?;
        let writes = statement.query_map([run.number], noted)?.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Some((run, writes)))
    };
    read().map_err(|error| DatabaseError::of(database.path(), error))
}

/// Notes that a run that was cut off has been looked into.
pub fn close(database: &Database, run: i64, now: Instant) -> Result<(), DatabaseError> {
    let sql = "UPDATE runs SET ended = ?2 WHERE number = ?1 AND ended IS NULL";
    let closed = database.connection().execute(sql, params![run, millis(now)]);
    closed.map(drop).map_err(|error| DatabaseError::of(database.path(), error))
}

fn all(database: &Database, clause: &str, parameters: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<Run>> {
    let connection = database.connection();
    // A database of an earlier version that was only opened for reading has no journal yet.
    let has = connection.query_row("SELECT 1 FROM sqlite_schema WHERE name = 'runs'", [], |_| Ok(())).optional()?;
    if has.is_none() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT r.number, r.began, r.ended, r.process, r.host, r.store, r.changes,
                (SELECT count(*) FROM writes w WHERE w.run = r.number),
                (SELECT count(*) FROM writes w WHERE w.run = r.number AND w.fate IN ('done', 'altered', 'undelivered'))
           FROM runs r {clause} ORDER BY r.number DESC"
    );
    connection.prepare(&sql)?.query_map(parameters, run)?.collect()
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    let count = |index| row.get::<_, i64>(index).map(|count| usize::try_from(count).unwrap_or(0));
    Ok(Run {
        number: row.get(0)?,
        began: instant(row, 1)?.unwrap_or_default(),
        ended: instant(row, 2)?,
        process: row.get(3)?,
        host: row.get(4)?,
        store: row.get(5)?,
        changes: count(6)?,
        begun: count(7)?,
        done: count(8)?,
    })
}

fn noted(row: &Row<'_>) -> rusqlite::Result<Noted> {
    Ok(Noted {
        address: row.get(0)?,
        action: row.get(1)?,
        value: row.get(2)?,
        intended: instant(row, 3)?.unwrap_or_default(),
        ended: instant(row, 4)?,
        fate: row.get(5)?,
        reason: row.get(6)?,
    })
}

fn instant(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Instant>> {
    Ok(row.get::<_, Option<i64>>(index)?.and_then(Instant::from_timestamp_millis))
}

const fn millis(at: Instant) -> i64 {
    at.timestamp_millis()
}

fn number(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// What this machine calls itself, for people who share a workspace.
pub(super) fn host() -> String {
    let name = gethostname::gethostname();
    name.to_string_lossy().into_owned()
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

    fn open(folder: &tempfile::TempDir) -> Database {
        Database::open(&folder.path().join("k.db"), crate::database::Mode::Write).unwrap().unwrap()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "looks at the file itself")]
    fn what_was_in_flight_is_known_after_a_crash() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::begin(open(&folder), "a store", "a store", 3, at(1)).unwrap();
        let value = Secret::new("not-a-real-value");
        journal.intend(0, &change("a"), Some(&value), at(2)).unwrap();
        journal.settle(0, &Fate::Done, at(3));
        journal.intend(1, &change("b"), None, at(4)).unwrap();
        // The process ends here.
        drop(journal);
        let database = open(&folder);
        let run = cut_off(&database).unwrap().unwrap();
        assert_eq!((run.changes, run.begun, run.done, run.ended), (3, 2, 1, None));
        let (_, writes) = writes(&database, run.number).unwrap().unwrap();
        assert_eq!((writes[0].fate.as_deref(), writes[0].ended), (Some("done"), Some(at(3))));
        assert_eq!((writes[1].address.as_str(), writes[1].fate.as_deref()), ("key/b", None));
        assert_eq!(writes[0].value, Some(value.digest().hex()));
        close(&database, run.number, at(9)).unwrap();
        assert_eq!(cut_off(&database).unwrap(), None);
        let bytes = std::fs::read(folder.path().join("k.db")).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("not-a-real-value"));
    }

    #[test]
    fn a_run_that_ends_is_not_cut_off_and_old_runs_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..KEPT + 5 {
            let mut journal = Journal::begin(open(&folder), "a store", "a store", 1, at(number)).unwrap();
            journal.intend(0, &change("a"), None, at(number)).unwrap();
            journal.settle(0, &Fate::Failed(Refusal::unavailable("no")), at(number));
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
