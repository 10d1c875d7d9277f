//! The store itself: what its tables hold, and what other hands write into them.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::params;

pub(super) type Time = chrono::DateTime<chrono::Utc>;

/// A key as the store holds it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) status: String,
    /// The last day on which it works.
    expires: Option<String>,
    /// Milliseconds since 1970.
    pub(super) created: i64,
    pub(super) updated: i64,
}

impl Key {
    /// Whether calls with it succeed.
    pub(super) fn works(&self, now: Time) -> bool {
        let today = now.format("%Y-%m-%d").to_string();
        self.status == "active" && self.expires.as_ref().is_none_or(|last| *last >= today)
    }

    pub(super) fn describe(&self) -> String {
        let day =
            |millis| chrono::DateTime::from_timestamp_millis(millis).map(|at: Time| at.format("%Y-%m-%d").to_string());
        let (created, updated) = (day(self.created).unwrap_or_default(), day(self.updated).unwrap_or_default());
        let expires = self.expires.as_deref().unwrap_or("never");
        format!("{} {} created {created}, updated {updated}, expires {expires}", self.value, self.status)
    }
}

/// The tables of the store.
pub(super) struct Hands {
    path: PathBuf,
}

impl Hands {
    pub(super) const fn of(path: PathBuf) -> Self {
        Self { path }
    }

    fn open(&self) -> Connection {
        let connection = Connection::open(&self.path).unwrap();
        connection.busy_timeout(Duration::from_secs(20)).unwrap();
        connection
    }

    /// All keys, oldest first. None before the first run.
    pub(super) fn keys(&self) -> Vec<Key> {
        if !self.path.exists() {
            return Vec::new();
        }
        let connection = self.open();
        let sql = "SELECT id, value, json_extract(attributes, '$.\"settings.status\"'), json_extract(attributes, '$.expires'),
                   created, updated FROM package_keys ORDER BY created, id";
        // A run that was killed at its first step leaves no tables.
        let Ok(mut statement) = connection.prepare(sql) else { return Vec::new() };
        let key = |row: &rusqlite::Row<'_>| {
            Ok(Key {
                id: row.get(0)?,
                value: row.get(1)?,
                status: row.get(2)?,
                expires: row.get::<_, Option<String>>(3)?.filter(|last| last != "never"),
                created: row.get(4)?,
                updated: row.get(5)?,
            })
        };
        statement.query_map([], key).unwrap().map(Result::unwrap).collect()
    }

    pub(super) fn set(&self, key: &Key, field: &str, to: &str, now: Time) {
        let sql = format!(
            "UPDATE package_keys SET attributes = json_set(attributes, '$.\"{field}\"', ?2), updated = ?3 WHERE id = ?1"
        );
        assert_eq!(self.open().execute(&sql, params![key.id, to, now.timestamp_millis()]).unwrap(), 1);
    }

    pub(super) fn delete(&self, key: &Key) {
        assert_eq!(self.open().execute("DELETE FROM package_keys WHERE id = ?1", [&key.id]).unwrap(), 1);
    }

    /// Adds an active key beside another one.
    pub(super) fn add(&self, like: &Key, value: &str, now: Time) {
        let sql = "INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
                   SELECT ?2, application, package, plan, ?3, json_set(attributes, '$.\"settings.status\"', 'active', '$.expires', 'never'), ?4, ?4
                   FROM package_keys WHERE id = ?1";
        let row = params![like.id, format!("id-of-{}", value.replace('.', "-")), value, now.timestamp_millis()];
        assert_eq!(self.open().execute(sql, row).unwrap(), 1);
    }
}

/// What a workspace database remembers; everything else in it is the embedded store.
const MEMORY: [&str; 7] = ["writes", "runs", "untaken", "objects", "creates", "receipts", "applied"];

/// Empties the memory. A run that was killed at its first step leaves no tables.
pub(super) fn forget(database: &Path) {
    let connection = Connection::open(database).unwrap();
    for table in MEMORY {
        let _ = connection.execute(&format!("DELETE FROM {table}"), []);
    }
}

/// The latest delivery that a memory knows, in milliseconds since 1970. A wrong clock dates it into the future.
/// `None` if it knows none.
pub(super) fn last_receipt(database: &Path) -> Option<i64> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(database, flags).ok()?;
    connection.query_row("SELECT max(at) FROM receipts", [], |row| row.get(0)).ok()?
}

/// Writes a copy of a database, and replaces an earlier copy.
pub(super) fn copy(database: &Path, to: &Path) {
    let _ = std::fs::remove_file(to);
    Connection::open(database).unwrap().execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
}

/// Puts the memory of a copy back.
pub(super) fn restore(database: &Path, from: &Path) {
    forget(database);
    let connection = Connection::open(database).unwrap();
    connection.execute("ATTACH ?1 AS old", [from.to_str().unwrap()]).unwrap();
    for table in MEMORY.iter().rev() {
        let _ = connection.execute(&format!("INSERT INTO {table} SELECT * FROM old.{table}"), []);
    }
}
