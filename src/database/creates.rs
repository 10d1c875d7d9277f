//! Creates in remote stores whose objects no later plan has found so far, with the sealed values of generated keys.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Connection;
use super::Database;
use super::DatabaseError;
use super::Parameter;
use super::Row;
use super::SqlError;
use crate::model::Address;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::StoreKeys;
use crate::model::sealed::SealNonce;
use crate::model::sealed::SealedFor;
use crate::outcome::ChangeResult;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::ValueFrom;
use crate::plan::pending::Pending;
use crate::plan::pending::PendingCreate;
use crate::plan::pending::slot_of;
use crate::randomness;
use crate::store::Refusal;
use crate::store::RefusalKind;

/// What the journal of a run records about creates.
#[derive(Default)]
pub struct Creates {
    /// The kinds that are in remote stores. The lists of the embedded store do not lag.
    remote: BTreeSet<Kind>,
    /// When an earlier run created an object, or may have created it: a failure of this run does not prove that it did not.
    doubtful: BTreeMap<Address, Instant>,
    begun: BTreeMap<usize, Address>,
}

/// A create that is about to start.
pub(super) struct Begun {
    store: Box<str>,
    address: String,
    slot: String,
    sealed: Option<Box<str>>,
}

/// What the end of a create means for its row.
pub(super) struct Ended {
    store: Box<str>,
    address: String,
    end: End,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// The store has confirmed it.
    Settled,
    /// The store may have the object.
    Unknown,
    /// The store has refused it, but may have the object of an earlier run. The lag counts from that run on.
    Earlier(Instant),
    /// The store does not have the object.
    Refused,
}

impl Creates {
    pub fn new(remote: BTreeSet<Kind>, pending: &Pending) -> Self {
        let doubtful = pending.creates.iter().map(|(address, create)| (address.clone(), create.at)).collect();
        Self { remote, doubtful, begun: BTreeMap::new() }
    }

    pub(super) fn begin(
        &mut self,
        index: usize,
        change: &Change,
        value: Option<&Secret>,
        (key, stores, run): (&FingerprintKey, &StoreKeys, i64),
    ) -> Option<Begun> {
        let kind = change.address.kind();
        if change.action != Action::Create || !self.remote.contains(&kind) {
            return None;
        }
        self.begun.insert(index, change.address.clone());
        let is_minted = change.target.key.as_ref().is_some_and(|key| matches!(key.value, ValueFrom::Minted { .. }));
        let of = SealedFor { store: stores.of(kind), address: &change.address, run };
        // Without randomness the value is not sealed, and a later run waits instead of repeating the create.
        let sealed = value.filter(|_| is_minted).and_then(|value| key.seal(value, of, nonce()?));
        Some(Begun { store: of.store.into(), address: change.address.to_string(), slot: slot_of(change), sealed })
    }

    pub(super) fn end(&self, index: usize, result: &ChangeResult, stores: &StoreKeys) -> Option<Ended> {
        let address = self.begun.get(&index)?;
        let end = match result {
            ChangeResult::Undelivered(Refusal { kind: RefusalKind::Unsettled, .. })
            | ChangeResult::Failed(Refusal { kind: RefusalKind::Unsettled, .. }) => End::Unknown,
            ChangeResult::Failed(_) => self.doubtful.get(address).map_or(End::Refused, |at| End::Earlier(*at)),
            result if result.is_in_store() => End::Settled,
            _ => End::Refused,
        };
        Some(Ended { store: stores.of(address.kind()).into(), address: address.to_string(), end })
    }
}

fn nonce() -> Option<SealNonce> {
    let mut nonce = SealNonce::default();
    randomness::fill(&mut nonce).ok().map(|()| nonce)
}

impl Begun {
    pub(super) fn note(&self, connection: &Connection, run: i64, value: Option<&str>, at: i64) -> Result<(), SqlError> {
        let sql = "INSERT INTO creates (store, address, run, slot, value, sealed, settled, at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)
                   ON CONFLICT (store, address) DO UPDATE
                   SET run = excluded.run, slot = excluded.slot, value = excluded.value, sealed = excluded.sealed,
                     settled = excluded.settled, at = excluded.at";
        let row: [&dyn Parameter; 7] = [&self.store, &self.address, &run, &self.slot, &value, &self.sealed, &at];
        connection.execute(sql, &row)
    }
}

impl Ended {
    pub(super) fn note(&self, connection: &Connection, run: i64, at: i64) -> Result<(), SqlError> {
        let (store, address) = (&self.store, &self.address);
        let since = "UPDATE creates SET at = ?4 WHERE store = ?1 AND address = ?2 AND run = ?3";
        match self.end {
            End::Settled => connection.execute(
                "UPDATE creates SET sealed = NULL, settled = 1, at = ?4 WHERE store = ?1 AND address = ?2 AND run = ?3",
                &[store, address, &run, &at],
            ),
            End::Unknown => connection.execute(since, &[store, address, &run, &at]),
            End::Earlier(at) => connection.execute(since, &[store, address, &run, &at.timestamp_millis()]),
            End::Refused => connection
                .execute("DELETE FROM creates WHERE store = ?1 AND address = ?2 AND run = ?3", &[store, address, &run]),
        }
    }
}

/// The creates whose objects no plan has found so far.
pub(super) fn pending(
    connection: &Connection,
    stores: &StoreKeys,
    key: Option<&FingerprintKey>,
) -> Result<Pending, SqlError> {
    let mut creates = BTreeMap::new();
    // A database that is open for reading may be older than the table.
    if connection.has_table("creates")? {
        let sql = "SELECT address, run, slot, value, sealed, settled, at FROM creates WHERE store = ?1";
        for store in stores.all() {
            connection.each(sql, &[&store], |row| {
                let address = Address::parse(row.text(0)?).filter(|address| stores.of(address.kind()) == store);
                if let Some(address) = address {
                    let create = create(row, store, &address, key)?;
                    creates.insert(address, create);
                }
                Ok(())
            })?;
        }
    }
    Ok(Pending { creates, key: key.cloned() })
}

fn create(
    row: &Row<'_>,
    store: &str,
    address: &Address,
    key: Option<&FingerprintKey>,
) -> Result<PendingCreate, SqlError> {
    let run = row.number(1)?;
    let of = SealedFor { store, address, run };
    Ok(PendingCreate {
        run,
        at: Instant::from_timestamp_millis(row.number(6)?).unwrap_or_default(),
        slot: row.text(2)?.into(),
        value: row.optional_text(3)?.and_then(Fingerprint::parse),
        minted: row.optional_text(4)?.zip(key).and_then(|(sealed, key)| key.unseal(sealed, of)),
        is_settled: row.number(5)? != 0,
    })
}

/// Deletes creates that are no longer pending. The database must be open for writing.
pub fn forget_creates(database: &Database, stores: &StoreKeys, addresses: &[&Address]) -> Result<(), DatabaseError> {
    let sql = "DELETE FROM creates WHERE store = ?1 AND address = ?2";
    let forgotten = database.connection().transaction(|connection| {
        addresses
            .iter()
            .try_for_each(|address| connection.execute(sql, &[&stores.of(address.kind()), &address.to_string()]))
    });
    forgotten.map_err(|error| database.error(error))
}
