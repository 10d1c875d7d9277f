//! What opening a workspace database changes, and what it leaves alone.
#![expect(clippy::disallowed_methods, reason = "edge: the tests check the files that opening creates")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use super::Database;
use super::DatabaseError;
use super::Location;
use super::Mode;
use super::SqlError;
use super::remembered;
use super::sqlite::files;
use super::sqlite::open;
use crate::model::Kind;
use crate::model::StoreKeys;

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

fn write(path: &Path) -> Database {
    Database::in_file(path, Mode::Write).unwrap().unwrap()
}

fn error(path: &Path, mode: Mode) -> DatabaseError {
    Database::in_file(path, mode).err().expect("opening must fail")
}

fn insert_user(database: &Database, name: &str) -> Result<(), SqlError> {
    let sql = "INSERT INTO users (id, username, attributes, created, updated) VALUES (?1, ?1, '{}', 0, 0)";
    database.connection().execute(sql, &[&name])
}

fn users(database: &Database) -> i64 {
    database.connection().number("SELECT count(*) FROM users", &[]).unwrap().unwrap()
}

#[test]
fn reading_a_missing_database_creates_nothing() {
    let folder = folder();
    let path = folder.path().join(".keywright/keywright.db");
    assert!(Database::in_file(&path, Mode::Read).unwrap().is_none());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn reading_an_empty_file_is_none() {
    let folder = folder();
    let path = folder.path().join("empty.db");
    fs::write(&path, "").unwrap();
    assert!(Database::in_file(&path, Mode::Read).unwrap().is_none());
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}

#[cfg(unix)]
#[test]
fn writing_creates_a_private_folder_that_git_ignores() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join(".keywright/keywright.db");
    let database = write(&path);
    insert_user(&database, "alice").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&folder.path().join(".keywright/keywright.db-wal")), 0o600);
    assert_eq!(fs::read_to_string(folder.path().join(".keywright/.gitignore")).unwrap(), "*\n");
}

#[test]
fn a_folder_that_existed_is_not_hidden_from_git() {
    let folder = folder();
    let path = folder.path().join("keywright.db");
    drop(write(&path));
    assert!(!folder.path().join(".gitignore").exists());
}

#[test]
fn a_folder_whose_creation_was_interrupted_is_completed() {
    let folder = folder();
    fs::create_dir_all(folder.path().join(".keywright")).unwrap();
    drop(write(&folder.path().join(".keywright/keywright.db")));
    assert!(folder.path().join(".keywright/.gitignore").exists());
}

#[test]
fn a_reader_cannot_write_and_sees_what_was_written() {
    let folder = folder();
    let path = folder.path().join("keywright.db");
    let writer = write(&path);
    insert_user(&writer, "alice").unwrap();
    let reader = Database::in_file(&path, Mode::Read).unwrap().unwrap();
    assert_eq!(users(&reader), 1);
    assert!(insert_user(&reader, "bob").is_err());
    drop(writer);
    assert_eq!(users(&write(&path)), 1);
}

#[test]
fn the_log_of_a_killed_writer_is_read() {
    let folder = folder();
    let (path, copy) = (folder.path().join("keywright.db"), folder.path().join("killed.db"));
    let writer = write(&path);
    insert_user(&writer, "alice").unwrap();
    // Copying the files while the writer is open gives what a SIGKILL leaves: a log without its index.
    fs::copy(&path, &copy).unwrap();
    fs::copy(folder.path().join("keywright.db-wal"), folder.path().join("killed.db-wal")).unwrap();
    let reader = Database::in_file(&copy, Mode::Read).unwrap().unwrap();
    assert_eq!(users(&reader), 1);
    drop(reader);
    assert_eq!(users(&write(&copy)), 1);
}

#[test]
fn a_file_in_a_folder_that_is_not_writable_is_read_without_side_files() {
    let folder = folder();
    let path = folder.path().join("odd ?name#100%.db");
    insert_user(&write(&path), "alice").unwrap();
    let connection = open::immutable(&path).unwrap();
    let count: i64 = connection.query_row("SELECT count(*) FROM users", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no side files");
}

#[test]
fn a_file_is_complete_only_without_side_files() {
    let folder = folder();
    let path = folder.path().join("keywright.db");
    assert!(!files::is_complete(&path));
    let writer = write(&path);
    insert_user(&writer, "alice").unwrap();
    assert!(!files::is_complete(&path), "the log is not yet in the file");
    drop(writer);
    assert!(files::is_complete(&path));
    fs::write(folder.path().join("keywright.db-journal"), "x").unwrap();
    assert!(!files::is_complete(&path), "a change was interrupted");
}

#[test]
fn a_newer_version_is_an_error_in_both_modes_and_stays_untouched() {
    let folder = folder();
    let path = folder.path().join("keywright.db");
    write(&path).connection().sqlite().pragma_update(None, "user_version", 99).unwrap();
    for mode in [Mode::Read, Mode::Write] {
        let error = error(&path, mode);
        assert!(matches!(error, DatabaseError::Newer { found: 99, .. }), "{error}");
        assert!(error.to_string().contains("keywright.db: it has version 99"), "{error}");
        assert!(error.help().contains("newer"));
    }
}

#[test]
fn what_an_older_version_remembers_is_read_before_and_after_the_migration() {
    let folder = folder();
    let path = folder.path().join("keywright.db");
    let database = write(&path);
    let sql = "DROP TABLE applied; DROP TABLE receipts; DROP TABLE objects;
               ALTER TABLE runs DROP COLUMN workspace; ALTER TABLE runs DROP COLUMN plan;
               CREATE TABLE objects (
                 store TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, address TEXT NOT NULL, maker TEXT NOT NULL,
                 value TEXT, protect INTEGER NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (store, kind, id)
               ) STRICT, WITHOUT ROWID;
               INSERT INTO objects VALUES ('embedded', 'User', '1', 'user/ann', 'other', NULL, 0, 0);
               PRAGMA user_version = 6";
    database.connection().sqlite().execute_batch(sql).unwrap();
    drop(database);
    let stores = StoreKeys::new("w", None, None);
    for mode in [Mode::Read, Mode::Write, Mode::Read] {
        let database = Database::in_file(&path, mode).unwrap().unwrap();
        let remembered = remembered(&database, &stores, "a store", None).unwrap();
        let known = remembered.objects.get(Kind::User, "1").unwrap();
        assert_eq!((&*known.address, known.disabled), ("user/ann", None));
    }
}

#[test]
fn a_file_that_is_not_a_database_is_an_error_that_names_it() {
    let folder = folder();
    let path = folder.path().join("notes.db");
    let text = "These are my notes, long enough to look like more than a header. ".repeat(40);
    fs::write(&path, &text).unwrap();
    for mode in [Mode::Read, Mode::Write] {
        let error = error(&path, mode);
        assert!(error.to_string().contains("notes.db: not a Keywright database"), "{error}");
        assert!(error.help().contains("move"), "{}", error.help());
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn the_database_of_another_program_is_not_touched() {
    let folder = folder();
    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE notes (text)").unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(error(&path, Mode::Write), DatabaseError::Foreign { .. }));
    assert!(matches!(error(&path, Mode::Read), DatabaseError::Foreign { .. }));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_file_is_an_error_that_names_it() {
    let folder = folder();
    let path = folder.path().join("keywright.db");
    drop(write(&path));
    let mut bytes = fs::read(&path).unwrap();
    bytes[100..4096].fill(0xff);
    fs::write(&path, bytes).unwrap();
    for mode in [Mode::Read, Mode::Write] {
        let error = error(&path, mode);
        assert!(error.to_string().contains("keywright.db: the file is damaged"), "{error}");
        assert!(error.help().contains("backup"));
    }
}

#[test]
fn a_folder_instead_of_the_file_or_a_file_instead_of_the_folder_is_an_error() {
    let folder = folder();
    assert!(error(folder.path(), Mode::Read).to_string().contains("open the database"));
    assert!(error(folder.path(), Mode::Write).to_string().contains("it is not a regular file"));
    fs::write(folder.path().join("file"), "x").unwrap();
    let below = folder.path().join("file/keywright.db");
    assert!(error(&below, Mode::Write).to_string().contains("folder"), "{}", error(&below, Mode::Write));
}

#[test]
fn a_writer_is_durable_and_holds_references() {
    let folder = folder();
    let database = write(&folder.path().join("keywright.db"));
    let pragma = |name| {
        database
            .connection()
            .sqlite()
            .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
    assert_eq!(pragma("synchronous"), 2.into());
    assert_eq!(pragma("foreign_keys"), 1.into());
}

#[test]
fn a_second_writer_opens_the_same_tables() {
    let folder = folder();
    let path = folder.path().join("keywright.db");
    let (one, two) = (write(&path), write(&path));
    insert_user(&one, "alice").unwrap();
    insert_user(&two, "bob").unwrap();
    assert_eq!((users(&one), users(&two)), (2, 2));
}

#[test]
fn nothing_is_written_without_the_lock() {
    let folder = folder();
    let path = folder.path().join("k.db");
    drop(write(&path));
    let take = || super::lock(&Location::file(&path), Duration::ZERO, chrono::DateTime::UNIX_EPOCH).unwrap();
    let locked = folder.path().join("k.db.lock");
    let lose: [&dyn Fn(); 2] = [&|| fs::remove_file(&locked).unwrap(), &|| {
        fs::write(folder.path().join("other"), "").unwrap();
        fs::rename(folder.path().join("other"), &locked).unwrap();
    }];
    for lose in lose {
        let lock = take();
        let database = write(&path).guarded_by(&lock);
        let insert = |name: &str| database.connection().transaction(|_| insert_user(&database, name));
        let before = users(&database);
        insert(&format!("user {before}")).unwrap();
        lose();
        let error = database.error(insert("late").unwrap_err());
        assert!(matches!(&error, DatabaseError::LockLost { .. }), "{error}");
        assert!(error.to_string().contains("k.db.lock was removed or replaced"), "{error}");
        assert_eq!(users(&database), before + 1);
        // Another run can take the new lock.
        drop(take());
    }
}
