//! `keywright plan`

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use super::Console;
use super::Exit;
use super::Failure;
use super::Format;
use super::arguments::Manifests;
use super::arguments::Planning;
use super::failure::Stop;
use super::saved_plan;
use super::session::Prepared;
use super::session::Session;
use super::session::origin::store_name;
use crate::diagnostic::has_errors;
use crate::render;

/// Show what apply would do, and change nothing
///
/// The store is only read: a plan has no way to write. Ends with 3 when the manifests are not valid in view of the
/// store, and with 4 when a guard would stop the apply.
///
/// With --out the plan is saved too, for `show` and a later `apply FILE`: the changes, and fingerprints of the objects
/// that they are about, never a key's value. Only a plan that could be applied is saved.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    manifests: Manifests,

    #[command(flatten)]
    planning: Planning,

    /// The form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// How changes are shown
    #[arg(long, value_name = "STYLE", default_value = "fields")]
    diff: Diff,

    /// Save the plan in a file, which `apply FILE` carries out later
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// End with 2 when there are changes to make
    #[arg(long)]
    detailed_exitcode: bool,
}

/// How changes are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Diff {
    /// Field by field.
    #[default]
    Fields,
    /// As a unified diff of store and manifest.
    Unified,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let planning = &arguments.planning;
    let checked = Session::open(&arguments.manifests, console)?.check(console.now);
    let prepared = checked.read(planning, None, arguments.format, console)?.plan(planning, console.now)?;
    show(&prepared, arguments.format, arguments.diff, console)?;
    if let Some(failure) = planning.over_budget(&prepared.forecasts) {
        return Err(failure.into());
    }
    let verdict = verdict(&prepared);
    if let Some(path) = &arguments.out {
        if verdict != Exit::Done {
            let why = "could not save the plan: it could not be applied, see above";
            return Err(Failure { exit: verdict, ..Failure::new(why) }.into());
        }
        saved_plan::save(&prepared.to_saved(console), path, console)?;
        if arguments.format == Format::Text {
            writeln!(console.err, "Saved: `keywright apply {}` does this and nothing else.", path.display())?;
        }
    }
    Ok(match verdict {
        Exit::Done if arguments.detailed_exitcode && !prepared.planned.plan.is_empty() => Exit::Pending,
        verdict => verdict,
    })
}

/// Whether the plan may be applied.
pub(super) fn verdict(prepared: &Prepared) -> Exit {
    if has_errors(&prepared.diagnostics) {
        Exit::Invalid
    } else if has_errors(&prepared.planned.stopped) {
        Exit::Stopped
    } else {
        Exit::Done
    }
}

/// Shows the plan, and after it everything that was found, so that what stops it stands last.
pub(super) fn show(prepared: &Prepared, format: Format, diff: Diff, console: &mut Console<'_>) -> Result<(), Failure> {
    let store = store_name(&prepared.loaded);
    let header = render::Header { workspace: &prepared.loaded.workspace.name, store: &store };
    let sources = &prepared.loaded.sources;
    let all: Vec<_> = prepared.diagnostics.iter().chain(&prepared.planned.stopped).cloned().collect();
    match format {
        Format::Text => {
            let style = match diff {
                Diff::Fields => render::text::Style::Fields,
                Diff::Unified => render::text::Style::Unified,
            };
            // An empty plan would say that there is nothing to do, which is not known when something is wrong.
            if !(prepared.planned.plan.is_empty() && has_errors(&all)) {
                render::text::plan(console.out, &prepared.planned.plan, &header, style)?;
                render::text::forecast(console.out, &prepared.forecasts)?;
                console.out.flush()?;
            }
            render::text::diagnostics(console.err, &all, sources)?;
            if !all.is_empty() {
                render::text::summary(console.err, &all)?;
            }
        }
        Format::Json => {
            let findings = render::Findings::Found(&all, sources);
            render::json::plan(console.out, &prepared.planned.plan, &header, &prepared.forecasts, findings)?;
        }
    }
    Ok(())
}
