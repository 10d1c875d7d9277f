//! A workspace at work, step by step: open it, check its manifests, read its stores, plan. A command takes as many of
//! the steps as it needs; what is found on the way can end it at each, and is printed by [`Stop::print`].

mod cost;
pub(super) mod database;
mod history;
pub(super) mod origin;
mod prepared;
mod remotes;
mod snapshot;

pub(super) use self::prepared::Prepared;

use super::Console;
use super::Failure;
use super::Format;
use super::arguments::Manifests;
use super::failure::Findings;
use super::failure::Stop;
use super::runtime::block_on;
use crate::database::Database;
use crate::diagnostic;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::manifest;
use crate::model::Desired;
use crate::model::Instant;
use crate::model::Live;
use crate::rules;
use crate::source;
use crate::source::Loaded;
use crate::store::Query;
use crate::store::Reader;
use crate::stores::Readers;
use crate::stores::embedded::EmbeddedReader;

/// A workspace that was found, with its settings and the texts of its manifests.
pub(super) struct Session {
    pub(super) loaded: Loaded,
}

/// Manifests that were checked.
pub(super) struct Checked {
    pub(super) loaded: Loaded,
    /// Nothing when there is an error among the diagnostics.
    pub(super) desired: Option<Desired>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Session {
    /// Finds the workspace, and reads its settings and its manifests.
    pub(super) fn open(manifests: &Manifests, console: &mut Console<'_>) -> Result<Self, Failure> {
        let loaded = source::load(&manifests.all(), &console.folder, console.input).map_err(|error| {
            Failure::new(error.to_string()).help("name a workspace folder, or a file with manifests")
        })?;
        Ok(Self { loaded })
    }

    /// Checks the manifests, without a look at a store.
    pub(super) fn check(self, now: Instant) -> Checked {
        let mut loaded = self.loaded;
        let (raw, found) = manifest::parse(&loaded.sources);
        let mut all = std::mem::take(&mut loaded.diagnostics);
        all.extend(found);
        let diagnostic::Checked { value: desired, mut diagnostics } = rules::check(raw, all, &loaded.workspace, now);
        if let Some(desired) = &desired {
            let literals = rules::values::check(desired, &rules::values::literals(desired));
            diagnostics.extend(rules::with_severities(literals, &loaded.workspace));
            sort(&mut diagnostics);
        }
        let desired = desired.filter(|_| !has_errors(&diagnostics));
        Checked { loaded, desired, diagnostics }
    }

    /// Everything that the stores hold, whatever the manifests say.
    pub(super) fn everything(&self, console: &Console<'_>) -> Result<Live, Failure> {
        let remotes = remotes::remotes(&self.loaded, false, console)?;
        let readers = Readers { remotes: &remotes, embedded: EmbeddedReader { database: self.database(console)? } };
        block_on(readers.read(&Query::everything()))?.map_err(Failure::of_store)
    }

    /// The database, open for reading. Nothing when there is none yet.
    pub(super) fn database(&self, console: &Console<'_>) -> Result<Option<Database>, Failure> {
        database::look(&database::location(&self.loaded, console)?)
    }
}

impl Checked {
    /// The manifests, unless there is an error among what was found; then these findings are why a command stops.
    fn valid(self, format: Format) -> Result<(Loaded, Desired, Vec<Diagnostic>), Stop> {
        let Self { loaded, desired, diagnostics } = self;
        match desired {
            Some(desired) => Ok((loaded, desired, diagnostics)),
            None => Err(Stop::Findings(Findings { diagnostics, sources: loaded.sources, format })),
        }
    }
}
