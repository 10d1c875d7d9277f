//! `keywright apply`

mod effects;
mod form;
mod saved;
mod told;

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::Read;
use std::time::Instant;

use clap::Args;

use self::effects::World;
use self::effects::stop_on_signals;
use self::form::Form;
use self::told::Told;
use super::Console;
use super::Exit;
use super::Failure;
use super::plan;
use super::plan::Diff;
use super::remotes;
use super::saved_plan;
use super::workspace;
use super::workspace::Manifests;
use super::workspace::Planning;
use super::workspace::Progress;
use super::workspace::Ready;
use super::workspace::history::home;
use crate::apply;
use crate::apply::Secrets;
use crate::database::journal;
use crate::database::journal::Journal;
use crate::outcome::Fate;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::render;
use crate::stores::Stores;
use crate::stores::embedded::Embedded;

/// Make the store what the manifests say
///
/// Shows the plan, asks on a terminal, and carries it out. What becomes of every change is told. Ends with 6 when some
/// changes were made and some were not, and with 5 when objects moved since the plan was made. Ctrl-C lets what is in
/// flight end and begins nothing more; pressed twice it ends at once.
///
/// PATH may be a plan that `plan --out` saved: then that plan is done and nothing else, without a question, because it
/// was reviewed. The workspace is the one of the current folder, or of -f: its manifests say where values are read
/// from, and its guards are asked again. A change whose object moved since is void, and what needs it is not done.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    manifests: Manifests,

    #[command(flatten)]
    planning: Planning,

    /// Do nothing at all when an object of a saved plan moved since
    #[arg(long)]
    strict: bool,

    /// Do not ask; needed where nobody can answer
    #[arg(long)]
    auto_approve: bool,

    /// The form of the output; json tells the outcome and not the plan, json-stream every change as soon as it ended
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if let Some(saved) = saved_plan::named(&arguments.manifests, console)? {
        return saved::run(arguments, &saved, console);
    }
    let (form, format) = (arguments.format, arguments.format.of_findings());
    if form != Form::Text && !arguments.auto_approve {
        let failure = Failure::new("could not ask whether to apply a plan that is not shown");
        return Err(failure.help("--format json and json-stream need --auto-approve"));
    }
    if arguments.strict {
        let failure = Failure::new("could not be strict: --strict is for a saved plan");
        return Err(Failure { exit: Exit::Usage, ..failure }.help("name the file that `plan --out` saved"));
    }
    let planning = arguments.planning.locking();
    let ready = match workspace::prepare(&arguments.manifests, &planning, format, console)? {
        Progress::Ready(ready) => ready,
        Progress::Ended(exit) => return Ok(exit),
    };
    let verdict = plan::verdict(&ready);
    if form == Form::Text || verdict != Exit::Done {
        plan::show(&ready, format, Diff::Fields, console)?;
    }
    if verdict != Exit::Done {
        return Ok(verdict);
    }
    if ready.planned.plan.is_empty() {
        Told::begin(form, &ready.planned.plan, &BTreeMap::new(), console)?;
        return tell(form, &ready.planned.plan, &Outcome::default(), console).map(|()| Exit::Done);
    }
    if let Some(failure) = planning.over_budget(&ready.forecasts) {
        return Err(failure);
    }
    if !arguments.auto_approve && !approved(console)? {
        return Err(Failure::new("nothing was changed: the plan was not approved"));
    }
    let (before, began) = (ready.remotes.calls(), clock());
    let Carried { outcome, failure } = carry_out(&ready, &ready.planned.plan, &BTreeMap::new(), form, console)?;
    tell(form, &ready.planned.plan, &outcome, console)?;
    if form == Form::Text {
        tell_calls(&ready, &before, began.elapsed().as_secs_f64(), console)?;
    }
    failure.map_or_else(|| Ok(exit(&outcome)), Err)
}

/// Says what the apply cost, beside what was forecast.
fn tell_calls(
    ready: &Ready,
    before: &BTreeMap<&str, u64>,
    seconds: f64,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let now = ready.remotes.calls();
    for forecast in ready.forecasts.iter().filter(|forecast| forecast.left() > 0) {
        let made = |calls: &BTreeMap<&str, u64>| calls.get(forecast.store).copied().unwrap_or(0);
        render::text::calls(console.out, forecast, made(&now).saturating_sub(made(before)), seconds)?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "edge: how long an apply takes")]
fn clock() -> Instant {
    Instant::now()
}

/// Asks whoever sits at the terminal.
fn approved(console: &mut Console<'_>) -> Result<bool, Failure> {
    if !console.can_ask {
        let failure = Failure::new("could not ask whether to apply the plan: there is no terminal");
        return Err(failure.help("look at the plan, then run again with --auto-approve"));
    }
    write!(console.err, "\nApply these changes? Only `yes` is taken: ")?;
    console.err.flush()?;
    let mut answer = Vec::new();
    std::io::BufReader::new(&mut *console.input).take(1_000).read_until(b'\n', &mut answer)?;
    Ok(answer.trim_ascii() == b"yes")
}

/// What became of a plan, which is told whatever went wrong beside it.
struct Carried {
    outcome: Outcome,
    /// Why the end of the run could not be noted, or told.
    failure: Option<Failure>,
}

/// Of the `whole` plan those in `void` can not be made; the others are the ones of `ready`.
fn carry_out(
    ready: &Ready,
    whole: &Plan,
    void: &BTreeMap<usize, Fate>,
    form: Form,
    console: &mut Console<'_>,
) -> Result<Carried, Failure> {
    let embedded = Embedded::new(workspace::database::open(&ready.location, ready.lock.as_ref())?, console.time());
    let store = Stores { remotes: &ready.remotes, embedded };
    let secrets = Secrets { values: &ready.secrets.values, shared: &ready.secrets.shared, live: &ready.live };
    let journal = begin(ready, console.time())?;
    let stop = stop_on_signals()?;
    let now = console.time();
    let told = Told::begin(form, whole, void, console)?;
    let mut world = World::new(&ready.loaded.root, journal, stop, now, told);
    let work = apply::apply(&ready.planned.plan, &store, &secrets, &mut world);
    let outcome = workspace::block_on(work)?.map_err(workspace::refused)?;
    let failure = match world.end() {
        // The changes are made whether or not somebody still reads about them.
        Ok(error) => error.filter(|error| error.kind() != std::io::ErrorKind::BrokenPipe).map(Failure::from),
        Err(failure) => Some(failure),
    };
    Ok(Carried { outcome, failure })
}

/// Begins the journal of the run. The run before, if it was cut off, has been looked into by now.
fn begin(ready: &Ready, now: crate::model::Instant) -> Result<Journal, Failure> {
    let database = workspace::database::open(&ready.location, ready.lock.as_ref())?;
    let failed = |error| workspace::database::failure(&error);
    if let Some(run) = &ready.cut_off {
        journal::close(&database, run.number, now).map_err(failed)?;
    }
    let changes = ready.planned.plan.changes.len();
    let journal = Journal::begin(database, &remotes::store_name(&ready.loaded), &home(&ready.loaded), changes, now)
        .map_err(failed)?;
    tracing::info!(number = journal.run(), changes, "apply began");
    Ok(journal)
}

fn tell(form: Form, plan: &Plan, outcome: &Outcome, console: &mut Console<'_>) -> Result<(), Failure> {
    match form {
        // An empty plan has said so itself.
        Form::Text if plan.is_empty() => {}
        Form::Text => render::text::outcome(console.out, plan, outcome)?,
        Form::Json => render::json::outcome(console.out, plan, outcome)?,
        Form::JsonStream => render::json::apply_ended(console.out, outcome)?,
    }
    Ok(())
}

fn exit(outcome: &Outcome) -> Exit {
    let undone = outcome.fates.len() - outcome.count("done");
    match undone {
        0 => Exit::Done,
        _ if outcome.count("skipped") > 0 => Exit::Interrupted,
        _ if outcome.count("altered") == undone => Exit::Differs,
        _ if outcome.count("stale") + outcome.count("blocked") == undone && outcome.count("stale") > 0 => Exit::Stale,
        _ if outcome.fates.iter().all(|fate| !fate.is_in_store()) => Exit::Error,
        _ => Exit::Partly,
    }
}
