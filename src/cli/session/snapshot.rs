//! The input of a plan: the manifests, their secrets, and the current state of the stores.

use std::time::Duration;

use super::Checked;
use super::check_stores;
use super::database;
use super::fingerprints;
use super::history;
use super::origin;
use super::remotes;
use super::since;
use super::since::Former;
use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::access::access;
use crate::cli::arguments::Planning;
use crate::cli::failure::Found;
use crate::cli::failure::Stop;
use crate::cli::heartbeat;
use crate::cli::runtime::block_on;
use crate::cli::saved_plan::LoadedPlan;
use crate::database::Database;
use crate::database::Location;
use crate::database::Lock;
use crate::database::journal::Noted;
use crate::database::journal::Run;
use crate::delivery::sinks::Sinks;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::model::Desired;
use crate::model::FingerprintKey;
use crate::model::Instant;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Live;
use crate::plan;
use crate::plan::Origin;
use crate::plan::Remembered;
use crate::plan::pending::Pending;
use crate::rules;
use crate::saved_plan::SavedPlan;
use crate::secrets;
use crate::secrets::Programs;
use crate::secrets::SecretsRead;
use crate::source::Loaded;
use crate::store::Query;
use crate::store::Reader;
use crate::stores::Readers;
use crate::stores::Remotes;
use crate::stores::embedded::EmbeddedReader;
use crate::workspace::Ownership;

pub(in crate::cli) struct Snapshot {
    /// Held from before the store is read until the plan is applied.
    pub(in crate::cli) lock: Option<Lock>,
    pub(in crate::cli) location: Location,
    /// `None` if there is no key yet; a run that holds the lock creates it.
    pub(in crate::cli) fingerprint_key: Option<FingerprintKey>,
    pub(in crate::cli) loaded: Loaded,
    pub(in crate::cli) desired: Desired,
    pub(in crate::cli) live: Live,
    pub(in crate::cli) secrets: SecretsRead,
    /// What was read from the stores.
    pub(in crate::cli) query: Query,
    pub(in crate::cli) remotes: Remotes,
    pub(in crate::cli) sinks: Sinks,
    /// The previous run and its writes, if it was interrupted.
    pub(in crate::cli) cut_off: Option<(Run, Vec<Noted>)>,
    /// What earlier runs recorded, for the one plan that is made of this snapshot.
    pub(super) remembered: Remembered,
    /// Findings from the manifests and the secrets.
    pub(in crate::cli) diagnostics: Vec<Diagnostic>,
    /// What the revision of `--since` declared.
    pub(super) former: Option<Former>,
}

impl Checked {
    /// Reads the secrets and the stores, as far as a new plan or the `saved` one needs them.
    pub(in crate::cli) fn read(
        self,
        planning: &Planning,
        saved: Option<&LoadedPlan>,
        console: &Console<'_>,
    ) -> Result<Snapshot, Stop> {
        let Self { loaded, desired, mut diagnostics } = self;
        let Some(mut desired) = desired else {
            return Err(Stop::Findings(Found { diagnostics, sources: loaded.sources }));
        };
        match saved {
            Some(saved) => origin::check(saved, &loaded)?,
            None => diagnostics.extend(blind_prune(planning, &loaded)),
        }
        let former = planning.since().map(|revision| since::former(revision, &loaded, console)).transpose()?;
        let timeout = planning.lock_timeout();
        // A plan may be made for a pull request, so the programs that its manifests name do not run.
        let programs = if timeout.is_some() { Programs::Run } else { Programs::Skip };
        let mut secrets = secrets::read(&desired, &access(&loaded, console), programs);
        diagnostics.append(&mut secrets.diagnostics);
        let mut found = rules::values::check(&desired, &secrets.values);
        found.extend(rules::values::check_secrets(&desired, &secrets.shared, &loaded.workspace));
        diagnostics.extend(rules::with_severities(found, &loaded.workspace));
        sort(&mut diagnostics);
        if has_errors(&diagnostics) {
            return Err(Stop::Findings(Found { diagnostics, sources: loaded.sources }));
        }
        let read = check_stores(&loaded)
            .and_then(|()| stores(&loaded, &desired, planning, saved.map(|saved| &saved.plan), console));
        let read = match read {
            Ok(read) => read,
            // What was found so far may be why: a changed host, for example.
            Err(failure) => {
                return Err(Stop::Failed(Found { diagnostics, sources: loaded.sources }, failure));
            }
        };
        let Read { lock, location, cut_off, fingerprint_key, remotes, query, live, remembered, logged } = read;
        diagnostics.extend(rules::with_severities(logged.into_iter().collect(), &loaded.workspace));
        plan::resolve_services(&mut desired, &live);
        let unresolved = plan::resolve_organizations(&mut desired, &live);
        diagnostics.extend(rules::with_severities(unresolved, &loaded.workspace));
        let sinks = Sinks::new(&loaded, &access(&loaded, console), fingerprint_key.clone(), console.limits);
        Ok(Snapshot {
            lock,
            location,
            fingerprint_key,
            loaded,
            desired,
            live,
            secrets,
            query,
            remotes,
            sinks,
            cut_off,
            remembered,
            diagnostics,
            former,
        })
    }
}

/// What the stores and the database contain.
struct Read {
    lock: Option<Lock>,
    location: Location,
    cut_off: Option<(Run, Vec<Noted>)>,
    fingerprint_key: Option<FingerprintKey>,
    remotes: Remotes,
    query: Query,
    live: Live,
    remembered: Remembered,
    logged: Option<Diagnostic>,
}

fn stores(
    loaded: &Loaded,
    desired: &Desired,
    planning: &Planning,
    saved: Option<&SavedPlan>,
    console: &Console<'_>,
) -> Result<Read, Failure> {
    // The time of the run also limits the wait for the lock.
    let left = console.limits.left().unwrap_or(Duration::MAX);
    let timeout = planning.lock_timeout().map(|timeout| timeout.min(left));
    let location = database::location(loaded, console)?;
    let lock = timeout.map(|timeout| database::locked(&location, timeout, console.time())).transpose()?;
    let (read, query) = std::thread::scope(|scope| {
        let query = scope.spawn(|| query(loaded, desired, planning, saved));
        let read = before(loaded, desired, planning, &location, lock.as_ref(), console);
        (read, query.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let Before { cut_off, fingerprint_key, remotes } = read?;
    // Both take long in a large area, and do not wait for each other.
    let in_journal = origin::origin(loaded, &location, console.now).stores();
    // A thread of its own, and not one of rayon: what it leaves free, the others can use once it has ended.
    let (live, remembered) = std::thread::scope(|scope| {
        let (key, is_ours, at) = (fingerprint_key.as_ref(), lock.is_some(), &location);
        let remembered = scope.spawn(move || remembered(loaded, at, &in_journal, key, is_ours));
        (live(&location, &remotes, &query, console), remembered.join())
    });
    let remembered = remembered.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let (live, remembered) = (live?, remembered?);
    let logged = logged_values(loaded, desired, &location)?;
    Ok(Read { lock, location, cut_off, fingerprint_key, remotes, query, live, remembered, logged })
}

/// What comes before the stores are read.
struct Before {
    cut_off: Option<(Run, Vec<Noted>)>,
    fingerprint_key: Option<FingerprintKey>,
    remotes: Remotes,
}

fn before(
    loaded: &Loaded,
    desired: &Desired,
    planning: &Planning,
    location: &Location,
    lock: Option<&Lock>,
    console: &Console<'_>,
) -> Result<Before, Failure> {
    let cut_off = history::cut_off(location, lock.is_some())?;
    let may_create = match lock {
        Some(_) => fingerprints::Create::Must,
        // So that the run that applies the plan can compare the secrets.
        None if planning.saves() && uses_secrets(desired) => fingerprints::Create::May,
        None => fingerprints::Create::No,
    };
    let fingerprint_key = fingerprints::key(loaded, location, may_create, console)?;
    let remotes = remotes::remotes(loaded, lock.is_some(), console)?.guarded_by(lock);
    Ok(Before { cut_off, fingerprint_key, remotes })
}

/// What the plan needs of the stores.
fn query(loaded: &Loaded, desired: &Desired, planning: &Planning, saved: Option<&SavedPlan>) -> Query {
    if let Some(saved) = saved {
        return plan::query(&saved.plan, saved.options.prune, &saved.added, desired);
    }
    let deletes = (planning.prunes() || planning.compares()) && loaded.workspace.ownership != Ownership::default();
    // The embedded store is read whole, because that is cheaper than choosing.
    let is_embedded = loaded.workspace.remote.cloud_api_management.is_none();
    // What is not declared any more is found only in whole lists.
    Query::for_plan(desired, deletes || is_embedded || planning.since().is_some())
}

/// What earlier runs recorded. Without the lock, another run may be creating the pending objects right now.
fn remembered(
    loaded: &Loaded,
    location: &Location,
    in_journal: &str,
    key: Option<&FingerprintKey>,
    is_ours: bool,
) -> Result<Remembered, Failure> {
    let mut remembered = history::remembered(location, loaded, in_journal, key)?;
    if !is_ours && crate::database::is_locked(location).map_err(|error| Failure::of_database(&error))? {
        remembered.pending = Pending::default();
    }
    Ok(remembered)
}

/// Whether keys are created with secrets that a plan does not contain.
fn uses_secrets(desired: &Desired) -> bool {
    let mut keys = desired.of(Kind::PackageKey).filter_map(|declared| declared.key.as_ref());
    keys.any(|key| key.secret.is_some() || matches!(key.source, KeySource::Custom(_)))
}

fn live(location: &Location, remotes: &Remotes, query: &Query, console: &Console<'_>) -> Result<Live, Failure> {
    let database = database::open_for_reading(location)?;
    // The dates are those of the runs, also if their clock is set. A server can tell that it is wrong.
    let time = database
        .as_ref()
        .filter(|_| !console.has_set_clock())
        .map(Database::time)
        .transpose()
        .map_err(|error| Failure::of_database(&error))?
        .flatten();
    let embedded = time.map(|time| time - console.time());
    let readers = Readers { remotes, embedded: EmbeddedReader { database } };
    let mut live = block_on(heartbeat::reading(readers.read(query)))?.map_err(Failure::of_store)?;
    live.ahead = match &remotes.cloud {
        Some(cloud) => cloud.dated().map(|dated| dated.date - console.time_of(dated.arrived)),
        None => embedded,
    };
    Ok(live)
}

impl Snapshot {
    /// Reads the stores once more.
    pub(super) fn read_again(&mut self, console: &Console<'_>) -> Result<(), Failure> {
        self.live = live(&self.location, &self.remotes, &self.query, console)?;
        Ok(())
    }

    /// The workspace, the stores and the hosts of the plan.
    pub(in crate::cli) fn origin(&self, now: Instant) -> Origin {
        origin::origin(&self.loaded, &self.location, now)
    }
}

/// KW-052: a server that writes the values of the embedded store to its log.
fn logged_values(loaded: &Loaded, desired: &Desired, location: &Location) -> Result<Option<Diagnostic>, Failure> {
    let is_embedded = loaded.workspace.remote.cloud_api_management.is_none()
        && desired.objects.values().any(|object| object.address.kind() == Kind::PackageKey);
    if !is_embedded {
        return Ok(None);
    }
    let role = Database::role_with_logged_values(location).map_err(|error| Failure::of_database(&error))?;
    Ok(role.map(|role| {
        let help = format!(
            "run `ALTER ROLE \"{role}\" SET log_parameter_max_length = 0` as a superuser (PostgreSQL 13 or newer), or do \
             not log statements; replace the keys that are in the log"
        );
        rules::KW_052.finding("the database server writes the key values of the embedded store to its log").help(help)
    }))
}

/// KW-020: a part of a workspace cannot show which objects are undeclared.
fn blind_prune(planning: &Planning, loaded: &Loaded) -> Option<Diagnostic> {
    let message = "--prune requires the whole workspace: objects in files that were not read would count as undeclared";
    let error = || rules::KW_020.finding(message).help("pass only the workspace folder");
    (planning.prunes() && !loaded.is_whole).then(error)
}
