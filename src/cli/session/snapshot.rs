//! The manifests, what they refer to, and the stores as they are: all that a plan is made from.

use super::Checked;
use super::database;
use super::history;
use super::origin;
use super::remotes;
use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::Format;
use crate::cli::arguments::Planning;
use crate::cli::failure::Findings;
use crate::cli::failure::Stop;
use crate::cli::runtime::block_on;
use crate::cli::saved_plan::LoadedPlan;
use crate::database::Location;
use crate::database::Lock;
use crate::database::journal::Noted;
use crate::database::journal::Run;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::model::Desired;
use crate::model::Live;
use crate::plan;
use crate::rules;
use crate::secrets;
use crate::secrets::SecretsRead;
use crate::source::Loaded;
use crate::store::Query;
use crate::store::Reader;
use crate::stores::Readers;
use crate::stores::Remotes;
use crate::stores::embedded::EmbeddedReader;
use crate::workspace::Ownership;

pub(in crate::cli) struct Snapshot {
    /// Held from before the store is read until what was planned from it is done.
    pub(super) lock: Option<Lock>,
    pub(super) location: Location,
    pub(super) loaded: Loaded,
    pub(super) desired: Desired,
    pub(super) live: Live,
    pub(super) secrets: SecretsRead,
    /// What was asked of the stores.
    pub(super) query: Query,
    pub(super) remotes: Remotes,
    /// The run before, if it was cut off, and what it noted.
    pub(super) cut_off: Option<(Run, Vec<Noted>)>,
    /// What the manifests and the secrets have to say.
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) format: Format,
}

impl Checked {
    /// Reads the secrets and the stores: what a new plan needs, or the plan that was `saved`.
    pub(in crate::cli) fn read(
        self,
        planning: &Planning,
        saved: Option<&LoadedPlan>,
        format: Format,
        console: &Console<'_>,
    ) -> Result<Snapshot, Stop> {
        let (loaded, mut desired, mut diagnostics) = self.valid(format)?;
        match saved {
            Some(saved) => origin::check(saved, &loaded)?,
            None => diagnostics.extend(blind_prune(planning, &loaded)),
        }
        let secrets = read_secrets(&desired, &loaded, console, &mut diagnostics);
        if has_errors(&diagnostics) {
            return Err(Stop::Findings(Findings { diagnostics, sources: loaded.sources, format }));
        }
        let location = database::location(&loaded, console)?;
        let patience = planning.patience();
        let lock = patience.map(|patience| database::locked(&location, patience, console.time())).transpose()?;
        let cut_off = history::cut_off(&location, lock.is_some())?;
        let remotes = remotes::remotes(&loaded, lock.is_some(), console)?.guarded_by(lock.as_ref());
        let query = match saved.map(|saved| &saved.plan) {
            Some(saved) => plan::query(&saved.plan, saved.options.prune, &saved.added, &desired),
            None => query(&desired, planning, &loaded, &remotes),
        };
        let live = read(&location, &remotes, &query)?;
        let unresolved = plan::resolve_organizations(&mut desired, &live);
        diagnostics.extend(rules::with_severities(unresolved, &loaded.workspace));
        Ok(Snapshot { lock, location, loaded, desired, live, secrets, query, remotes, cut_off, diagnostics, format })
    }
}

/// Reads the secrets that the manifests refer to, and checks their values.
fn read_secrets(
    desired: &Desired,
    loaded: &Loaded,
    console: &Console<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> SecretsRead {
    let folders = &loaded.workspace.environment.folders;
    let mut secrets = secrets::read(desired, &loaded.root, &console.environment, folders);
    diagnostics.append(&mut secrets.diagnostics);
    diagnostics.extend(rules::with_severities(rules::values::check(desired, &secrets.values), &loaded.workspace));
    sort(diagnostics);
    secrets
}

/// KW-020: a part of a workspace can not say what nobody declares.
fn blind_prune(planning: &Planning, loaded: &Loaded) -> Option<Diagnostic> {
    let message = "--prune needs the whole workspace: what was not read would look as if nobody declared it";
    let error = || rules::KW_020.finding(message).help("name the workspace folder and nothing else");
    (planning.prunes() && !loaded.is_whole).then(error)
}

/// What to ask the stores. The embedded one is at hand: to choose what to read of it would cost more than to read it.
fn query(desired: &Desired, planning: &Planning, loaded: &Loaded, remotes: &Remotes) -> Query {
    let deletes = planning.prunes() && loaded.workspace.ownership != Ownership::default();
    Query::for_plan(desired, deletes || remotes.cloud.is_none())
}

/// A snapshot of the store. The reader that it comes from can not write.
fn read(location: &Location, remotes: &Remotes, query: &Query) -> Result<Live, Failure> {
    let readers = Readers { remotes, embedded: EmbeddedReader { database: database::look(location)? } };
    block_on(readers.read(query))?.map_err(Failure::of_store)
}
