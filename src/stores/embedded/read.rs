//! Converts rows to objects, for snapshots and for the rows that a change affects.

use std::collections::BTreeSet;
use std::collections::HashMap;

use super::odd;
use super::stored;
use crate::database::Connection;
use crate::database::Parameter;
use crate::database::Row;
use crate::database::SqlError;
use crate::model::Address;
use crate::model::FieldNames;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Value;
use crate::store::Query;

/// An object with its row number.
pub(super) struct Stored {
    pub(super) row: i64,
    pub(super) object: LiveObject,
}

/// All objects of the requested kinds, at one point in time.
pub(super) fn snapshot(connection: &Connection, query: &Query) -> Result<Live, SqlError> {
    connection.moment(|moment| {
        let (mut live, mut names) = (Live::default(), FieldNames::default());
        for &kind in &query.kinds {
            let total = moment.number(&format!("SELECT count(*) FROM {}", table(kind)), &[])?;
            let total = total.and_then(|total| usize::try_from(total).ok()).unwrap_or_default();
            let mut objects = Vec::with_capacity(total);
            let (mut odd, mut packages) = (Vec::new(), Packages::default());
            moment.each(&format!("{} ORDER BY o.row", select(kind)), &[], |row| {
                match stored(kind, row, &mut packages) {
                    Ok(Stored { object, .. }) => {
                        objects.push(LiveObject { attributes: names.share(object.attributes), ..object });
                    }
                    Err(_) => odd.push(odd::of(kind, row)?),
                }
                Ok(())
            })?;
            if objects.len() + odd.len() < total {
                odd.extend(odd::orphans(moment, kind, &objects, &odd)?);
            }
            live.take(kind, objects, total.saturating_sub(odd.len()));
            live.take_odd(odd);
        }
        live.roles = Some(super::roles());
        Ok(live)
    })
}

/// The objects of a kind that match `clause` (`WHERE o.… = ?1`); `o` is the object's table.
pub(super) fn some(
    connection: &Connection,
    kind: Kind,
    clause: &str,
    parameters: &[&dyn Parameter],
) -> Result<Vec<Stored>, SqlError> {
    let mut found = Vec::new();
    each(connection, kind, clause, parameters, |stored| found.push(stored))?;
    Ok(found)
}

/// The first of [`some`].
pub(super) fn one(
    connection: &Connection,
    kind: Kind,
    clause: &str,
    parameters: &[&dyn Parameter],
) -> Result<Option<Stored>, SqlError> {
    Ok(some(connection, kind, clause, parameters)?.into_iter().next())
}

fn each(
    connection: &Connection,
    kind: Kind,
    clause: &str,
    parameters: &[&dyn Parameter],
    mut take: impl FnMut(Stored),
) -> Result<(), SqlError> {
    let mut packages = Packages::default();
    connection.each(&format!("{} {clause}", select(kind)), parameters, |row| {
        take(stored(kind, row, &mut packages)?);
        Ok(())
    })
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

/// The first five columns are the same for every kind, see [`stored`].
const fn select(kind: Kind) -> &'static str {
    match kind {
        Kind::Package => "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.name FROM packages o",
        Kind::Plan => {
            "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.name, p.row, p.name, p.id
               FROM plans o JOIN packages p ON p.row = o.package"
        }
        Kind::User => "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.username FROM users o",
        Kind::Application => {
            "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.name, u.username, u.id
               FROM applications o JOIN users u ON u.row = o.user"
        }
        // CROSS JOIN makes SQLite start with the keys, in row order, instead of a smaller table.
        Kind::PackageKey => {
            "SELECT o.row, o.id, o.attributes, o.created, o.updated, u.username, p.row, p.name, a.name, t.name,
                    o.value, o.secret, p.id, a.id
               FROM package_keys o
               CROSS JOIN applications a ON a.row = o.application
               CROSS JOIN users u ON u.row = a.user
               CROSS JOIN packages p ON p.row = o.package
               CROSS JOIN plans t ON t.row = o.plan"
        }
        Kind::ApiKey => "SELECT o.row, o.id, o.attributes, o.created, o.updated, o.name FROM api_keys o",
    }
}

/// The addresses of packages. All keys of a package share one.
#[derive(Default)]
struct Packages(HashMap<i64, Address>);

impl Packages {
    /// The package with its row in column 6 and its name in column 7.
    fn of(&mut self, row: &Row<'_>) -> Result<Address, SqlError> {
        let number = row.number(6)?;
        if let Some(known) = self.0.get(&number) {
            return Ok(known.clone());
        }
        let address = Address::package(row.text(7)?);
        self.0.insert(number, address.clone());
        Ok(address)
    }
}

fn stored(kind: Kind, row: &Row<'_>, packages: &mut Packages) -> Result<Stored, SqlError> {
    let id = row.text(1)?;
    let name = if kind == Kind::PackageKey { "" } else { row.text(5)? };
    let (address, parent, parent_id) = match kind {
        Kind::Package => (Address::package(name), None, None),
        Kind::User => (Address::user(name), None, None),
        Kind::ApiKey => (Address::api_key(name), None, None),
        Kind::Plan => {
            let package = packages.of(row)?;
            (Address::below(kind, Some(&package), name), Some(package), Some(row.text(8)?))
        }
        Kind::Application => {
            let user = row.text(6)?;
            (Address::application(user, name), Some(Address::user(user)), Some(row.text(7)?))
        }
        Kind::PackageKey => {
            let (user, application) = (row.text(5)?, row.text(8)?);
            let address = Address::key_in_store(user, application, row.text(7)?, id);
            (address, Some(Address::application(user, application)), Some(row.text(13)?))
        }
    };
    let (key, plan) = if kind == Kind::PackageKey {
        (Some(Box::new(key(row, packages.of(row)?)?)), Some(("plan", Value::text(row.text(9)?))))
    } else {
        (None, None)
    };
    let attributes = stored::read(kind, row.text(2)?, plan).map_err(|error| SqlError::unreadable(2, error))?;
    let object = LiveObject {
        address,
        id: LiveId::new(id),
        name: name.into(),
        parent,
        parent_id: parent_id.map(LiveId::new),
        attributes,
        created: Some(instant(row, 3)?),
        updated: Some(instant(row, 4)?),
        key,
        unread: BTreeSet::new(),
    };
    Ok(Stored { row: row.number(0)?, object })
}

fn key(row: &Row<'_>, package: Address) -> Result<LiveKey, SqlError> {
    let secret = row.optional_text(11)?;
    let (package_id, value) = (LiveId::new(row.text(12)?), Secret::new(row.text(10)?));
    Ok(LiveKey { package, package_id, value, secret: secret.map(Secret::new) })
}

fn instant(row: &Row<'_>, column: usize) -> Result<Instant, SqlError> {
    let instant = Instant::from_timestamp_millis(row.number(column)?);
    instant.ok_or_else(|| SqlError::unreadable(column, "not a valid time"))
}
