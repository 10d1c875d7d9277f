//! The tables on a server, and their migrations.

use super::Server;
use super::Session;
use super::dialect;
use crate::database::SqlError;
use crate::database::scripts::KNOWN;
use crate::database::scripts::SCRIPTS;

/// Only for servers: the version, which a SQLite file keeps in its header, and the current runner.
const BASE: &str = "
    CREATE TABLE keywright_version (number BIGINT NOT NULL);
    INSERT INTO keywright_version VALUES (0);
    -- One row. The fence grows by one whenever the lock is taken: a run with an older number writes no more.
    CREATE TABLE runner (
      fence BIGINT NOT NULL,
      -- Who has the lock; nothing when it was given back.
      holder TEXT,
      -- When the server was started on which the holder was seen last.
      server TEXT NOT NULL
    );
    INSERT INTO runner VALUES (0, NULL, '');
    -- The last transaction of each session that was written: it distinguishes one whose end was not confirmed from one that
    -- was lost. The server's own numbers do not, because it gives those out again that a crash took back.
    CREATE TABLE transactions (
      session TEXT PRIMARY KEY,
      number BIGINT NOT NULL,
      former BIGINT,
      begun TIMESTAMPTZ NOT NULL
    );";

/// Held during migrations, so that of two first runs only one creates the tables. Any fixed number works.
const MAKING: &str = "SELECT pg_advisory_xact_lock(6293197041231168100)";

/// Whether there are tables. Tables of another program are an error.
pub(super) fn is_known(session: &Session, server: &Server) -> Result<bool, SqlError> {
    Ok(version(session, server)? > 0)
}

/// Brings the schema to the newest version.
pub(super) fn migrate(session: &Session, server: &Server) -> Result<(), SqlError> {
    // Usually there is nothing to do, and then no lock is needed.
    if version(session, server)? == KNOWN {
        return Ok(());
    }
    session.migrate(|| {
        session.run(MAKING)?;
        upgrade(session, server, version(session, server)?)
    })
}

fn upgrade(session: &Session, server: &Server, from: i64) -> Result<(), SqlError> {
    if from == KNOWN {
        return Ok(());
    }
    if session.number("SELECT count(*) FROM pg_namespace WHERE nspname = ?1", &[&server.schema])? == Some(0) {
        session.run(&format!("CREATE SCHEMA \"{}\"", server.schema))?;
    }
    if from == 0 {
        session.run(BASE)?;
    }
    for script in &SCRIPTS[usize::try_from(from).unwrap_or(0)..] {
        session.run(&dialect::script(script))?;
    }
    session.run(&format!("UPDATE keywright_version SET number = {KNOWN}"))
}

/// The version of the schema; 0 if it does not exist or is empty.
fn version(session: &Session, server: &Server) -> Result<i64, SqlError> {
    // One statement, so that tables that are being created are seen all or not at all.
    let sql = "SELECT CASE count(*) WHEN 0 THEN 0 ELSE 1 + count(*) FILTER (WHERE c.relname = 'keywright_version') END
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ?1";
    match session.number(sql, &[&server.schema])? {
        Some(2) => {}
        Some(1) => return Err(SqlError::ForeignSchema { schema: server.schema.to_string() }),
        _ => return Ok(0),
    }
    match session.number("SELECT number FROM keywright_version", &[])?.unwrap_or(0) {
        found if found > KNOWN => Err(SqlError::Newer { found }),
        found => Ok(found),
    }
}
