//! `keywright plan`

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::arguments::OUTPUT;
use super::arguments::Planning;
use super::failure::Stop;
use super::output;
use super::output::Format;
use super::output::Host;
use super::output::Output;
use super::output::Shown;
use super::saved_plan::Target;
use super::session::Prepared;
use super::session::Session;
use super::session::Snapshot;
use crate::diagnostic::has_errors;
use crate::model::Instant;
use crate::model::moment::in_utc;
use crate::model::moment::moment;
use crate::plan::Planned;
use crate::render;
use crate::render::markdown::Topic;
use crate::render::text::Style;

/// Show what apply would do, without changing anything
///
/// Only reads the store. Exits with 3 if the manifests are invalid, alone or against the store, and with 4 if a guard
/// holds a change back or stops the plan: such changes need consent, see --allow.
///
/// --out also saves the plan for `show` and for a later `apply FILE`: its changes, and fingerprints of the objects that
/// they affect, but never a key value. Only a plan that could be applied is saved; an older one in the file is removed
/// first, so that the file is never mistaken for the result of this run.
///
/// --at shows what a run at a later time would do if nothing else changed until then, for example which keys a rotation
/// would replace. A rotated key takes one step per run, so it shows the next step of each key, not those in between.
///
/// --format sarif, github, gitlab and junit print the findings only; markdown is a comment for a pull request, also if
/// the plan is stopped or fails.
#[derive(Args)]
#[command(after_help = super::examples::PLAN)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) manifests: Manifests,

    #[command(flatten)]
    planning: Planning,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&output::PLANS), help_heading = OUTPUT)]
    format: Format,

    /// Code host of the comment, for --format markdown [default: github]
    #[arg(long = "for", value_name = "HOST", help_heading = OUTPUT)]
    host: Option<Host>,

    /// How to show changes
    #[arg(long, value_name = "STYLE", default_value = "fields", help_heading = OUTPUT)]
    diff: Diff,

    /// Show only how many changes of each kind there are, for large plans
    #[arg(long, conflicts_with = "diff", help_heading = OUTPUT)]
    summary: bool,

    /// Save the plan to a file for `apply FILE`, or print it to standard output with `-`
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) out: Option<PathBuf>,

    /// Show the plan of a later time, like 2027-01-01 or 2027-01-01T09:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "out")]
    at: Option<Instant>,

    /// Also show every generation of the rotated keys and what happens to it next; json always contains this
    #[arg(long, help_heading = OUTPUT)]
    timeline: bool,

    /// Exit with 2 if there are changes to make
    #[arg(long)]
    detailed_exitcode: bool,
}

/// A date, or a time with its offset.
fn time(text: &str) -> Result<Instant, String> {
    moment(text).ok_or_else(|| "write a date like 2027-01-01, or a time like 2027-01-01T09:00:00Z".to_owned())
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Diff {
    /// Field by field.
    #[default]
    Fields,
    /// As a unified diff between store and manifest.
    Unified,
}

impl Arguments {
    pub(super) fn output(&self) -> Output {
        Output { format: self.format, host: self.host.unwrap_or_default(), topic: Topic::Plan }
    }

    const fn style(&self) -> Style {
        match self.diff {
            _ if self.summary => Style::Totals,
            Diff::Fields => Style::Fields,
            Diff::Unified => Style::Unified,
        }
    }

    /// Rejects arguments that do not fit together.
    fn check(&self) -> Result<(), Failure> {
        output::check_host(self.format, self.host)?;
        if self.at.is_some() && !matches!(self.format, Format::Text | Format::Json | Format::JsonStream) {
            let failure = Failure::new("could not use --at: a comment or a report would be taken for the plan of now");
            return Err(Failure { exit: Exit::Usage, ..failure }.help("use --format text or json"));
        }
        if self.format != Format::Text && self.out.as_deref() == Some(Path::new("-")) {
            let failure = Failure::new("could not use --out -: --format prints to standard output, too");
            return Err(Failure { exit: Exit::Usage, ..failure }.help("save the plan to a file, or omit --format"));
        }
        Ok(())
    }
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    // Opening removes an older plan, which must not be taken for the result, also of a run that is refused.
    let target = arguments.out.as_deref().map(|path| Target::open(path, &console.folder)).transpose();
    arguments.check()?;
    if let Some(at) = arguments.at.filter(|at| *at < console.now) {
        let message = format!("could not plan for {}: that time is in the past", in_utc(at));
        let help = "pass a later time to --at; `keywright runs` lists what past runs did";
        return Err(Failure { exit: Exit::Usage, ..Failure::new(message) }.help(help).into());
    }
    let target = target?;
    let planning = &arguments.planning.saving(target.is_some()).at(arguments.at);
    let session = Session::open(&arguments.manifests, console)?;
    if arguments.timeline && !session.loaded.is_whole {
        let message = "could not show the timeline: it requires the whole workspace";
        let help = "pass only the workspace folder: another part may declare generations of the same key";
        return Err(Failure { exit: Exit::Usage, ..Failure::new(message) }.help(help).into());
    }
    let prepared = session.check().read(planning, None, console)?.plan(planning, console)?;
    let failure = planning.over_budget(&prepared.forecasts).or_else(|| save(target.as_ref(), &prepared, console).err());
    let view = View {
        output: arguments.output(),
        style: arguments.style(),
        is_out_taken: matches!(target, Some(Target::Output)),
    };
    show(&prepared, view, failure.as_ref(), console)?;
    if arguments.timeline && arguments.format == Format::Text {
        let out = if view.is_out_taken { &mut *console.err } else { &mut *console.out };
        render::text::timeline(out, &prepared.rotations(console.now))?;
    }
    if let Some(failure) = failure {
        return Err(Stop::Shown(failure));
    }
    if let (Some(Target::File { path, .. }), Format::Text) = (&target, arguments.format) {
        let held = if prepared.planned.plan.held.is_empty() { "" } else { ", without what is held back" };
        writeln!(console.err, "Saved: `keywright apply {}` applies exactly this plan{held}.", path.display())?;
    }
    let exit = match verdict(&prepared) {
        Exit::Done if arguments.detailed_exitcode && !prepared.planned.plan.is_empty() => Exit::Pending,
        verdict => verdict,
    };
    prepared.free();
    Ok(exit)
}

/// Saves a plan that may be applied.
fn save(target: Option<&Target>, prepared: &Prepared, console: &mut Console<'_>) -> Result<(), Failure> {
    let Some(target) = target else { return Ok(()) };
    if !can_be_applied(prepared) {
        let why = "could not save the plan: it cannot be applied, see the findings";
        return Err(Failure { exit: verdict(prepared), ..Failure::new(why) });
    }
    let mut saved = prepared.to_saved(console);
    saved.origin.manifests = Some(prepared.snapshot.manifests(console));
    target.save(&saved, console)
}

/// Whether the changes of the plan may be applied. Errors and guards of single objects only leave these out.
pub(super) fn can_be_applied(prepared: &Prepared) -> bool {
    !has_errors(&prepared.snapshot.diagnostics) && !has_errors(&prepared.planned.stopped)
}

/// `Exit::Done` if the plan may be applied and leaves nothing out, or why not.
pub(super) fn verdict(prepared: &Prepared) -> Exit {
    if has_errors(&prepared.snapshot.diagnostics) {
        Exit::Invalid
    } else if has_errors(&prepared.planned.stopped) {
        Exit::Stopped
    } else if has_errors(&prepared.planned.held) {
        Exit::Invalid
    } else if !prepared.planned.plan.held.is_empty() {
        Exit::Stopped
    } else {
        Exit::Done
    }
}

/// How a plan is shown.
#[derive(Clone, Copy)]
pub(super) struct View {
    pub(super) output: Output,
    pub(super) style: Style,
    /// Whether standard output has the saved plan, so that text goes to standard error.
    pub(super) is_out_taken: bool,
}

/// Prints the plan and then all findings, so that errors are the last lines.
pub(super) fn show(
    prepared: &Prepared,
    view: View,
    failure: Option<&Failure>,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let Snapshot { loaded, diagnostics, .. } = &prepared.snapshot;
    let (origin, plan) = (prepared.snapshot.origin(console.now), &prepared.planned.plan);
    let sources = &loaded.sources;
    let Planned { held, asked, stopped, .. } = &prepared.planned;
    let all: Vec<_> = diagnostics.iter().chain(held).chain(asked).chain(stopped).cloned().collect();
    let is_stopped = !can_be_applied(prepared);
    let plan_and_origin = Some((plan, &origin, &*prepared.forecasts));
    let (at, rotations) = (prepared.at, prepared.rotations(console.now));
    let shown = Shown { plan: plan_and_origin, is_stopped, diagnostics: &all, sources, failure, at, rotations };
    output::document(view.output, &shown, console)?;
    if view.output.format != Format::Text {
        return Ok(());
    }
    // After an error, an empty plan does not mean that there is nothing to do.
    if !(plan.is_empty() && has_errors(&all)) {
        let (store, hosts) = (origin.stores(), origin.hosts());
        let header = render::Header { workspace: &origin.workspace, store: &store, hosts: &hosts, at, rotations };
        let out = if view.is_out_taken { &mut *console.err } else { &mut *console.out };
        render::text::plan(out, plan, &header, view.style)?;
        render::text::forecast(out, &prepared.forecasts)?;
        if console.is_verbose {
            render::text::details(out, plan, &prepared.memory())?;
        }
        out.flush()?;
    }
    // On one screen, the findings begin after a line of space.
    if !all.is_empty() && console.screen.is_some_and(|screen| screen.shows_errors) {
        writeln!(console.err)?;
    }
    console.write_findings(&all, sources)?;
    if !all.is_empty() {
        render::text::summary(console.err, &all)?;
    }
    Ok(())
}
