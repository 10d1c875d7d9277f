//! What `validate`, `plan` and `apply` have in common: from paths to checked manifests, and on to a plan.

mod cost;
pub(super) mod database;
pub(super) mod history;
pub(super) mod saved;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Runtime;

use super::Console;
use super::Exit;
use super::Failure;
use super::Format;
use super::remotes;
use crate::database::Location;
use crate::database::Lock;
use crate::database::journal::Run;
use crate::delivery;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::manifest;
use crate::model::Desired;
use crate::model::Live;
use crate::plan;
use crate::plan::Context;
use crate::plan::Forecast;
use crate::plan::MaxDelete;
use crate::plan::Options;
use crate::plan::Planned;
use crate::render;
use crate::rules;
use crate::secrets;
use crate::secrets::SecretsRead;
use crate::source;
use crate::source::Loaded;
use crate::store::Query;
use crate::store::Reader;
use crate::store::Refusal;
use crate::stores::Readers;
use crate::stores::Remotes;
use crate::stores::embedded::EmbeddedReader;
use crate::workspace::Ownership;

/// Which manifests a command is about.
#[derive(Args)]
pub(super) struct Manifests {
    /// The workspace folder, or files and folders with manifests; `-` reads standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// A file or folder with manifests; the same as PATH
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    files: Vec<PathBuf>,
}

impl Manifests {
    /// The path, when it is the only one that stands alone and not behind `-f`.
    pub(super) fn only_path(&self) -> Option<&PathBuf> {
        if let [path] = self.paths.as_slice() { Some(path) } else { None }
    }

    /// Those named with `-f`.
    pub(super) fn named_files(&self) -> Self {
        Self { paths: Vec::new(), files: self.files.clone() }
    }

    /// Those below one path.
    pub(super) fn below(path: PathBuf) -> Self {
        Self { paths: vec![path], files: Vec::new() }
    }
}

/// What a plan may do beyond the manifests.
#[derive(Args, Clone)]
pub(super) struct Planning {
    /// Delete what the workspace owns and no manifest declares
    #[arg(long)]
    prune: bool,

    /// Lift the guards for one object, like key/checkout-production
    #[arg(long, value_name = "ADDRESS")]
    allow: Vec<String>,

    /// How much may be deleted and replaced, like 5 or 10%, instead of what the workspace says
    #[arg(long, value_name = "LIMIT")]
    max_delete: Option<MaxDelete>,

    /// Most calls that the apply may make of the remote stores
    #[arg(long, value_name = "N")]
    budget_calls: Option<usize>,

    /// How long to wait for another run of the workspace, like 30s; left out, not at all
    #[arg(long, value_name = "TIME", value_parser = cost::seconds)]
    lock_timeout: Option<f64>,

    /// How long the apply may take, like 90s or 10m
    #[arg(long, value_name = "TIME", value_parser = cost::seconds)]
    deadline: Option<f64>,

    /// Whether other runs are to be kept out, because what is planned will be done.
    #[arg(skip)]
    locks: bool,
}

impl Planning {
    /// How long to wait for another run.
    fn patience(&self) -> Duration {
        Duration::from_secs_f64(self.lock_timeout.unwrap_or(0.0))
    }

    /// The same, with other runs kept out, because what is planned will be done.
    pub(super) fn locking(&self) -> Self {
        Self { locks: true, ..self.clone() }
    }

    pub(super) fn options(&self) -> Options {
        Options {
            prune: self.prune,
            allow: self.allow.iter().cloned().collect(),
            max_delete: self.max_delete,
            is_part: false,
        }
    }
}

/// Manifests that were read and checked.
pub(super) struct Checked {
    pub(super) loaded: Loaded,
    /// Nothing when there is an error among the diagnostics.
    pub(super) desired: Option<Desired>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Finds the workspace and reads its texts.
pub(super) fn load(manifests: &Manifests, console: &mut Console<'_>) -> Result<Loaded, Failure> {
    let paths: Vec<PathBuf> = manifests.paths.iter().chain(&manifests.files).cloned().collect();
    source::load(&paths, &console.folder, console.input)
        .map_err(|error| Failure::new(error.to_string()).help("name a workspace folder, or a file with manifests"))
}

/// Reads and checks the manifests.
pub(super) fn check(manifests: &Manifests, console: &mut Console<'_>) -> Result<Checked, Failure> {
    let mut loaded = load(manifests, console)?;
    let (raw, found) = manifest::parse(&loaded.sources);
    let mut all = std::mem::take(&mut loaded.diagnostics);
    all.extend(found);
    let crate::diagnostic::Checked { value: desired, mut diagnostics } =
        rules::check(raw, all, &loaded.workspace, console.now);
    if let Some(desired) = &desired {
        let literals = rules::values::check(desired, &rules::values::literals(desired));
        diagnostics.extend(rules::with_severities(literals, &loaded.workspace));
        sort(&mut diagnostics);
    }
    let desired = desired.filter(|_| !has_errors(&diagnostics));
    Ok(Checked { loaded, desired, diagnostics })
}

/// A plan with all that it was made from.
pub(super) struct Ready {
    /// Held from before the store is read until what was planned from it is done.
    pub(super) lock: Option<Lock>,
    pub(super) location: Location,
    pub(super) loaded: Loaded,
    pub(super) live: Live,
    pub(super) secrets: SecretsRead,
    pub(super) planned: Planned,
    /// What was asked of the stores.
    pub(super) query: Query,
    pub(super) options: Options,
    pub(super) remotes: Remotes,
    /// The run before, if it was cut off.
    pub(super) cut_off: Option<Run>,
    /// What an apply would cost, for every remote store.
    pub(super) forecasts: Vec<Forecast>,
    /// What the manifests, the secrets and the live store have to say.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Where a command that plans has come to: a plan, or an end with its findings told.
pub(super) enum Progress {
    Ready(Box<Ready>),
    Ended(Exit),
}

/// Reads, checks, looks at the live store and plans. Findings that end the run are told here.
pub(super) fn prepare(
    manifests: &Manifests,
    planning: &Planning,
    format: Format,
    console: &mut Console<'_>,
) -> Result<Progress, Failure> {
    let Checked { mut loaded, desired, mut diagnostics } = check(manifests, console)?;
    let Some(mut desired) = desired else { return tell(&diagnostics, &loaded, format, console) };
    diagnostics.extend(blind_prune(planning, &loaded));
    let secrets = read_secrets(&desired, &loaded, console, &mut diagnostics);
    if has_errors(&diagnostics) {
        return tell(&diagnostics, &loaded, format, console);
    }
    let patience = planning.locks.then(|| planning.patience());
    let database::Found { location, lock, cut_off } = database::find(&loaded, patience, console)?;
    let remotes = remotes::remotes(&loaded, planning.locks, console)?.under(lock.as_ref());
    let query = query(&desired, planning, &loaded, &remotes);
    let live = read(&location, &remotes, &query)?;
    let unresolved = plan::resolve_organizations(&mut desired, &live);
    diagnostics.extend(rules::with_severities(unresolved, &loaded.workspace));
    let delivered = delivery::delivered(&desired, &loaded.root);
    let options = Options { is_part: !loaded.is_whole, ..planning.options() };
    if !loaded.is_whole {
        // What was not read may be declared elsewhere: seen from a part, nothing is owned that it does not declare.
        loaded.workspace.ownership = Ownership::default();
    }
    let remembered = history::remembered(&location, &loaded, &remotes)?;
    let context = Context {
        desired: &desired,
        live: &live,
        values: &secrets.values,
        secrets: &secrets.shared,
        delivered: &delivered,
        workspace: &loaded.workspace,
        now: console.now,
        options: &options,
        remembered: &remembered,
    };
    let mut planned = plan::plan(&context);
    if let Some(lock) = &lock {
        let known = history::Known { remembered: &remembered, withheld: &planned.withheld };
        history::forget(&location, lock, &loaded, &known, &desired)?;
    }
    drop_repeated(&mut diagnostics, &planned.diagnostics);
    diagnostics.append(&mut planned.diagnostics);
    let forecasts = cost::forecasts(&planned.plan, &remotes);
    diagnostics.extend(forecasts.iter().filter_map(cost::over_the_day));
    diagnostics.extend(cut_off.iter().map(|(run, writes)| history::told_of(run, writes, &live)));
    sort(&mut diagnostics);
    Ok(Progress::Ready(Box::new(Ready {
        lock,
        location,
        loaded,
        live,
        secrets,
        planned,
        query,
        options,
        remotes,
        forecasts,
        cut_off: cut_off.map(|(run, _)| run),
        diagnostics,
    })))
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

/// What the store makes an error of need not be warned of beside it.
fn drop_repeated(warnings: &mut Vec<Diagnostic>, planned: &[Diagnostic]) {
    warnings.retain(|warning| {
        let same = |error: &Diagnostic| error.rule == warning.rule && error.place == warning.place;
        !planned.iter().any(|error| error.severity == Severity::Error && same(error))
    });
}

/// KW-020: a part of a workspace can not say what nobody declares.
fn blind_prune(planning: &Planning, loaded: &Loaded) -> Option<Diagnostic> {
    let message = "--prune needs the whole workspace: what was not read would look as if nobody declared it";
    let error = || rules::KW_020.finding(message).help("name the workspace folder and nothing else");
    (planning.prune && !loaded.is_whole).then(error)
}

/// What to ask the stores. The embedded one is at hand: to choose what to read of it would cost more than to read it.
fn query(desired: &Desired, planning: &Planning, loaded: &Loaded, remotes: &Remotes) -> Query {
    let deletes = planning.prune && loaded.workspace.ownership != Ownership::default();
    Query::for_plan(desired, deletes || remotes.cloud.is_none())
}

fn tell(
    diagnostics: &[Diagnostic],
    loaded: &Loaded,
    format: Format,
    console: &mut Console<'_>,
) -> Result<Progress, Failure> {
    match format {
        Format::Text => render::text::diagnostics(console.err, diagnostics, &loaded.sources)?,
        Format::Json => render::json::diagnostics(console.out, diagnostics, &loaded.sources)?,
    }
    render::text::summary(console.err, diagnostics)?;
    Ok(Progress::Ended(Exit::Invalid))
}

pub(super) fn refused(refusal: Refusal) -> Failure {
    let rule = refusal.rule.map_or_else(String::new, |rule| format!(" [{rule}]"));
    Failure { message: format!("{}{rule}", refusal.reason), help: refusal.help, exit: Exit::Error }
}

/// A snapshot of the store. The reader that it comes from can not write.
pub(super) fn read(location: &Location, remotes: &Remotes, query: &Query) -> Result<Live, Failure> {
    let readers = Readers { remotes, embedded: EmbeddedReader { database: database::look(location)? } };
    block_on(readers.read(query))?.map_err(refused)
}

/// Runs the stores' asynchronous seam to its end. There is one runtime for the whole command, because connections that
/// were opened while reading serve the writes too.
pub(super) fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| tokio::runtime::Builder::new_current_thread().enable_all().build());
    match runtime {
        Ok(runtime) => Ok(runtime.block_on(future)),
        Err(error) => Err(Failure::new(format!("could not start the runtime: {error}"))),
    }
}
