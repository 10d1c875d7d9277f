//! Rows to objects: a whole snapshot, or the few rows that a change is about.

use std::collections::HashMap;

use rusqlite::Connection;
use rusqlite::Row;
use rusqlite::ToSql;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;
use rusqlite::types::Type;

use super::stored;
use crate::model::Address;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Value;
use crate::store::Query;

/// An object with the number under which the tables know it.
pub(super) struct Stored {
    pub(super) row: i64,
    pub(super) object: LiveObject,
}

/// All objects of the kinds asked for, as they were at one moment.
pub(super) fn snapshot(connection: &Connection, query: &Query) -> rusqlite::Result<Live> {
    let moment = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
    let mut live = Live::default();
    for &kind in &query.kinds {
        let sql = format!("SELECT count(*) FROM {}", table(kind));
        let total: u32 = moment.query_row(&sql, [], |row| row.get(0))?;
        let total = total as usize;
        let mut objects = Vec::with_capacity(total);
        each(&moment, kind, "", &[], |stored| objects.push(stored.object))?;
        live.take(kind, objects, total);
    }
    live.roles = Some(super::roles());
    moment.finish()?;
    Ok(live)
}

/// The objects of a kind that `clause` (`WHERE o.… = ?1`) lets through; `o` is the object's own table.
pub(super) fn some(
    connection: &Connection,
    kind: Kind,
    clause: &str,
    parameters: &[&dyn ToSql],
) -> rusqlite::Result<Vec<Stored>> {
    let mut found = Vec::new();
    each(connection, kind, clause, parameters, |stored| found.push(stored))?;
    Ok(found)
}

/// The first of [`some`].
pub(super) fn one(
    connection: &Connection,
    kind: Kind,
    clause: &str,
    parameters: &[&dyn ToSql],
) -> rusqlite::Result<Option<Stored>> {
    Ok(some(connection, kind, clause, parameters)?.into_iter().next())
}

fn each(
    connection: &Connection,
    kind: Kind,
    clause: &str,
    parameters: &[&dyn ToSql],
    mut take: impl FnMut(Stored),
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(&format!("{} {clause}", select(kind)))?;
    let mut rows = statement.query(parameters)?;
    let mut packages = Packages::default();
    while let Some(row) = rows.next()? {
        take(stored(kind, row, &mut packages)?);
    }
    Ok(())
}

pub(super) const fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Package => "packages",
        Kind::Plan => "plans",
        Kind::User => "users",
        Kind::Application => "applications",
        Kind::PackageKey => "package_keys",
        Kind::ApiKey => "api_keys",
    }
}

/// The columns up to `updated` are the same for every kind, see [`stored`].
const fn select(kind: Kind) -> &'static str {
    match kind {
        Kind::Package => "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.name FROM packages o",
        Kind::Plan => {
            "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.name, p.row, p.name
               FROM plans o JOIN packages p ON p.row = o.package"
        }
        Kind::User => "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.username FROM users o",
        Kind::Application => {
            "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.name, u.username
               FROM applications o JOIN users u ON u.row = o.user"
        }
        // CROSS JOIN keeps SQLite from beginning with a smaller table and seeking keys by index, in no order.
        Kind::PackageKey => {
            "SELECT o.row, o.id, o.attributes, o.created, o.updated, u.username, p.row, p.name, a.name, t.name,
                    o.value, o.secret
               FROM package_keys o
               CROSS JOIN applications a ON a.row = o.application
               CROSS JOIN users u ON u.row = a.user
               CROSS JOIN packages p ON p.row = o.package
               CROSS JOIN plans t ON t.row = o.plan"
        }
        Kind::ApiKey => "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.name FROM api_keys o",
    }
}

/// The addresses of packages, each made once: all keys of a package share it.
#[derive(Default)]
struct Packages(HashMap<i64, Address>);

impl Packages {
    /// The package whose row is in column 6 and whose name is in column 7.
    fn of(&mut self, row: &Row<'_>) -> rusqlite::Result<Address> {
        let number = row.get(6)?;
        if let Some(known) = self.0.get(&number) {
            return Ok(known.clone());
        }
        let address = Address::package(text(row, 7)?);
        self.0.insert(number, address.clone());
        Ok(address)
    }
}

fn stored(kind: Kind, row: &Row<'_>, packages: &mut Packages) -> rusqlite::Result<Stored> {
    let id = text(row, 1)?;
    let name = if kind == Kind::PackageKey { "" } else { text(row, 5)? };
    let (address, parent) = match kind {
        Kind::Package => (Address::package(name), None),
        Kind::User => (Address::user(name), None),
        Kind::ApiKey => (Address::api_key(name), None),
        Kind::Plan => {
            let package = packages.of(row)?;
            (Address::below(kind, Some(&package), name), Some(package))
        }
        Kind::Application => {
            let user = text(row, 6)?;
            (Address::application(user, name), Some(Address::user(user)))
        }
        Kind::PackageKey => {
            let (user, application) = (text(row, 5)?, text(row, 8)?);
            let address = Address::key_in_store(user, application, text(row, 7)?, id);
            (address, Some(Address::application(user, application)))
        }
    };
    let (key, plan) = if kind == Kind::PackageKey {
        (Some(Box::new(key(row, packages.of(row)?)?)), Some(("plan", Value::text(text(row, 9)?))))
    } else {
        (None, None)
    };
    let attributes = stored::read(kind, text(row, 2)?, plan).map_err(|error| unreadable(2, error))?;
    let object = LiveObject {
        address,
        id: LiveId::new(id),
        name: name.into(),
        parent,
        attributes,
        created: Some(instant(row, 3)?),
        updated: Some(instant(row, 4)?),
        key,
    };
    Ok(Stored { row: row.get(0)?, object })
}

fn key(row: &Row<'_>, package: Address) -> rusqlite::Result<LiveKey> {
    let secret = row.get_ref(11)?.as_str_or_null().map_err(|error| unreadable(11, error))?;
    Ok(LiveKey { package, value: Secret::new(text(row, 10)?), secret: secret.map(Secret::new) })
}

/// A text column, not copied.
fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    row.get_ref(column)?.as_str().map_err(|error| unreadable(column, error))
}

fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Instant> {
    let milliseconds = row.get(column)?;
    Instant::from_timestamp_millis(milliseconds).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, milliseconds))
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
