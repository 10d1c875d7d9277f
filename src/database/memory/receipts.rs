//! The deliveries that succeeded, and the creates of keys that may not have been followed by one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::database::Connection;
use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::Parameter;
use crate::database::SqlError;
use crate::model::Deliverable;
use crate::model::Delivery;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::StoreKeys;
use crate::plan::Change;
use crate::plan::Receipt;
use crate::plan::Receipts;

/// A delivery that has just succeeded.
pub(in crate::database) struct Delivered {
    pub(in crate::database) address: String,
    pub(in crate::database) to: Delivery,
    pub(in crate::database) value: Fingerprint,
    /// Milliseconds since 1970 in UTC.
    pub(in crate::database) at: i64,
    /// The identity of the sink; empty for a file.
    pub(in crate::database) identity: Box<str>,
    /// How the sink names the version; empty if it does not.
    pub(in crate::database) receipt: Box<str>,
}

impl Delivered {
    pub(in crate::database) fn of(
        change: &Change,
        (to, value): (&Delivery, &Secret),
        (identity, receipt): (Box<str>, Box<str>),
        (key, at): (&FingerprintKey, i64),
    ) -> Self {
        let (address, value) = (change.address.to_string(), key.of_value(value));
        Self { address, to: to.clone(), value, at, identity, receipt }
    }

    /// A place holds one value, so the receipts of former values go, also under another name of its sink.
    pub(in crate::database) fn note(
        &self,
        connection: &Connection,
        stores: &StoreKeys,
        run: i64,
    ) -> Result<(), SqlError> {
        let (workspace, store) = (stores.workspace(), stores.of(Kind::PackageKey));
        let Delivery { sink, file, variable, what: _ } = &self.to;
        let sink = sink.as_deref().unwrap_or("");
        let sql = format!("DELETE FROM receipts WHERE {PLACE}");
        connection.execute(&sql, &[&workspace, &store, &sink, file, variable, &self.identity])?;
        let sql = "INSERT INTO receipts
                     (workspace, store, sink, file, variable, value, address, run, at, identity, receipt, secret)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let value = self.value.as_str();
        let secret = i64::from(self.to.is_secret());
        let row: [&dyn Parameter; 12] = [
            &workspace,
            &store,
            &sink,
            file,
            variable,
            &value,
            &self.address,
            &run,
            &self.at,
            &self.identity,
            &self.receipt,
            &secret,
        ];
        connection.execute(sql, &row)
    }
}

/// The receipts of a place: under the name of its sink, or under another one of the same sink.
const PLACE: &str = "workspace = ?1 AND store = ?2 AND file = ?4 AND variable = ?5
                     AND (sink = ?3 OR identity <> '' AND identity = ?6)";

/// A delivery that is about to start, and the identity of its sink.
pub(in crate::database) struct Attempt(pub(in crate::database) Delivery, pub(in crate::database) Box<str>);

impl Attempt {
    /// From now on, the place may have another value than its receipt says.
    pub(in crate::database) fn note(&self, connection: &Connection, stores: &StoreKeys) -> Result<(), SqlError> {
        let (workspace, store) = (stores.workspace(), stores.of(Kind::PackageKey));
        let Delivery { sink, file, variable, what: _ } = &self.0;
        let sql = format!("UPDATE receipts SET doubtful = 1 WHERE {PLACE}");
        connection.execute(&sql, &[&workspace, &store, &sink.as_deref().unwrap_or(""), file, variable, &self.1])
    }
}

pub(super) fn all(connection: &Connection, stores: &StoreKeys) -> Result<Receipts, SqlError> {
    // A database that is open for reading may be older than the table.
    if !connection.has_table("receipts")? {
        return Ok(Receipts::default());
    }
    let (mut places, mut elsewhere) = (BTreeMap::new(), BTreeSet::new());
    // So may columns be missing.
    let of_sinks = if connection.has_column("receipts", "sink")? { "sink, identity" } else { "'', ''" };
    let secret = secret_column(connection)?;
    let doubtful = if connection.has_column("receipts", "doubtful")? { "doubtful" } else { "0" };
    let sql = format!(
        "SELECT file, variable, value, at, {of_sinks}, {secret}, run, {doubtful} FROM receipts
         WHERE store = ?1 AND (workspace = ?2 OR file = '')"
    );
    connection.each(&sql, &[&stores.of(Kind::PackageKey), &stores.workspace()], |row| {
        let to = place((row.text(4)?, row.text(0)?, row.text(1)?), row.number(6)?);
        match Fingerprint::parse(row.text(2)?) {
            Some(value) if to.file.is_empty() => drop(elsewhere.insert(value)),
            Some(value) => {
                let at = Instant::from_timestamp_millis(row.number(3)?).unwrap_or(Instant::MAX_UTC);
                let (run, is_doubtful) = (row.number(7)?, row.number(8)? != 0);
                places.insert(to, Receipt { value, at, run, identity: row.text(5)?.into(), is_doubtful });
            }
            None => {}
        }
        Ok(())
    })?;
    Ok(Receipts { are_kept: true, places, elsewhere, doubtful: self::doubtful(connection)? })
}

/// The column that a database of an older version does not have: it recorded only the values of keys.
fn secret_column(connection: &Connection) -> Result<&'static str, SqlError> {
    Ok(if connection.has_column("receipts", "secret")? { "secret" } else { "0" })
}

fn place((sink, file, variable): (&str, &str, &str), secret: i64) -> Delivery {
    let sink = Some(sink).filter(|sink| !sink.is_empty()).map(Into::into);
    let what = if secret == 0 { Deliverable::Key } else { Deliverable::SharedSecret };
    Delivery { sink, file: file.into(), variable: variable.into(), what }
}

/// The keys whose create was interrupted, failed, or was not followed by the delivery. What a run that came to its end created
/// is in the memory of objects.
fn doubtful(connection: &Connection) -> Result<BTreeSet<Box<str>>, SqlError> {
    let mut addresses = BTreeSet::new();
    let sql =
        "SELECT address FROM writes WHERE action = 'create' AND (fate IS NULL OR fate NOT IN ('done', 'altered'))";
    connection.each(sql, &[], |row| {
        addresses.insert(row.text(0)?.into());
        Ok(())
    })?;
    Ok(addresses)
}

/// A delivery of a run.
pub struct DeliveryOf {
    pub address: String,
    pub to: Delivery,
    /// How the sink names the version; empty if it does not.
    pub receipt: String,
}

/// The deliveries of a run that no later run has repeated.
pub fn delivered(database: &Database, run: i64) -> Result<Vec<DeliveryOf>, DatabaseError> {
    let connection = database.connection();
    let read = || {
        if !connection.has_table("receipts")? {
            return Ok(Vec::new());
        }
        let of_sinks = if connection.has_column("receipts", "sink")? { "sink, receipt" } else { "'', ''" };
        let secret = secret_column(connection)?;
        let sql = format!(
            "SELECT address, file, variable, {of_sinks}, {secret} FROM receipts WHERE run = ?1 AND file <> ''
             ORDER BY address, file, variable"
        );
        connection.all(&sql, &[&run], |row| {
            let to = place((row.text(3)?, row.text(1)?, row.text(2)?), row.number(5)?);
            Ok::<_, SqlError>(DeliveryOf { address: row.text(0)?.to_owned(), to, receipt: row.text(4)?.to_owned() })
        })
    };
    read().map_err(|error| database.error(error))
}
