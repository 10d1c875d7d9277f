//! Writes what a run learned about objects into the database, after its last change.

use std::collections::BTreeMap;

use crate::cli::Failure;
use crate::cli::session::Prepared;
use crate::cli::session::database;
use crate::cli::session::origin::store_keys;
use crate::database::remember as write;
use crate::memory::Created;
use crate::memory::Experience;
use crate::memory::lesson;
use crate::model::Instant;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;

/// Remembers the declared objects that are live, and forgets those that are gone. `run` is the number of the run, if it
/// made changes.
pub(super) fn remember(
    prepared: &Prepared,
    outcome: &Outcome,
    created: &BTreeMap<usize, Created>,
    confirmed: &BTreeMap<usize, Instant>,
    run: Option<i64>,
    now: Instant,
) -> Result<(), Failure> {
    let snapshot = &prepared.snapshot;
    let Some(key) = &snapshot.fingerprint_key else { return Ok(()) };
    let seen = Experience {
        desired: &snapshot.desired,
        live: &snapshot.live,
        is_whole: snapshot.query.only.is_none(),
        is_complete: prepared.is_complete() && outcome.results.iter().all(|result| *result == ChangeResult::Done),
        only_waits: prepared.only_waits()
            && outcome.results.iter().all(|result| matches!(result, ChangeResult::Done | ChangeResult::Held(_))),
        declared: &prepared.planned.declared,
        apart: &prepared.planned.apart,
        changes: &prepared.planned.plan.changes,
        results: &outcome.results,
        created,
        run,
        confirmed,
        now,
    };
    let lesson = lesson(&seen, &prepared.remembered, key);
    if lesson.is_empty() {
        return Ok(());
    }
    let database = database::open(&snapshot.location, snapshot.lock.as_ref())?;
    write(&database, &store_keys(&snapshot.loaded), &lesson).map_err(|error| Failure::of_database(&error))
}
