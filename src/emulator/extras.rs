//! What the API has and the embedded store does not: the services of a plan, the organization of a package. A table
//! beside the store's, with a copy in memory.

use std::collections::BTreeMap;
use std::collections::HashMap;

use serde_json::Value as Json;

use crate::database::Connection;
use crate::database::SqlError;

/// Values by object id and name.
#[derive(Default)]
pub(super) struct Extras(HashMap<Box<str>, BTreeMap<Box<str>, Json>>);

impl Extras {
    pub(super) fn load(connection: &Connection) -> Result<Self, SqlError> {
        connection.execute(
            "CREATE TABLE IF NOT EXISTS emulator_extras (
               id TEXT NOT NULL,
               name TEXT NOT NULL,
               value TEXT NOT NULL,
               PRIMARY KEY (id, name)
             ) STRICT, WITHOUT ROWID",
            &[],
        )?;
        let mut extras = Self::default();
        connection.each("SELECT id, name, value FROM emulator_extras", &[], |row| {
            let value = serde_json::from_str(row.text(2)?).unwrap_or(Json::Null);
            extras.0.entry(row.text(0)?.into()).or_default().insert(row.text(1)?.into(), value);
            Ok(())
        })?;
        Ok(extras)
    }

    pub(super) fn get(&self, id: &str, name: &str) -> &Json {
        const NOTHING: &Json = &Json::Null;
        self.0.get(id).and_then(|values| values.get(name)).unwrap_or(NOTHING)
    }

    pub(super) fn set(&mut self, connection: &Connection, id: &str, name: &str, value: Json) -> Result<(), SqlError> {
        connection.execute(
            "INSERT INTO emulator_extras (id, name, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (id, name) DO UPDATE SET value = excluded.value",
            &[&id, &name, &value.to_string()],
        )?;
        self.0.entry(id.into()).or_default().insert(name.into(), value);
        Ok(())
    }

    /// Forgets a deleted object.
    pub(super) fn forget(&mut self, connection: &Connection, id: &str) -> Result<(), SqlError> {
        if self.0.remove(id).is_some() {
            connection.execute("DELETE FROM emulator_extras WHERE id = ?1", &[&id])?;
        }
        Ok(())
    }
}
