//! `keywright plan`

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::arguments::Planning;
use super::failure::Stop;
use super::output;
use super::output::Format;
use super::saved_plan;
use super::session::Prepared;
use super::session::Session;
use super::session::Snapshot;
use crate::diagnostic::has_errors;
use crate::model::Instant;
use crate::model::moment::in_utc;
use crate::model::moment::moment;
use crate::plan::Planned;
use crate::render;

/// Show what apply would do, without changing anything
///
/// Only reads the store. Exits with 3 if the manifests are invalid, alone or against the store, and with 4 if a guard
/// holds a change back or stops the plan: such changes need consent, see --allow.
///
/// --out also saves the plan for `show` and for a later `apply FILE`: its changes, and fingerprints of the objects that
/// they affect, but never a key value. Only a plan that could be applied is saved.
///
/// --at shows what a run at a later time would do if nothing else changed until then, for example which keys a rotation
/// would replace. A rotated key takes one step per run, so it shows the next step of each key, not those in between.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    manifests: Manifests,

    #[command(flatten)]
    planning: Planning,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&output::FINDINGS))]
    pub(super) format: Format,

    /// How to show changes
    #[arg(long, value_name = "STYLE", default_value = "fields")]
    diff: Diff,

    /// Save the plan to a file for `apply FILE`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Show the plan of a later time, like 2027-01-01 or 2027-01-01T09:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "out")]
    at: Option<Instant>,

    /// Also show every generation of the rotated keys and what happens to it next; json always contains this
    #[arg(long)]
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

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    if let Some(at) = arguments.at.filter(|at| *at < console.now) {
        let message = format!("could not plan for {}: that time is in the past", in_utc(at));
        let help = "pass a later time to --at; `keywright runs` lists what past runs did";
        return Err(Failure { exit: Exit::Usage, ..Failure::new(message) }.help(help).into());
    }
    let planning = &arguments.planning.saving(arguments.out.is_some()).at(arguments.at);
    let session = Session::open(&arguments.manifests, console)?;
    if arguments.timeline && !session.loaded.is_whole {
        let message = "could not show the timeline: it requires the whole workspace";
        let help = "pass only the workspace folder: another part may declare generations of the same key";
        return Err(Failure { exit: Exit::Usage, ..Failure::new(message) }.help(help).into());
    }
    let checked = session.check();
    let snapshot = checked.read(planning, None, console)?;
    let prepared = snapshot.plan(planning, console)?;
    show(&prepared, arguments.format, arguments.diff, console)?;
    if arguments.timeline && arguments.format == Format::Text {
        render::text::timeline(console.out, &prepared.rotations(console.now))?;
    }
    if let Some(failure) = planning.over_budget(&prepared.forecasts) {
        return Err(failure.into());
    }
    let verdict = verdict(&prepared);
    if let Some(path) = &arguments.out {
        if !can_be_applied(&prepared) {
            let why = "could not save the plan: it cannot be applied, see above";
            return Err(Failure { exit: verdict, ..Failure::new(why) }.into());
        }
        let mut saved = prepared.to_saved(console);
        saved.origin.manifests = Some(prepared.snapshot.manifests(console));
        saved_plan::save(&saved, path, console)?;
        if arguments.format == Format::Text {
            let held = if prepared.planned.plan.held.is_empty() { "" } else { ", without what is held back" };
            writeln!(console.err, "Saved: `keywright apply {}` applies exactly this plan{held}.", path.display())?;
        }
    }
    Ok(match verdict {
        Exit::Done if arguments.detailed_exitcode && !prepared.planned.plan.is_empty() => Exit::Pending,
        verdict => verdict,
    })
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

/// Prints the plan and then all findings, so that errors are the last lines.
pub(super) fn show(prepared: &Prepared, format: Format, diff: Diff, console: &mut Console<'_>) -> Result<(), Failure> {
    let Snapshot { loaded, diagnostics, .. } = &prepared.snapshot;
    let origin = prepared.snapshot.origin(console.now);
    let (store, hosts) = (origin.stores(), origin.hosts());
    let (at, rotations) = (prepared.at, prepared.rotations(console.now));
    let header = render::Header { workspace: &origin.workspace, store: &store, hosts: &hosts, at, rotations };
    let sources = &loaded.sources;
    let Planned { held, asked, stopped, .. } = &prepared.planned;
    let all: Vec<_> = diagnostics.iter().chain(held).chain(asked).chain(stopped).cloned().collect();
    match (format, format.report()) {
        (_, Some(form)) => output::report(form, render::Findings::Found(&all, sources), console)?,
        (Format::Json | Format::JsonStream, _) => {
            let findings = render::Findings::Found(&all, sources);
            render::json::plan(console.out, &prepared.planned.plan, &header, &prepared.forecasts, findings)?;
        }
        _ => {
            let style = match diff {
                Diff::Fields => render::text::Style::Fields,
                Diff::Unified => render::text::Style::Unified,
            };
            // After an error, an empty plan does not mean that there is nothing to do.
            if !(prepared.planned.plan.is_empty() && has_errors(&all)) {
                render::text::plan(console.out, &prepared.planned.plan, &header, style)?;
                render::text::forecast(console.out, &prepared.forecasts)?;
                if console.is_verbose {
                    render::text::details(console.out, &prepared.planned.plan, &prepared.memory())?;
                }
                console.out.flush()?;
            }
            render::text::diagnostics(console.err, &all, sources)?;
            if !all.is_empty() {
                render::text::summary(console.err, &all)?;
            }
        }
    }
    Ok(())
}
