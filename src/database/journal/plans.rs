//! Which saved plans were applied, so that a repeated job does not apply a plan twice.

use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::SqlError;

/// A run that made all changes of a saved plan.
pub struct AppliedPlan {
    pub run: i64,
    /// The positions of the changes that are still unverified, from 0.
    pub unverified: Vec<usize>,
}

/// The newest run that made all changes of the saved plan with this checksum.
pub fn applied_in(database: &Database, checksum: &str) -> Result<Option<AppliedPlan>, DatabaseError> {
    let connection = database.connection();
    let read = || {
        // The script that created this table also added the column.
        if !connection.has_table("receipts")? {
            return Ok(None);
        }
        let sql = "SELECT max(r.number) FROM runs r WHERE r.plan = ?1 AND r.ended IS NOT NULL AND r.changes =
                   (SELECT count(*) FROM writes w WHERE w.run = r.number AND w.fate IN ('done', 'unverified'))";
        let found = connection.all(sql, &[&checksum], |row| row.optional_number(0))?;
        let Some(run) = found.into_iter().flatten().next() else { return Ok(None) };
        let sql = "SELECT change FROM writes WHERE run = ?1 AND fate = 'unverified' ORDER BY change";
        let unverified = connection.all(sql, &[&run], |row| row.number(0))?.into_iter();
        let unverified = unverified.map(|change| usize::try_from(change).unwrap_or(usize::MAX)).collect();
        Ok::<_, SqlError>(Some(AppliedPlan { run, unverified }))
    };
    read().map_err(|error| database.error(error))
}
