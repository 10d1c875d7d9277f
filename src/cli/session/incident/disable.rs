//! Disables keys at once, reads them back, and records it as far as possible.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Incident;
use crate::cli::Console;
use crate::cli::failure::Failure;
use crate::cli::runtime::block_on;
use crate::cli::session::database;
use crate::cli::session::fingerprints;
use crate::cli::session::origin;
use crate::cli::session::origin::store_keys;
use crate::database::Database;
use crate::database::Lock;
use crate::database::journal::Journal;
use crate::database::remember;
use crate::memory::Lesson;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;
use crate::outcome::ChangeResult;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::plan::LiveTarget;
use crate::plan::Target;
use crate::plan::known::Known;
use crate::plan::known::trace_of;
use crate::store::Performed;
use crate::store::Refusal;
use crate::store::Store;
use crate::store::Write;
use crate::stores::Stores;
use crate::stores::embedded::Embedded;

/// The word of the journal.
const REVOKE: &str = "revoke";

/// How the disabling of keys ended.
pub(in crate::cli) struct Disabled {
    /// In the order of the keys. A key that was disabled before is done.
    pub(in crate::cli) results: Vec<ChangeResult>,
    /// Why the database does not know of it.
    pub(in crate::cli) unrecorded: Option<String>,
}

/// The lock and the journal of the run.
struct Record {
    lock: Lock,
    journal: Journal,
}

impl Incident {
    /// Disables keys that are not disabled, and reads them back. Neither another run nor a broken database delays it. From
    /// then on, a run enables them only with consent.
    pub(in crate::cli) fn disable(&self, keys: &[&LiveObject], console: &Console<'_>) -> Result<Disabled, Failure> {
        let (mut record, mut unrecorded) = match self.record(keys.len(), console) {
            Ok(record) => (Some(record), None),
            Err(failure) => (None, Some(failure.message)),
        };
        let stores = self.stores(record.as_ref(), console)?;
        let changes: Vec<Change> = keys.iter().map(|key| disabling(key)).collect();
        let mut results = Vec::with_capacity(keys.len());
        for (index, (key, change)) in keys.iter().zip(&changes).enumerate() {
            if let Some(record) = &mut record {
                // A revocation that cannot be recorded is made all the same.
                let noted = block_on(record.journal.record(index, (REVOKE, &key.address), console.time()))?;
                unrecorded = noted.err().map(|error| format!("could not {error}")).or(unrecorded);
            }
            results.push(block_on(disable_one(&stores, key, change))?);
        }
        block_on(read_back(&stores, &changes, &mut results))?;
        if let Some(record) = record {
            unrecorded =
                self.end(record, (keys, &results), console).err().map(|failure| failure.message).or(unrecorded);
        }
        Ok(Disabled { results, unrecorded })
    }

    /// Records what is about to be done with a key, or why it must not be done.
    pub(in crate::cli) fn note(
        &self,
        what: &'static str,
        key: &LiveObject,
        console: &Console<'_>,
    ) -> Result<(), Failure> {
        let Record { lock, mut journal } = self.record(1, console)?;
        let noted = block_on(journal.record(0, (what, &key.address), console.time()))?;
        noted.map_err(|error| Failure::of_database(&error))?;
        journal.settle(0, &ChangeResult::Done, console.time());
        journal.end(console.time()).map_err(|error| Failure::of_database(&error))?;
        drop(lock);
        Ok(())
    }

    fn record(&self, changes: usize, console: &Console<'_>) -> Result<Record, Failure> {
        let location = self.location.as_ref().map_err(Failure::new)?;
        let lock = database::locked(location, Duration::ZERO, console.time())?;
        let key = fingerprints::key(&self.loaded, location, fingerprints::Create::Must, console)?;
        let key = key.ok_or_else(|| Failure::new("there is no key for fingerprints"))?;
        let stores = origin::origin(&self.loaded, location, console.now).stores();
        let database = database::open(location, Some(&lock))?;
        let journal = Journal::begin(database, key, &stores, store_keys(&self.loaded), changes, console.time());
        Ok(Record { lock, journal: journal.map_err(|error| Failure::of_database(&error))? })
    }

    /// The database of a run that only writes to a remote store may be missing.
    fn stores(&self, record: Option<&Record>, console: &Console<'_>) -> Result<Stores<'_>, Failure> {
        let is_remote = [Kind::PackageKey, Kind::ApiKey].into_iter().all(|kind| self.remotes.is_remote(kind));
        let database = match &self.location {
            Ok(location) => database::open(location, record.map(|record| &record.lock)),
            Err(why) => Err(Failure::new(why)),
        };
        let database = match database {
            Err(_) if is_remote => Database::in_memory().map_err(|error| Failure::of_database(&error)),
            database => database,
        };
        Ok(Stores { remotes: &self.remotes, embedded: Embedded::new(database?, console.time()) })
    }

    /// Records how it ended, and that it was no run that left the keys disabled: what a person takes away comes back only
    /// with consent.
    fn end(
        &self,
        record: Record,
        (keys, results): (&[&LiveObject], &[ChangeResult]),
        console: &Console<'_>,
    ) -> Result<(), Failure> {
        let Record { lock, mut journal } = record;
        for (index, result) in results.iter().enumerate() {
            journal.settle(index, result, console.time());
        }
        journal.end(console.time()).map_err(|error| Failure::of_database(&error))?;
        let fingerprints = self.remembered.key.as_ref();
        let done = keys.iter().zip(results).filter(|(_, result)| result.is_in_store());
        let forgotten = done.filter_map(|(key, _)| {
            let known = self.remembered.objects.of(key, fingerprints).filter(|known| known.disabled.is_some())?;
            let kind = key.address.kind();
            Some((kind, trace_of(kind, &key.id, fingerprints)?, Known { disabled: None, ..known.clone() }))
        });
        let lesson = Lesson { keep: forgotten.collect(), ..Lesson::default() };
        let location = self.location.as_ref().map_err(Failure::new)?;
        let database = database::open(location, Some(&lock))?;
        remember(&database, &store_keys(&self.loaded), &lesson).map_err(|error| Failure::of_database(&error))
    }
}

fn disabling(key: &LiveObject) -> Change {
    let (field, after) = match key.address.kind() {
        Kind::ApiKey => ("enabled", Value::Bool(false)),
        _ => ("settings.status", Value::text("disabled")),
    };
    let before = key.attributes.get(field).cloned();
    Change {
        address: key.address.clone(),
        action: Action::Disable,
        fields: vec![FieldChange { field: field.into(), before, after: Some(after) }],
        reason: "it leaked".to_owned(),
        place: None,
        needs: Vec::new(),
        target: Target {
            name: key.name.clone(),
            parent: key.parent.clone(),
            live: Some(LiveTarget::of(key)),
            key: None,
        },
    }
}

fn is_changed(change: &Change) -> bool {
    change.fields.iter().any(|field| field.before != field.after)
}

async fn disable_one(stores: &Stores<'_>, key: &LiveObject, change: &Change) -> ChangeResult {
    if !is_changed(change) {
        return ChangeResult::Done;
    }
    stores.take_as_checked(key);
    let write = Write { change, value: None, secret: None, repeats: false, may_be_there: false };
    match stores.perform(&write).await {
        Ok(Performed { altered, .. }) if !altered.is_empty() => ChangeResult::Altered(altered),
        Ok(Performed { unverified: Some(refusal), .. }) => ChangeResult::Unverified(refusal),
        Ok(_) => ChangeResult::Done,
        Err(refusal) => ChangeResult::Failed(refusal),
    }
}

/// What counts is what the store shows afterwards, also if it refused or its answer was lost.
async fn read_back(stores: &Stores<'_>, changes: &[Change], results: &mut [ChangeResult]) {
    let is_read = |(change, result): (&Change, &ChangeResult)| {
        stores.needs_read_back(change) && is_changed(change) && result.may_be_in_store()
    };
    let indexes: BTreeSet<usize> =
        (0..changes.len()).filter(|index| is_read((&changes[*index], &results[*index]))).collect();
    let wanted: Vec<&Change> = indexes.iter().map(|index| &changes[*index]).collect();
    if wanted.is_empty() {
        return;
    }
    let found = stores.read_back(&wanted).await;
    for (index, found) in indexes.into_iter().zip(found) {
        results[index] = match found {
            Ok(found) if found.altered.is_empty() => ChangeResult::Done,
            Ok(found) => ChangeResult::Altered(found.altered),
            Err(refusal) => ChangeResult::Unverified(unverified(refusal, &results[index])),
        };
    }
}

/// Why it is not known whether the key is disabled.
fn unverified(refusal: Refusal, result: &ChangeResult) -> Refusal {
    match result {
        ChangeResult::Failed(lost) => Refusal { reason: format!("{}; {}", lost.reason, refusal.reason), ..refusal },
        _ => refusal,
    }
}
