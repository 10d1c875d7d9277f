//! The keys that `keywright keys revoke` disabled, from the journal.

use crate::database::Connection;
use crate::database::SqlError;
use crate::model::Instant;
use crate::plan::known::Revoked;

/// `in_journal` is what the journal calls the stores.
pub(super) fn all(connection: &Connection, workspace: &str, in_journal: &str) -> Result<Revoked, SqlError> {
    let mut revoked = Revoked::default();
    // A database that is open for reading may be older than the tables.
    if !connection.has_table("writes")? || !connection.has_column("runs", "workspace")? {
        return Ok(revoked);
    }
    let sql = "SELECT w.address, max(w.intended) FROM writes w JOIN runs r ON r.number = w.run
               WHERE r.store = ?1 AND r.workspace = ?2 AND w.action = 'revoke' GROUP BY w.address";
    connection.each(sql, &[&in_journal, &workspace], |row| {
        if let Some(at) = Instant::from_timestamp_millis(row.number(1)?) {
            revoked.0.insert(row.text(0)?.into(), at);
        }
        Ok(())
    })?;
    Ok(revoked)
}
