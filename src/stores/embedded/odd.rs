//! Rows that other programs left in the tables and that are not understood. They exist, so a snapshot contains them.

use std::collections::BTreeSet;

use super::read::table;
use super::stored;
use crate::database::Connection;
use crate::database::Row;
use crate::database::SqlError;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::model::Secret;

/// A row of the query for a kind with unreadable attributes or times.
pub(super) fn of(kind: Kind, row: &Row<'_>) -> Result<OddRow, SqlError> {
    let parents = match kind {
        Kind::User | Kind::Package | Kind::ApiKey => Vec::new(),
        Kind::Plan => vec![Address::package(row.text(7)?)],
        Kind::Application => vec![Address::user(row.text(6)?)],
        Kind::PackageKey => {
            let package = Address::package(row.text(7)?);
            let plan = Address::below(Kind::Plan, Some(&package), row.text(9)?);
            vec![Address::application(row.text(5)?, row.text(8)?), package, plan]
        }
    };
    let is_key = kind == Kind::PackageKey;
    Ok(OddRow {
        kind,
        id: Some(crate::model::LiveId::new(row.text(1)?)),
        name: if is_key { None } else { Some(row.text(5)?.into()) },
        parents,
        value: if is_key { Some(Secret::new(row.text(10)?)) } else { None },
        property: if stored::read(kind, row.text(2)?, []).is_err() { "attributes" } else { "created" }.into(),
    })
}

/// The rows whose parent does not exist, which the query for a kind therefore leaves out.
pub(super) fn orphans(
    connection: &Connection,
    kind: Kind,
    objects: &[LiveObject],
    odd: &[OddRow],
) -> Result<Vec<OddRow>, SqlError> {
    let ids = objects.iter().map(|object| &object.id).chain(odd.iter().filter_map(|row| row.id.as_ref()));
    let seen: BTreeSet<&str> = ids.map(crate::model::LiveId::expose).collect();
    let (column, property) = match kind {
        Kind::User => ("username", "username"),
        Kind::PackageKey => ("value", "application"),
        Kind::Application => ("name", "user"),
        Kind::Plan => ("name", "package"),
        Kind::Package | Kind::ApiKey => ("name", "name"),
    };
    let mut orphans = Vec::new();
    connection.each(&format!("SELECT o.id, o.{column} FROM {} o ORDER BY o.row", table(kind)), &[], |row| {
        let (id, text) = (row.text(0)?, row.text(1)?);
        if !seen.contains(id) {
            let is_key = kind == Kind::PackageKey;
            orphans.push(OddRow {
                kind,
                id: Some(crate::model::LiveId::new(id)),
                name: if is_key { None } else { Some(text.into()) },
                parents: Vec::new(),
                value: is_key.then(|| Secret::new(text)),
                property: property.into(),
            });
        }
        Ok(())
    })?;
    Ok(orphans)
}
