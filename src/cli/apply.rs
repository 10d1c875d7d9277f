//! `keywright apply`

mod effects;
mod form;
mod progress;

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::Read;
use std::time::Instant;

use clap::Args;

use self::effects::World;
use self::effects::stop_on_signals;
use self::form::Form;
use self::progress::ProgressReporter;
use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::arguments::Planning;
use super::failure::Stop;
use super::plan;
use super::plan::Diff;
use super::runtime::block_on;
use super::saved_plan;
use super::session::Prepared;
use super::session::Session;
use super::session::database;
use super::session::origin::store_key;
use super::session::origin::store_name;
use crate::apply;
use crate::apply::Secrets;
use crate::database::journal;
use crate::database::journal::Journal;
use crate::model;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::plan::Planned;
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

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let saved = saved_plan::named(&arguments.manifests, console)?;
    let file = saved.as_ref().map(|saved| saved.name.clone());
    arguments.check(file.is_some())?;
    let (form, format) = (arguments.format, arguments.format.of_findings());
    let planning = arguments.planning.locking();
    let manifests = if file.is_some() { &arguments.manifests.named_files() } else { &arguments.manifests };
    let checked = Session::open(manifests, console)?.check(console.now);
    let snapshot = checked.read(&planning, saved.as_ref(), format, console)?;
    let prepared = match saved {
        Some(saved) => snapshot.review(saved, &planning, console.now)?,
        None => snapshot.plan(&planning, console.now)?,
    };
    let verdict = plan::verdict(&prepared);
    if form == Form::Text || verdict != Exit::Done {
        plan::show(&prepared, format, Diff::Fields, console)?;
    }
    if let Some(name) = file.as_ref().filter(|_| arguments.strict) {
        refuse_stale(name, &prepared)?;
    }
    if verdict != Exit::Done {
        return Ok(verdict);
    }
    if let Some(failure) = planning.over_budget(&prepared.forecasts) {
        return Err(failure.into());
    }
    let is_asked = file.is_none() && !prepared.planned.plan.is_empty();
    if is_asked && !arguments.auto_approve && !approved(console)? {
        return Err(Failure::new("nothing was changed: the plan was not approved").into());
    }
    let (before, began) = (prepared.remotes.calls(), clock());
    let Carried { outcome, failure } = carry_out(&prepared, form, console)?;
    tell(form, &prepared.planned.plan, &outcome, console)?;
    if form == Form::Text {
        tell_calls(&prepared, &before, began.elapsed().as_secs_f64(), console)?;
    }
    failure.map_or_else(|| Ok(exit(&outcome)), |failure| Err(failure.into()))
}

impl Arguments {
    /// What goes with a plan that was saved does not go with one that is made now, and the other way around.
    fn check(&self, is_saved: bool) -> Result<(), Failure> {
        let usage = |failure, help| Err(Failure { exit: Exit::Usage, ..Failure::new(failure) }.help(help));
        if is_saved && self.planning.prunes() {
            return usage("could not prune: what a saved plan deletes is settled", "plan again with --prune and --out");
        }
        if !is_saved && self.format != Form::Text && !self.auto_approve {
            let failure = Failure::new("could not ask whether to apply a plan that is not shown");
            return Err(failure.help("--format json and json-stream need --auto-approve"));
        }
        if !is_saved && self.strict {
            let failure = "could not be strict: --strict is for a saved plan";
            return usage(failure, "name the file that `plan --out` saved");
        }
        Ok(())
    }
}

/// With --strict a plan is done whole or not at all.
fn refuse_stale(name: &str, prepared: &Prepared) -> Result<(), Failure> {
    const NAMED: usize = 5;
    let Planned { plan, excluded, .. } = &prepared.planned;
    let stale = excluded.iter().filter(|(_, fate)| matches!(fate, ChangeResult::Failed(_)));
    let stale: Vec<String> = stale.map(|(&index, _)| plan.changes[index].address.to_string()).collect();
    if stale.is_empty() {
        return Ok(());
    }
    let more = stale.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names = stale[..stale.len().min(NAMED)].join(", ");
    let message = format!("could not apply the plan {name}: changed since it was made: {names}{more}");
    let failure = Failure { exit: Exit::Stale, ..Failure::new(message) };
    Err(failure.help("nothing was changed; plan again, or leave out --strict to do the rest"))
}

/// Says what the apply cost, beside what was forecast.
fn tell_calls(
    prepared: &Prepared,
    before: &BTreeMap<&str, u64>,
    seconds: f64,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let now = prepared.remotes.calls();
    for forecast in prepared.forecasts.iter().filter(|forecast| forecast.left() > 0) {
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

/// Makes the changes that can be made.
fn carry_out(prepared: &Prepared, form: Form, console: &mut Console<'_>) -> Result<Carried, Failure> {
    let planned = &prepared.planned;
    if planned.left().next().is_none() {
        ProgressReporter::begin(form, planned, console)?;
        let results = planned.excluded.values().cloned().collect();
        return Ok(Carried { outcome: Outcome { results, unproven: None }, failure: None });
    }
    let embedded = Embedded::new(database::open(&prepared.location, prepared.lock.as_ref())?, console.time());
    let store = Stores { remotes: &prepared.remotes, embedded };
    let secrets = Secrets { values: &prepared.secrets.values, shared: &prepared.secrets.shared, live: &prepared.live };
    let journal = begin(prepared, console.time())?;
    let stop = stop_on_signals()?;
    let now = console.time();
    let progress = ProgressReporter::begin(form, planned, console)?;
    let mut world = World::new(&prepared.loaded.root, journal, stop, now, progress);
    let work = apply::apply(&planned.plan, &planned.excluded, &store, &secrets, &mut world);
    let outcome = block_on(work)?.map_err(Failure::of_store)?;
    let failure = match world.end() {
        // The changes are made whether or not somebody still reads about them.
        Ok(error) => error.filter(|error| error.kind() != std::io::ErrorKind::BrokenPipe).map(Failure::from),
        Err(failure) => Some(failure),
    };
    Ok(Carried { outcome, failure })
}

/// Begins the journal of the run. The run before, if it was cut off, has been looked into by now.
fn begin(prepared: &Prepared, now: model::Instant) -> Result<Journal, Failure> {
    let (loaded, changes) = (&prepared.loaded, prepared.planned.left().count());
    let database = database::open(&prepared.location, prepared.lock.as_ref())?;
    let failed = |error| Failure::of_database(&error);
    if let Some(run) = &prepared.cut_off {
        journal::close(&database, run.number, now).map_err(failed)?;
    }
    let journal = Journal::begin(database, &store_name(loaded), &store_key(loaded), changes, now).map_err(failed)?;
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
    let undone = outcome.results.len() - outcome.count("done");
    match undone {
        0 => Exit::Done,
        _ if outcome.count("skipped") > 0 => Exit::Interrupted,
        _ if outcome.count("altered") == undone => Exit::Differs,
        _ if outcome.count("stale") + outcome.count("blocked") == undone && outcome.count("stale") > 0 => Exit::Stale,
        _ if outcome.results.iter().all(|fate| !fate.is_in_store()) => Exit::Error,
        _ => Exit::Partly,
    }
}
