//! Which saved plans were applied, so that a repeated job does not apply a plan twice.

use crate::database::Database;
use crate::database::DatabaseError;

/// The newest run that made all changes of the saved plan with this checksum, and verified them.
pub fn applied_in(database: &Database, checksum: &str) -> Result<Option<i64>, DatabaseError> {
    let connection = database.connection();
    let read = || {
        // The script that created this table also added the column.
        if !connection.has_table("receipts")? {
            return Ok(None);
        }
        let sql = "SELECT max(r.number) FROM runs r WHERE r.plan = ?1 AND r.ended IS NOT NULL AND r.changes =
                   (SELECT count(*) FROM writes w WHERE w.run = r.number AND w.fate = 'done')";
        let found = connection.all(sql, &[&checksum], |row| row.optional_number(0))?;
        Ok(found.into_iter().flatten().next())
    };
    read().map_err(|error| database.error(error))
}
