//! What runs deleted, from the journal: when the last object of a workspace is gone, nothing else is remembered of it.

use crate::database::Connection;
use crate::database::SqlError;
use crate::plan::known::Deleted;

/// `in_journal` is what the journal calls the stores.
pub(super) fn all(connection: &Connection, workspace: &str, in_journal: &str) -> Result<Deleted, SqlError> {
    let mut deleted = Deleted::default();
    // A database that is open for reading may be older than the tables.
    if !connection.has_table("writes")? || !connection.has_column("runs", "workspace")? {
        return Ok(deleted);
    }
    let sql = "SELECT w.address FROM writes w JOIN runs r ON r.number = w.run
               WHERE r.store = ?1 AND r.workspace = ?2 AND w.action = 'delete' AND w.fate = 'done'";
    connection.each(sql, &[&in_journal, &workspace], |row| {
        deleted.0.insert(row.text(0)?.into());
        Ok(())
    })?;
    Ok(deleted)
}
