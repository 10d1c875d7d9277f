//! The objects that the database knows. Rows that cannot be read count as unknown.

use std::collections::BTreeMap;

use super::applied;
use crate::database::Connection;
use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::Parameter;
use crate::database::Row;
use crate::database::SqlError;
use crate::memory::Lesson;
use crate::model::Fingerprint;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::StoreKeys;
use crate::model::store_keys::ANY_WORKSPACE;
use crate::plan::known::Known;
use crate::plan::known::KnownObjects;
use crate::plan::known::Maker;

/// Rows per statement: fewer round trips to a server, and few enough parameters for both databases.
const BATCH: usize = 100;
const COLUMNS: usize = 11;

/// Instead of a maker: a key that was set apart from the generations of the address. No manifest declared it.
const APART: &str = "apart";

/// The number of a run is 1 or more.
const NO_RUN: i64 = 0;

/// No run is as old as the start of the clock.
const NEVER: i64 = 0;

/// Objects by kind, with their ids.
type Rows = BTreeMap<Kind, Vec<(Box<str>, Known)>>;

pub(super) fn all(connection: &Connection, stores: &StoreKeys) -> Result<KnownObjects, SqlError> {
    let mut objects = KnownObjects::default();
    // A database that is open for reading may be older than the table.
    if !connection.has_table("objects")? {
        return Ok(objects);
    }
    // The table of an older database has no workspaces.
    let workspace = if connection.has_column("objects", "workspace")? { "workspace" } else { "''" };
    let disabled = if connection.has_column("objects", "disabled")? { "disabled" } else { "0" };
    let undeclared = if connection.has_column("objects", "undeclared")? { "undeclared" } else { "0" };
    let columns = format!("kind, id, address, maker, value, protect, run, {disabled}, {undeclared}");
    let sql = format!("SELECT {columns}, {workspace} AS workspace FROM objects WHERE store = ?1");
    let is_ours = |workspace: &str| workspace == stores.workspace();
    // A row of the workspace replaces one from before there were workspaces. The rows come in any order: to sort them, the
    // database would write a large area to a temporary file.
    let (mut ours, mut old) = (Rows::new(), Rows::new());
    for store in stores.all() {
        connection.each(&sql, &[&store], |row| {
            let Some(kind) = Kind::from_name(row.text(0)?).filter(|kind| stores.of(*kind) == store) else {
                return Ok(());
            };
            let (id, workspace) = (row.text(1)?, row.text(9)?);
            if row.text(3)? == APART {
                let is_newest = is_ours(workspace) || workspace == ANY_WORKSPACE && objects.apart(id).is_none();
                if kind == Kind::PackageKey && is_newest {
                    objects.insert_apart(id, of_maker(row, Maker::Other)?);
                }
                return Ok(());
            }
            match known(row)? {
                Some(known) if is_ours(workspace) => ours.entry(kind).or_default().push((id.into(), known)),
                Some(known) if workspace == ANY_WORKSPACE => old.entry(kind).or_default().push((id.into(), known)),
                Some(known) if known.maker != Maker::ControlPlane => {
                    objects.insert_elsewhere(kind, id, workspace, known.protect);
                }
                _ => {}
            }
            Ok(())
        })?;
    }
    for (kind, mut rows) in ours {
        old.entry(kind).or_default().append(&mut rows);
    }
    for (kind, rows) in old {
        objects.set(kind, rows);
    }
    Ok(objects)
}

fn known(row: &Row<'_>) -> Result<Option<Known>, SqlError> {
    Maker::from_name(row.text(3)?).map(|maker| of_maker(row, maker)).transpose()
}

fn of_maker(row: &Row<'_>, maker: Maker) -> Result<Known, SqlError> {
    Ok(Known {
        address: row.text(2)?.into(),
        maker,
        value: row.optional_text(4)?.and_then(Fingerprint::parse),
        protect: row.number(5)? != 0,
        run: Some(row.number(6)?).filter(|run| *run != NO_RUN),
        disabled: Some(row.number(7)?).filter(|at| *at != NEVER).and_then(Instant::from_timestamp_millis),
        is_undeclared: row.number(8)? != 0,
    })
}

/// The objects that `run` recorded and that no later run has recorded again: address, maker, and whether it is protected.
pub fn recorded(database: &Database, run: i64) -> Result<Vec<(String, Maker, bool)>, DatabaseError> {
    let connection = database.connection();
    let read = || {
        if !connection.has_table("objects")? {
            return Ok(Vec::new());
        }
        let sql = "SELECT address, maker, protect FROM objects WHERE run = ?1 ORDER BY address";
        let rows = connection.all(sql, &[&run], |row| {
            let (address, protect) = (row.text(0)?.to_owned(), row.number(2)? != 0);
            Ok(Maker::from_name(row.text(1)?).map(|maker| (address, maker, protect)))
        })?;
        Ok(rows.into_iter().flatten().collect())
    };
    read().map_err(|error| database.error(error))
}

/// Writes what a run learned, in one transaction. The database must be open for writing.
pub fn remember(database: &Database, stores: &StoreKeys, lesson: &Lesson) -> Result<(), DatabaseError> {
    if lesson.is_empty() {
        return Ok(());
    }
    let remembered = database.connection().transaction(|connection| {
        for (kind, id) in &lesson.forget {
            // It is gone for all workspaces.
            let sql = "DELETE FROM objects WHERE store = ?1 AND kind = ?2 AND id = ?3";
            connection.execute(sql, &[&stores.of(*kind), &kind.name(), id])?;
            applied::forget(connection, stores, *kind, id)?;
        }
        lesson.keep.chunks(BATCH).try_for_each(|rows| write(connection, stores, rows, |known| known.maker.name()))?;
        lesson.apart.chunks(BATCH).try_for_each(|rows| write(connection, stores, rows, |_| APART))?;
        applied::write(connection, stores, &lesson.applied)
    });
    remembered.map_err(|error| database.error(error))
}

fn write(
    connection: &Connection,
    stores: &StoreKeys,
    rows: &[(Kind, Box<str>, Known)],
    maker: impl Fn(&Known) -> &'static str,
) -> Result<(), SqlError> {
    let row = |index: usize| {
        let numbers: Vec<String> = (1..=COLUMNS).map(|column| format!("?{}", index * COLUMNS + column)).collect();
        format!("({})", numbers.join(", "))
    };
    let values: Vec<String> = (0..rows.len()).map(row).collect();
    let sql = format!(
        "INSERT INTO objects (workspace, store, kind, id, address, maker, value, protect, run, disabled, undeclared) VALUES {}
         ON CONFLICT (store, kind, id, workspace) DO UPDATE SET address = excluded.address, maker = excluded.maker,
           value = excluded.value, protect = excluded.protect, run = excluded.run,
           disabled = excluded.disabled, undeclared = excluded.undeclared",
        values.join(", ")
    );
    let mut parameters: Vec<Box<dyn Parameter + '_>> = Vec::with_capacity(rows.len() * COLUMNS);
    for (kind, id, known) in rows {
        parameters.push(Box::new(stores.workspace()));
        parameters.push(Box::new(stores.of(*kind)));
        parameters.push(Box::new(kind.name()));
        parameters.push(Box::new(id));
        parameters.push(Box::new(&known.address));
        parameters.push(Box::new(maker(known)));
        parameters.push(Box::new(known.value.as_ref().map(Fingerprint::as_str)));
        parameters.push(Box::new(i64::from(known.protect)));
        parameters.push(Box::new(known.run.unwrap_or(NO_RUN)));
        parameters.push(Box::new(known.disabled.map_or(NEVER, |at| at.timestamp_millis())));
        parameters.push(Box::new(i64::from(known.is_undeclared)));
    }
    let parameters: Vec<&dyn Parameter> = parameters.iter().map(|parameter| &**parameter).collect();
    connection.execute(&sql, &parameters)
}
