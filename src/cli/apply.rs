//! `keywright apply`

mod again;
mod approved;
mod effects;
mod exit;
mod form;
mod memory;
mod progress;
mod signals;
mod sinks;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::Read;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use clap::Args;

use self::effects::StopWhen;
use self::effects::World;
pub(super) use self::effects::random;
use self::exit::exit;
pub(super) use self::form::Form;
use self::progress::ProgressReporter;
pub(super) use self::signals::is_interrupted;
use self::signals::stop_on_signals;
use self::sinks::refuse_broken_sinks;
use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::arguments::Planning;
use super::failure::Stop;
use super::heartbeat::with_heartbeat;
use super::plan;
use super::plan::View;
use super::runtime::block_on;
use super::saved_plan;
use super::session::Prepared;
use super::session::Session;
use super::session::Snapshot;
use super::session::database;
use super::session::origin::store_keys;
use crate::apply;
use crate::apply::Secrets;
use crate::database::creates::Creates;
use crate::database::journal;
use crate::database::journal::Journal;
use crate::delivery::Places;
use crate::diagnostic::has_errors;
use crate::model;
use crate::model::Kind;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::plan::Planned;
use crate::render;
use crate::render::text::Style;
use crate::rules;
use crate::stores::Stores;
use crate::stores::embedded::Embedded;

/// Apply the manifests to the store
///
/// Shows the plan, asks for confirmation, applies it, and reports the result of every change. Changes that need consent
/// are held back, with everything that depends on them, and the rest is applied; see --allow. Exits with 4 if a change was
/// held back, with 6 if only some of the others were made, and with 5 if objects changed since the plan was made. Ctrl-C
/// finishes changes in progress and starts no new ones; press it twice to stop immediately.
///
/// PATH can be a plan saved by `plan --out`: exactly that plan is applied, without confirmation. The workspace is that
/// of the current folder or of -f: its manifests define where secrets are read from, and its guards are checked again.
/// Changes to objects that changed in the meantime are skipped, with everything that depends on them.
#[derive(Args)]
#[command(after_help = super::examples::APPLY)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) manifests: Manifests,

    #[command(flatten)]
    planning: Planning,

    /// Apply nothing if the manifests or any object in the saved plan have changed
    #[arg(long)]
    strict: bool,

    /// Plan again, and apply without confirmation only if the changes are those of this reviewed plan; exit with 5 if not
    #[arg(long, value_name = "FILE", conflicts_with = "strict")]
    pub(super) approved: Option<PathBuf>,

    /// Skip the confirmation (required without a terminal)
    #[arg(long)]
    auto_approve: bool,

    /// Output format; json prints the outcome without the plan, json-stream prints each change when it is done
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Form,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let saved = saved_plan::named(&arguments.manifests, console)?;
    let file = saved.as_ref().map(|saved| saved.name.clone());
    arguments.check(file.is_some())?;
    let approved = arguments.approved.as_deref().map(|path| saved_plan::open(path, console)).transpose()?;
    let form = arguments.format;
    let planning = arguments.planning.locking();
    let manifests = if file.is_some() { &arguments.manifests.named_files() } else { &arguments.manifests };
    let checked = Session::open(manifests, console)?.check();
    let mut snapshot = checked.read(&planning, saved.as_ref(), console)?;
    let checksum = saved.as_ref().map(|saved| saved.plan.checksum());
    if let Some(saved) = &saved
        && let Some(exit) = again::repeat(&mut snapshot, saved, &planning, form, console)?
    {
        return Ok(exit);
    }
    let prepared = match saved {
        Some(saved) => snapshot.review(saved, &planning, console)?,
        None => snapshot.plan(&planning, console)?,
    };
    let verdict = plan::verdict(&prepared);
    let can_be_applied = plan::can_be_applied(&prepared);
    let stale = file.as_ref().filter(|_| arguments.strict).and_then(|name| refuse_stale(name, &prepared).err());
    if form == Form::Text || !can_be_applied {
        let view = View { output: form.of_findings().into(), style: Style::Fields, is_out_taken: false };
        plan::show(&prepared, view, stale.as_ref(), console)?;
        if let Some(stale) = stale {
            return Err(Stop::Shown(stale));
        }
    } else if let Some(stale) = stale {
        return Err(stale.into());
    }
    if !can_be_applied {
        return Ok(verdict);
    }
    if let Some(approved) = &approved {
        approved::check(approved, &prepared, console)?;
    }
    let is_approved = arguments.is_approved() || file.is_some();
    finish(&prepared, &Manner { planning: &planning, form, is_approved }, checksum, console)
}

/// How a plan is applied.
pub(super) struct Manner<'a> {
    pub(super) planning: &'a Planning,
    pub(super) form: Form,
    /// No confirmation is needed.
    pub(super) is_approved: bool,
}

/// Asks for confirmation, applies the plan, and reports the outcome.
pub(super) fn finish(
    prepared: &Prepared,
    manner: &Manner<'_>,
    checksum: Option<String>,
    console: &mut Console<'_>,
) -> Result<Exit, Stop> {
    let form = manner.form;
    if let Some(failure) = manner.planning.over_budget(&prepared.forecasts) {
        return Err(failure.into());
    }
    let is_asked = !manner.is_approved && prepared.planned.left().next().is_some();
    if is_asked && !confirmed(console)? {
        return Err(Failure::new("nothing was changed: the plan was not approved").into());
    }
    if is_asked {
        refuse_broken_sinks(prepared)?;
    }
    let (before, began) = (Calls::of(prepared), clock());
    let (outcome, failure) = carry_out(prepared, checksum, form, console)?;
    print_outcome(form, prepared, &outcome, failure.as_ref(), console)?;
    if form == Form::Text {
        print_calls(prepared, &before, began.elapsed().as_secs_f64(), console)?;
    }
    if form != Form::Text {
        let sources = &prepared.snapshot.loaded.sources;
        console.write_findings(&prepared.planned.left_out(), sources)?;
    }
    match failure {
        None => Ok(exit(&outcome, &prepared.planned, console.limits.is_over())),
        Some(failure) if form == Form::JsonStream => Err(failure.into()),
        Some(failure) => Err(Stop::Shown(failure)),
    }
}

/// Without the plan there is nothing to confirm.
pub(super) fn check_form(form: Form, is_approved: bool) -> Result<(), Failure> {
    if form == Form::Text || is_approved {
        return Ok(());
    }
    let failure = Failure::new("could not ask for confirmation: this format does not show the plan");
    Err(failure.help("--format json and json-stream require --auto-approve"))
}

impl Arguments {
    /// Whether no confirmation is needed.
    const fn is_approved(&self) -> bool {
        self.auto_approve || self.approved.is_some()
    }

    /// Rejects arguments that do not fit a saved plan, or a new one.
    fn check(&self, is_saved: bool) -> Result<(), Failure> {
        let usage = |failure: &str, help| Err(Failure { exit: Exit::Usage, ..Failure::new(failure) }.help(help));
        if is_saved && self.planning.prunes() {
            return usage("could not use --prune: a saved plan cannot be changed", "plan again with --prune and --out");
        }
        if is_saved && self.planning.since().is_some() {
            return usage("could not use --since: a saved plan cannot be changed", "plan again with --since and --out");
        }
        if let Some(option) = self.planning.chooses_deliveries().filter(|_| is_saved) {
            let failure = format!("could not use {option}: a saved plan cannot be changed");
            return usage(&failure, "plan again with that option and --out");
        }
        if is_saved && self.approved.is_some() {
            let help = "pass the workspace or its manifests with --approved, or only the saved plan without it";
            return usage("could not use --approved: it compares a new plan, not a saved one", help);
        }
        check_form(self.format, is_saved || self.is_approved())?;
        if !is_saved && self.strict {
            return usage("could not use --strict: it requires a saved plan", "pass the file that `plan --out` saved");
        }
        Ok(())
    }
}

/// With `--strict`, a plan with stale changes, or of other manifests, is not applied at all.
fn refuse_stale(name: &str, prepared: &Prepared) -> Result<(), Failure> {
    let Planned { plan, excluded, .. } = &prepared.planned;
    let stale = excluded.iter().filter(|(_, fate)| matches!(fate, ChangeResult::Failed(_)));
    let stale: Vec<String> = stale.map(|(&index, _)| plan.changes[index].address.to_string()).collect();
    if prepared.snapshot.diagnostics.iter().any(|found| found.rule == rules::KW_067.id) {
        let failure = Failure::new(format!("could not apply the plan {name}: the manifests changed since it was made"));
        let failure = Failure { exit: Exit::Stale, ..failure };
        return Err(failure.help("nothing was changed; plan again, or omit --strict to apply the plan as it is"));
    }
    if stale.is_empty() {
        return Ok(());
    }
    let names = crate::text::and_more(&stale, 5, ", ");
    let message = format!("could not apply the plan {name}: these objects changed since it was made: {names}");
    let failure = Failure { exit: Exit::Stale, ..Failure::new(message) };
    Err(failure.help("nothing was changed; plan again, or omit --strict to apply the other changes"))
}

/// The calls so far of each remote store, and those of them that repeat one or look once more.
struct Calls {
    all: BTreeMap<&'static str, u64>,
    repeated: BTreeMap<&'static str, u64>,
}

impl Calls {
    fn of(prepared: &Prepared) -> Self {
        let remotes = &prepared.snapshot.remotes;
        Self { all: remotes.calls(), repeated: remotes.repeated() }
    }
}

/// Prints the actual number of calls and seconds next to the forecast.
fn print_calls(prepared: &Prepared, before: &Calls, seconds: f64, console: &mut Console<'_>) -> Result<(), Failure> {
    let now = Calls::of(prepared);
    for forecast in prepared.forecasts.iter().filter(|forecast| forecast.left() > 0) {
        let count = |calls: &BTreeMap<&str, u64>| calls.get(forecast.store).copied().unwrap_or(0);
        let made = count(&now.all).saturating_sub(count(&before.all));
        let repeated = count(&now.repeated).saturating_sub(count(&before.repeated));
        render::text::calls(console.out, forecast, made, repeated, seconds)?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "edge: how long an apply takes")]
fn clock() -> Instant {
    Instant::now()
}

/// Asks for confirmation on the terminal.
fn confirmed(console: &mut Console<'_>) -> Result<bool, Failure> {
    if !console.can_ask {
        let failure = Failure::new("could not ask for confirmation: there is no terminal");
        return Err(failure.help("review the plan, then run again with --auto-approve"));
    }
    write!(console.err, "\nApply these changes? Type `yes` to continue: ")?;
    console.err.flush()?;
    let mut answer = Vec::new();
    std::io::BufReader::new(&mut *console.input).take(1_000).read_until(b'\n', &mut answer)?;
    Ok(answer.trim_ascii() == b"yes")
}

/// Applies the changes that are not stale or blocked. The failure is why the end of the run could not be recorded or
/// printed; the outcome is known nevertheless.
fn carry_out(
    prepared: &Prepared,
    checksum: Option<String>,
    form: Form,
    console: &mut Console<'_>,
) -> Result<(Outcome, Option<Failure>), Failure> {
    let Prepared { snapshot, planned, .. } = prepared;
    if planned.left().next().is_none() {
        ProgressReporter::begin(form, planned, console)?;
        close_examined(prepared, console.time())?;
        let results = planned.excluded.values().cloned().collect();
        let outcome = Outcome { results, ..Outcome::default() };
        let failure =
            memory::remember(prepared, &outcome, &BTreeMap::new(), &BTreeMap::new(), None, console.time()).err();
        return Ok((outcome, failure));
    }
    let places = Places::new(&snapshot.loaded.root, &snapshot.loaded.workspace.database);
    if let Some(refusal) = places.refusal(&planned.plan) {
        return Err(Failure { exit: Exit::Invalid, ..Failure::of_store(refusal) });
    }
    let embedded = Embedded::new(database::open(&snapshot.location, snapshot.lock.as_ref())?, console.time());
    let store = Stores { remotes: &snapshot.remotes, embedded };
    let secrets = Secrets {
        values: &snapshot.secrets.values,
        shared: &snapshot.secrets.shared,
        live: &snapshot.live,
        pending: &prepared.remembered.pending,
    };
    let journal = begin(prepared, console.time())?;
    // A plan of which something is left out is not applied as a whole.
    let whole = checksum.filter(|_| planned.excluded.is_empty() && !has_errors(&planned.held));
    let journal = whole.into_iter().fold(journal, Journal::of_plan);
    let run = journal.run();
    let stop = stop_on_signals()?;
    let (now, limits) = (console.time(), console.limits);
    let progress = Rc::new(RefCell::new(ProgressReporter::begin(form, planned, console)?));
    let beat = Rc::clone(&progress);
    let stop = StopWhen { signal: stop, limits };
    let places = (places, snapshot.sinks.clone(), &prepared.remembered.receipts);
    let mut world = World::new(places, journal, stop, now, progress, &snapshot.loaded.workspace.ignores);
    let work = apply::apply(&planned.plan, &planned.excluded, &store, &secrets, &mut world);
    let applied = block_on(with_heartbeat(work, || beat.borrow_mut().beat()))?.map_err(Failure::of_store);
    let (created, confirmed, delivered) = (world.take_created(), world.take_confirmed(), world.take_delivered());
    let failure = match world.end() {
        // The changes are made even if the reader of the output is gone.
        Ok(error) => error.filter(|error| error.kind() != std::io::ErrorKind::BrokenPipe).map(Failure::from),
        Err(failure) => Some(failure),
    };
    // A run that ended with an error was not interrupted, so its end is recorded before the error is reported.
    let outcome = Outcome { delivered, ..applied? };
    let remembered = memory::remember(prepared, &outcome, &created, &confirmed, Some(run), console.time());
    Ok((outcome, failure.or(remembered.err())))
}

/// Closes an interrupted run once nothing of the whole workspace is left to do. The journal begins no run then.
fn close_examined(prepared: &Prepared, now: model::Instant) -> Result<(), Failure> {
    let Snapshot { loaded, location, lock, cut_off, .. } = &prepared.snapshot;
    let is_settled = prepared.planned.plan.is_empty() && loaded.is_whole;
    let Some((run, _)) = cut_off.as_ref().filter(|_| is_settled) else { return Ok(()) };
    let database = database::open(location, lock.as_ref())?;
    journal::close(&database, run.number, now).map_err(|error| Failure::of_database(&error))
}

/// Begins the journal of the run, and closes that of an interrupted previous run.
fn begin(prepared: &Prepared, now: model::Instant) -> Result<Journal, Failure> {
    let Snapshot { loaded, location, lock, cut_off, fingerprint_key, .. } = &prepared.snapshot;
    let stores = prepared.snapshot.origin(now).stores();
    let changes = prepared.planned.left().count();
    let missing = || Failure::new("could not start the journal: there is no key for fingerprints");
    let key = fingerprint_key.clone().ok_or_else(missing)?;
    let database = database::open(location, lock.as_ref())?;
    let failed = |error| Failure::of_database(&error);
    if let Some((run, _)) = cut_off {
        journal::close(&database, run.number, now).map_err(failed)?;
    }
    let journal = Journal::begin(database, key, &stores, store_keys(loaded), changes, now).map_err(failed)?;
    let remote = Kind::ALL.into_iter().filter(|kind| prepared.snapshot.remotes.is_remote(*kind)).collect();
    let journal = journal.recording(Creates::new(remote, &prepared.remembered.pending));
    tracing::info!(number = journal.run(), changes, "apply began");
    Ok(journal)
}

fn print_outcome(
    form: Form,
    prepared: &Prepared,
    outcome: &Outcome,
    failure: Option<&Failure>,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let Prepared { snapshot, planned, .. } = prepared;
    let plan = &planned.plan;
    let found = [snapshot.diagnostics.as_slice(), &planned.held, &planned.asked].concat();
    let findings = (found.as_slice(), &snapshot.loaded.sources);
    match form {
        // An empty plan already printed that there is nothing to do.
        Form::Text if plan.is_empty() => {}
        Form::Text => render::text::outcome(console.out, plan, outcome)?,
        Form::Json => render::json::outcome(console.out, plan, outcome, findings, failure.map(Failure::problem))?,
        Form::JsonStream => render::json::apply_ended(console.out, outcome, findings)?,
    }
    Ok(())
}
