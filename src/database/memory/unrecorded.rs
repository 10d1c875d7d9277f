//! The objects of runs that were interrupted before they recorded them, from the journal.

use crate::database::Connection;
use crate::database::SqlError;
use crate::model::Address;
use crate::model::Fingerprint;
use crate::plan::known::Unrecorded;

/// `in_journal` is what the journal calls the stores.
pub(super) fn all(connection: &Connection, workspace: &str, in_journal: &str) -> Result<Unrecorded, SqlError> {
    let mut unrecorded = Unrecorded::default();
    // A database that is open for reading may be older than the tables.
    if !connection.has_table("objects")? || !connection.has_column("runs", "workspace")? {
        return Ok(unrecorded);
    }
    // A run records all of its objects at once.
    let sql = "SELECT w.address, w.value FROM writes w JOIN runs r ON r.number = w.run
               WHERE r.store = ?1 AND r.workspace = ?2 AND w.action IN ('create', 'replace')
                 AND (w.fate IS NULL OR w.fate IN ('done', 'altered', 'undelivered', 'unverified'))
                 AND w.run NOT IN (SELECT run FROM objects)";
    connection.each(sql, &[&in_journal, &workspace], |row| {
        match row.optional_text(1)? {
            Some(value) => unrecorded.values.extend(Fingerprint::parse(value)),
            None => unrecorded.objects.extend(Address::parse(row.text(0)?)),
        }
        Ok(())
    })?;
    Ok(unrecorded)
}
