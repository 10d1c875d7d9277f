//! `keywright apply`

mod saved;

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Instant;

use clap::Args;
use signal_hook::consts::SIGINT;
use signal_hook::consts::SIGTERM;
use signal_hook::flag::register;
use signal_hook::flag::register_conditional_shutdown;

use super::Console;
use super::Exit;
use super::Failure;
use super::Format;
use super::plan;
use super::plan::Diff;
use super::remotes;
use super::saved_plan;
use super::workspace;
use super::workspace::Manifests;
use super::workspace::Planning;
use super::workspace::Progress;
use super::workspace::Ready;
use crate::apply;
use crate::apply::Effects;
use crate::apply::Secrets;
use crate::database::journal;
use crate::database::journal::Journal;
use crate::delivery;
use crate::model::Delivery;
use crate::model::Secret;
use crate::outcome::Fate;
use crate::outcome::Outcome;
use crate::plan::Change;
use crate::render;
use crate::store::Refusal;
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

    /// The form of the output; json tells the outcome and not the plan
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if let Some(saved) = saved_plan::named(&arguments.manifests, console)? {
        return saved::run(arguments, &saved, console);
    }
    if arguments.format == Format::Json && !arguments.auto_approve {
        let failure = Failure::new("could not ask whether to apply a plan that is not shown");
        return Err(failure.help("--format json needs --auto-approve"));
    }
    if arguments.strict {
        let failure = Failure::new("could not be strict: --strict is for a saved plan");
        return Err(Failure { exit: Exit::Usage, ..failure }.help("name the file that `plan --out` saved"));
    }
    let planning = arguments.planning.locking();
    let ready = match workspace::prepare(&arguments.manifests, &planning, arguments.format, console)? {
        Progress::Ready(ready) => ready,
        Progress::Ended(exit) => return Ok(exit),
    };
    let verdict = plan::verdict(&ready);
    if arguments.format == Format::Text || verdict != Exit::Done {
        plan::show(&ready, arguments.format, Diff::Fields, console)?;
    }
    if verdict != Exit::Done {
        return Ok(verdict);
    }
    if ready.planned.plan.is_empty() {
        return tell(arguments.format, &ready, &Outcome::default(), console).map(|()| Exit::Done);
    }
    if let Some(failure) = planning.over_budget(&ready.forecasts) {
        return Err(failure);
    }
    if !arguments.auto_approve && !approved(console)? {
        return Err(Failure::new("nothing was changed: the plan was not approved"));
    }
    let (before, began) = (ready.remotes.calls(), clock());
    let outcome = carry_out(&ready, 0, arguments.format, console)?;
    tell(arguments.format, &ready, &outcome, console)?;
    if arguments.format == Format::Text {
        tell_calls(&ready, &before, began.elapsed().as_secs_f64(), console)?;
    }
    Ok(exit(&outcome))
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

/// `told` changes were told already, because they can not be made.
fn carry_out(ready: &Ready, told: usize, format: Format, console: &mut Console<'_>) -> Result<Outcome, Failure> {
    let embedded = Embedded::new(workspace::open(&ready.loaded)?, console.now);
    let store = Stores { remotes: &ready.remotes, embedded };
    let secrets = Secrets { values: &ready.secrets.values, shared: &ready.secrets.shared, live: &ready.live };
    let total = told + ready.planned.plan.changes.len();
    let mut world = World {
        root: &ready.loaded.root,
        out: console.out,
        tells: format == Format::Text,
        told,
        total,
        unwritten: None,
        journal: begin(ready, console.now)?,
        clock: (console.now, clock()),
        stop: stop_on_signals()?,
    };
    if world.tells && told == 0 {
        writeln!(world.out)?;
    }
    let work = apply::apply(&ready.planned.plan, &store, &secrets, &mut world);
    let outcome = workspace::block_on(work)?.map_err(workspace::refused)?;
    let (now, unwritten) = (world.now(), world.unwritten);
    world.journal.end(now).map_err(|error| workspace::database_failure(&error))?;
    // The changes are made whether or not somebody still reads about them.
    match unwritten {
        Some(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(outcome),
    }
}

/// Begins the journal of the run. The run before, if it was cut off, has been looked into by now.
fn begin(ready: &Ready, now: crate::model::Instant) -> Result<Journal, Failure> {
    let database = workspace::open(&ready.loaded)?;
    let failed = |error| workspace::database_failure(&error);
    if let Some(run) = &ready.cut_off {
        journal::close(&database, run.number, now).map_err(failed)?;
    }
    let changes = ready.planned.plan.changes.len();
    Journal::begin(database, &remotes::store_name(&ready.loaded), changes, now).map_err(failed)
}

/// Set by the first Ctrl-C or request to end, after which nothing more is begun. The second ends the process at once;
/// what it was doing then is in the journal.
fn stop_on_signals() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        register_conditional_shutdown(signal, Exit::Interrupted as i32, Arc::clone(&stop))?;
        register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// The effects of an apply outside of the store.
struct World<'a> {
    root: &'a Path,
    out: &'a mut dyn std::io::Write,
    tells: bool,
    told: usize,
    total: usize,
    unwritten: Option<std::io::Error>,
    journal: Journal,
    /// The time that the command began, and the clock since.
    clock: (crate::model::Instant, Instant),
    stop: Arc<AtomicBool>,
}

impl World<'_> {
    fn now(&self) -> crate::model::Instant {
        self.clock.0 + self.clock.1.elapsed()
    }
}

impl Effects for World<'_> {
    #[expect(clippy::disallowed_methods, reason = "edge: the operating system's randomness")]
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
        getrandom::fill(bytes).map_err(|error| Refusal::unavailable(format!("the system gave no randomness: {error}")))
    }

    fn deliver(&mut self, to: &Delivery, value: &Secret) -> Result<(), Refusal> {
        delivery::deliver(to, value, self.root)
    }

    fn intend(&mut self, index: usize, change: &Change, value: Option<&Secret>) -> Result<(), Refusal> {
        let now = self.now();
        self.journal.intend(index, change, value, now).map_err(|error| {
            let reason = format!("the journal could not be written, so nothing was begun: could not {error}");
            Refusal::unavailable(reason).help(error.help())
        })
    }

    fn settle(&mut self, index: usize, fate: &Fate) {
        let now = self.now();
        self.journal.settle(index, fate, now);
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn tell(&mut self, index: usize, change: &Change, fate: &Fate) {
        if self.tells
            && self.unwritten.is_none()
            && let Err(error) = render::text::progress(self.out, self.told + index, self.total, change, fate)
        {
            self.unwritten = Some(error);
        }
    }
}

fn tell(format: Format, ready: &Ready, outcome: &Outcome, console: &mut Console<'_>) -> Result<(), Failure> {
    match format {
        // An empty plan has said so itself.
        Format::Text if ready.planned.plan.is_empty() => {}
        Format::Text => render::text::outcome(console.out, &ready.planned.plan, outcome)?,
        Format::Json => render::json::outcome(console.out, &ready.planned.plan, outcome)?,
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
