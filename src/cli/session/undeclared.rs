//! Valid manifests beside everything that the stores contain, to find what is not declared.

use super::Checked;
use super::Session;
use super::database;
use super::fingerprints;
use super::history;
use super::origin;
use super::remotes;
use crate::cli::Console;
use crate::cli::access::access;
use crate::cli::failure::Failure;
use crate::cli::failure::Found;
use crate::cli::failure::Stop;
use crate::cli::runtime::block_on;
use crate::diagnostic::has_errors;
use crate::model::Desired;
use crate::model::Live;
use crate::plan;
use crate::plan::Remembered;
use crate::rules;
use crate::secrets;
use crate::secrets::Programs;
use crate::secrets::SecretsRead;
use crate::source::Loaded;
use crate::store::Query;
use crate::store::Reader;
use crate::stores::Readers;
use crate::stores::embedded::EmbeddedReader;
use crate::workspace::Ownership;

/// The workspace, and the whole contents of its stores.
pub(in crate::cli) struct WholeSnapshot {
    pub(in crate::cli) loaded: Loaded,
    pub(in crate::cli) desired: Desired,
    pub(in crate::cli) secrets: SecretsRead,
    pub(in crate::cli) live: Live,
}

/// What the database knows of objects that the workspace could own. Nothing is read for a workspace that owns nothing.
pub(in crate::cli) fn remembered_if_owned(loaded: &Loaded, console: &Console<'_>) -> Result<Remembered, Failure> {
    if loaded.workspace.ownership == Ownership::default() {
        return Ok(Remembered::default());
    }
    remembered(loaded, console)
}

/// What the database knows of objects.
pub(in crate::cli) fn remembered(loaded: &Loaded, console: &Console<'_>) -> Result<Remembered, Failure> {
    let location = database::location(loaded, console)?;
    let key = fingerprints::key(loaded, &location, fingerprints::Create::No, console)?;
    let stores = origin::origin(loaded, &location, console.now).stores();
    history::remembered(&location, loaded, &stores, key.as_ref())
}

impl Session {
    /// Whether there is no manifest yet.
    pub(in crate::cli) fn declares_nothing(&self) -> bool {
        let (raw, found) = crate::manifest::parse(&self.loaded.sources);
        raw.is_empty() && !has_errors(&found)
    }
}

impl Checked {
    /// Reads the secrets, without running programs, and everything in the stores.
    pub(in crate::cli) fn read_everything(self, console: &Console<'_>) -> Result<WholeSnapshot, Stop> {
        let Self { loaded, desired, mut diagnostics } = self;
        let Some(mut desired) = desired else {
            return Err(Stop::Findings(Found { diagnostics, sources: loaded.sources }));
        };
        let mut secrets = secrets::read(&desired, &access(&loaded, console), Programs::Skip);
        diagnostics.append(&mut secrets.diagnostics);
        if has_errors(&diagnostics) {
            return Err(Stop::Findings(Found { diagnostics, sources: loaded.sources }));
        }
        let remotes = remotes::remotes(&loaded, false, console)?;
        let database = database::open_for_reading(&database::location(&loaded, console)?)?;
        let readers = Readers { remotes: &remotes, embedded: EmbeddedReader { database } };
        let live = block_on(readers.read(&Query::everything()))?.map_err(Failure::of_store)?;
        plan::resolve_services(&mut desired, &live);
        diagnostics.extend(rules::with_severities(plan::resolve_organizations(&mut desired, &live), &loaded.workspace));
        if has_errors(&diagnostics) {
            return Err(Stop::Findings(Found { diagnostics, sources: loaded.sources }));
        }
        Ok(WholeSnapshot { loaded, desired, secrets, live })
    }
}
