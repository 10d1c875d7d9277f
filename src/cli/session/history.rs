//! What the run before left behind, if it was cut off.

use std::collections::BTreeSet;

use super::database::look;
use super::database::open;
use super::origin::store_key;
use crate::cli::Failure;
use crate::database;
use crate::database::DatabaseError;
use crate::database::Location;
use crate::database::Lock;
use crate::database::journal;
use crate::database::journal::Noted;
use crate::database::journal::Run;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Desired;
use crate::model::Kind;
use crate::model::Live;
use crate::plan::Remembered;
use crate::rules;
use crate::source::Loaded;
use crate::stores::Remotes;

/// The run before, if it was cut off. One that still goes on has the lock.
pub(super) fn cut_off(location: &Location, is_ours: bool) -> Result<Option<(Run, Vec<Noted>)>, Failure> {
    let failed = |error: DatabaseError| Failure::of_database(&error);
    if !is_ours && database::is_locked(location).map_err(failed)? {
        return Ok(None);
    }
    let Some(database) = look(location)? else { return Ok(None) };
    let Some(run) = journal::cut_off(&database).map_err(failed)? else { return Ok(None) };
    journal::writes(&database, run.number).map_err(failed)
}

/// What earlier runs found out about fields that the stores do not take. The embedded one takes every field.
pub(super) fn remembered(location: &Location, loaded: &Loaded, remotes: &Remotes) -> Result<Remembered, Failure> {
    if remotes.is_empty() {
        return Ok(Remembered::default());
    }
    let Some(database) = look(location)? else { return Ok(Remembered::default()) };
    database::remembered(&database, &store_key(loaded)).map_err(|error| Failure::of_database(&error))
}

/// What is remembered, and what of it came up in this plan.
pub(super) struct Known<'a> {
    pub(super) remembered: &'a Remembered,
    pub(super) withheld: &'a BTreeSet<(String, String)>,
}

/// Forgets what is remembered of declared objects and did not come up in this plan: the store has come round, or the
/// manifest has. Otherwise it would be taken for the same refusal when it differs again some day.
pub(super) fn forget(
    location: &Location,
    lock: &Lock,
    loaded: &Loaded,
    known: &Known<'_>,
    desired: &Desired,
) -> Result<(), Failure> {
    let is_declared = |address: &str| Address::parse(address).is_some_and(|address| desired.get(&address).is_some());
    let is_obsolete = |field: &&(String, String)| !known.withheld.contains(*field) && is_declared(&field.0);
    let obsolete: Vec<_> = known.remembered.0.keys().filter(is_obsolete).collect();
    if obsolete.is_empty() {
        return Ok(());
    }
    let database = open(location, Some(lock))?;
    database::forget(&database, &store_key(loaded), &obsolete).map_err(|error| Failure::of_database(&error))
}

/// KW-023: what the run before was doing when it was cut off, and what the store says of it now.
pub(super) fn interrupted_run_warning(run: &Run, writes: &[Noted], live: &Live) -> Diagnostic {
    let values: BTreeSet<String> =
        live.of(Kind::PackageKey).iter().filter_map(|key| Some(key.key.as_ref()?.value.digest().hex())).collect();
    let in_flight: Vec<&Noted> = writes.iter().filter(|write| write.fate.is_none()).collect();
    let what = |write: &&Noted| {
        let found = match &write.value {
            Some(value) if values.contains(value) => ", which is in the store",
            Some(_) => ", which is not in the store",
            None => "",
        };
        format!("{} {}{found}", write.action, write.address)
    };
    let named: Vec<String> = in_flight.iter().map(what).collect();
    let was = if named.is_empty() { "nothing".to_owned() } else { crate::text::and_more(&named, 5, "; ") };
    let began = run.began.format("%Y-%m-%d %H:%M:%S UTC");
    let message = format!("run {} of {began} was cut off; in flight was: {was}", run.number);
    let help = format!("this plan goes on from what is there now; `keywright runs show {}` tells the rest", run.number);
    rules::KW_023.finding(message).help(help)
}
