//! What earlier runs left in the database: an interrupted run, and what they learned about the stores.

use std::collections::BTreeSet;

use super::database::open;
use super::database::open_for_reading;
use super::origin::store_keys;
use crate::cli::Failure;
use crate::database;
use crate::database::DatabaseError;
use crate::database::Location;
use crate::database::Lock;
use crate::database::creates::forget_creates;
use crate::database::journal;
use crate::database::journal::Noted;
use crate::database::journal::Run;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::model::Address;
use crate::model::Desired;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Kind;
use crate::model::Live;
use crate::plan::Planned;
use crate::plan::Remembered;
use crate::rules;
use crate::source::Loaded;

/// The previous run, if it was interrupted. A run that holds the lock is still in progress.
pub(super) fn cut_off(location: &Location, is_ours: bool) -> Result<Option<(Run, Vec<Noted>)>, Failure> {
    let failed = |error: DatabaseError| Failure::of_database(&error);
    if !is_ours && database::is_locked(location).map_err(failed)? {
        return Ok(None);
    }
    let Some(database) = open_for_reading(location)? else { return Ok(None) };
    let Some(run) = journal::cut_off(&database).map_err(failed)? else { return Ok(None) };
    journal::writes(&database, run.number).map_err(failed)
}

/// What earlier runs learned about the stores. `in_journal` is what the journal calls them.
pub(super) fn remembered(
    location: &Location,
    loaded: &Loaded,
    in_journal: &str,
    key: Option<&FingerprintKey>,
) -> Result<Remembered, Failure> {
    let Some(database) = open_for_reading(location)? else {
        return Ok(Remembered { key: key.cloned(), ..Remembered::default() });
    };
    let remembered = database::remembered(&database, &store_keys(loaded), in_journal, key.cloned());
    let remembered = remembered.map_err(|error| Failure::of_database(&error))?;
    let receipts = remembered.receipts.renamed(&loaded.workspace);
    Ok(Remembered { receipts, ..remembered })
}

/// Forgets the creates whose objects this plan found, or that it will never look for: from now on, lists are believed.
pub(super) fn forget_pending(
    location: &Location,
    lock: &Lock,
    loaded: &Loaded,
    obsolete: &[&Address],
) -> Result<(), Failure> {
    if obsolete.is_empty() {
        return Ok(());
    }
    let database = open(location, Some(lock))?;
    forget_creates(&database, &store_keys(loaded), obsolete).map_err(|error| Failure::of_database(&error))
}

/// Forgets remembered fields of declared objects that this plan did not withhold: the store and the manifest agree
/// again. Otherwise a later difference would be mistaken for the same refusal.
pub(super) fn forget(
    location: &Location,
    lock: &Lock,
    loaded: &Loaded,
    remembered: &Remembered,
    withheld: &BTreeSet<(String, String)>,
    desired: &Desired,
) -> Result<(), Failure> {
    let declared = |address: &str| Some(&desired.get(&Address::parse(address)?)?.address);
    let changed = remembered.untaken.keys().filter(|field| !withheld.contains(*field));
    let obsolete: Vec<_> = changed.filter_map(|field| Some((declared(&field.0)?, field))).collect();
    if obsolete.is_empty() {
        return Ok(());
    }
    let database = open(location, Some(lock))?;
    database::forget(&database, &store_keys(loaded), &obsolete).map_err(|error| Failure::of_database(&error))
}

/// KW-027: the changes that earlier runs could not verify, and that the store holds now. Records it, so it is reported once.
pub(super) fn verified(
    location: &Location,
    lock: &Lock,
    stores: &str,
    planned: &Planned,
    desired: &Desired,
    live: &Live,
) -> Result<Option<Diagnostic>, Failure> {
    let failed = |error: DatabaseError| Failure::of_database(&error);
    // With errors, the plan leaves out objects that may differ.
    if has_errors(&planned.diagnostics) {
        return Ok(None);
    }
    let database = open(location, Some(lock))?;
    let holds = |address: &Address| {
        let is_known =
            desired.get(address).is_some() || live.of(address.kind()).iter().any(|object| object.address == *address);
        let differs = planned.plan.changes.iter().any(|change| change.address == *address)
            || planned.plan.kept.iter().any(|kept| kept.address == *address);
        is_known && !differs
    };
    let mut changes = journal::unverified(&database, stores).map_err(failed)?;
    changes.retain(|change| Address::parse(&change.address).is_some_and(|address| holds(&address)));
    let Some(first) = changes.first() else { return Ok(None) };
    journal::verified(&database, &changes).map_err(failed)?;
    let names: Vec<String> = changes.iter().map(|change| change.address.clone()).collect();
    let names = crate::text::and_more(&names, 5, ", ");
    let message = format!("run {} could not verify {names}; the store holds what was written", first.run);
    Ok(Some(rules::KW_027.finding(message)))
}

/// KW-023: what an interrupted run was doing, and whether the store has its key values.
pub(super) fn interrupted_run_warning(
    run: &Run,
    writes: &[Noted],
    live: &Live,
    key: Option<&FingerprintKey>,
) -> Diagnostic {
    let keys = live.of(Kind::PackageKey).iter().filter_map(|object| object.key.as_ref());
    let values: BTreeSet<Fingerprint> =
        key.map_or_else(BTreeSet::new, |key| keys.map(|live| key.of_value(&live.value)).collect());
    let is_known = |value: &Fingerprint| key.is_some_and(|key| key.made(value));
    let in_flight: Vec<&Noted> = writes.iter().filter(|write| write.fate.is_none()).collect();
    let what = |write: &&Noted| {
        let found = match &write.value {
            Some(value) if !is_known(value) => " (the key for fingerprints is another one: look for it in the store)",
            Some(value) if values.contains(value) => ", which is in the store",
            Some(_) => ", which is not in the store",
            None => "",
        };
        format!("{} {}{found}", write.action, write.address)
    };
    let named: Vec<String> = in_flight.iter().map(what).collect();
    let named = crate::text::and_more(&named, 5, "; ");
    let was = if named.is_empty() { "with no change in progress".to_owned() } else { format!("while: {named}") };
    let began = run.began.format("%Y-%m-%d %H:%M:%S UTC");
    let message = format!("run {} of {began} was interrupted {was}", run.number);
    let help = format!("this plan continues from the current state; see `keywright runs show {}`", run.number);
    rules::KW_023.finding(message).help(help)
}
