//! The steps that commands share: open the workspace, check its manifests, read its stores, plan. A command takes the
//! steps that it needs; each can stop it with findings, which [`super::output::stop`] prints.

mod commit;
mod cost;
mod deliveries;
mod health;
pub(super) mod database;
mod fingerprints;
mod history;
mod incident;
mod keys;
mod memory;
pub(super) mod origin;
mod prepared;
mod remotes;
mod since;
mod snapshot;
mod tools;
mod undeclared;
mod visibility;

pub(super) use self::incident::Disabled;
pub(super) use self::incident::Incident;
pub(super) use self::incident::own_credential;
pub(super) use self::keys::KeysRead;
pub(super) use self::prepared::Prepared;
pub(super) use self::remotes::missing_operations;
pub(super) use self::snapshot::Snapshot;
pub(super) use self::undeclared::remembered;
pub(super) use self::undeclared::remembered_if_owned;

use super::Console;
use super::Exit;
use super::Failure;
use super::Opened;
use super::arguments::Manifests;
use super::heartbeat;
use super::runtime::block_on;
use crate::database::Database;
use crate::delivery;
use crate::diagnostic;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::manifest;
use crate::model::Desired;
use crate::model::Live;
use crate::rules;
use crate::source;
use crate::source::Loaded;
use crate::store::Query;
use crate::store::Reader;
use crate::stores::Readers;
use crate::stores::embedded::EmbeddedReader;

/// The stack of a thread that checks, in bytes: as much as a main thread has.
const STACK: usize = 8 << 20;

/// An open workspace: its settings and the text of its manifests.
pub(super) struct Session {
    pub(super) loaded: Loaded,
}

pub(super) struct Checked {
    pub(super) loaded: Loaded,
    /// `None` if there is an error among the diagnostics.
    pub(super) desired: Option<Desired>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Manifests of an earlier time that declare nothing are not a mistake.
    pub(super) fn allow_nothing(&mut self) {
        let is_other = |found: &Diagnostic| found.severity == Severity::Error && found.rule != rules::KW_011.id;
        if self.desired.is_none() && !self.diagnostics.iter().any(is_other) {
            self.desired = Some(Desired::default());
        }
    }
}

impl Session {
    /// Finds the workspace, and reads its settings and its manifests.
    pub(super) fn open(manifests: &Manifests, console: &mut Console<'_>) -> Result<Self, Failure> {
        let loaded = source::load(&manifests.all(), &console.folder, &console.choice, console.input)
            .map_err(|error| Failure::new(error.to_string()).help(error.help()))?;
        console.opened = Opened::new(&loaded, &console.folder);
        Ok(Self { loaded })
    }

    /// Like [`Self::open`], but files of a workspace bring all its manifests.
    pub(super) fn open_around(manifests: &Manifests, console: &mut Console<'_>) -> Result<Self, Failure> {
        let loaded = source::load_around(&manifests.all(), &console.folder, &console.choice, console.input)
            .map_err(|error| Failure::new(error.to_string()).help(error.help()))?;
        console.opened = Opened::new(&loaded, &console.folder);
        Ok(Self { loaded })
    }

    /// Checks the manifests, without reading a store.
    pub(super) fn check(self) -> Checked {
        self.check_with(delivery::findings)
    }

    /// The same, and whether something else is at a place of delivery. A plan leaves out only the keys of such places.
    pub(super) fn check_with_places(self) -> Checked {
        self.check_with(delivery::findings_here)
    }

    /// Checks the manifests by their texts alone, without looking at a file.
    pub(super) fn check_texts(self) -> Checked {
        self.check_with(|_, _| Vec::new())
    }

    fn check_with(self, files: fn(&Desired, &Loaded) -> Vec<Diagnostic>) -> Checked {
        // Threads that end with the checks: what they leave free, the rest of the run can use. With threads that stay, a plan
        // of 10,000 objects takes 7 MiB more. A caller with threads of its own keeps them.
        let is_inside = rayon::current_thread_index().is_some();
        let threads = (!is_inside).then(|| rayon::ThreadPoolBuilder::new().stack_size(STACK).build());
        match threads {
            Some(Ok(threads)) => threads.install(|| self.checked_with(files)),
            None | Some(Err(_)) => self.checked_with(files),
        }
    }

    fn checked_with(self, files: fn(&Desired, &Loaded) -> Vec<Diagnostic>) -> Checked {
        let mut loaded = self.loaded;
        let (raw, found) = manifest::parse(&loaded.sources);
        let mut all = std::mem::take(&mut loaded.diagnostics);
        delivery::without_places(&mut all, &raw, &loaded);
        all.append(&mut loaded.settings);
        all.extend(found);
        all.extend(rules::workspace::nothing_declared(&raw, &loaded.sources, &loaded.named, &all));
        let diagnostic::Checked { value: desired, mut diagnostics } = rules::check(raw, all, &loaded.workspace);
        if let Some(desired) = &desired {
            let mut literals = rules::values::check(desired, &rules::values::literals(desired));
            literals.extend(rules::values::check_secrets(
                desired,
                &rules::values::literal_secrets(desired),
                &loaded.workspace,
            ));
            diagnostics.extend(rules::with_severities(literals, &loaded.workspace));
            diagnostics.extend(files(desired, &loaded));
            sort(&mut diagnostics);
        }
        if let Some(trusted) = &loaded.trusted {
            for finding in &mut diagnostics {
                name_trusted(finding, &trusted.name());
            }
        }
        let desired = desired.filter(|_| !has_errors(&diagnostics));
        Checked { loaded, desired, diagnostics }
    }

    /// Reads everything in the stores, declared or not.
    pub(super) fn everything(&self, console: &Console<'_>) -> Result<Live, Failure> {
        check_stores(&self.loaded)?;
        let remotes = remotes::remotes(&self.loaded, false, console)?;
        let readers = Readers { remotes: &remotes, embedded: EmbeddedReader { database: self.database(console)? } };
        let query = Query::everything();
        let read = heartbeat::reading(readers.read(&query));
        block_on(read)?.map_err(Failure::of_store)
    }

    /// The database, opened for reading. `None` if there is none yet.
    pub(super) fn database(&self, console: &Console<'_>) -> Result<Option<Database>, Failure> {
        database::open_for_reading(&database::location(&self.loaded, console)?)
    }
}

/// KW-158: refuses to take the embedded store for the stores that the checkout names.
fn check_stores(loaded: &Loaded) -> Result<(), Failure> {
    let Some(trusted) = loaded.trusted.as_ref().filter(|_| loaded.has_untrusted_stores) else { return Ok(()) };
    let name = trusted.name();
    let message = format!(
        "could not read the store: {name} does not have this workspace, so the stores that it names are not trusted"
    );
    let help = "review its keywright.yaml; a run after the merge reads the stores";
    Err(Failure { exit: Exit::Stopped, ..Failure::new(message) }.help(help))
}

/// A change of keywright.yaml in the checkout has no effect on a run with trusted settings.
fn name_trusted(finding: &mut Diagnostic, trusted: &str) {
    let is_of_manifests =
        [&rules::KW_012, &rules::KW_030, &rules::KW_031, &rules::KW_040, &rules::KW_164, &rules::KW_165]
            .iter()
            .any(|rule| rule.id == finding.rule);
    if let Some(help) = finding.help.as_mut().filter(|help| is_of_manifests && help.contains("keywright.yaml")) {
        help.push_str(&format!("; this run uses the settings of {trusted}, so merge that change first"));
    }
}
