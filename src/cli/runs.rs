//! `keywright runs`

use clap::Args;
use clap::Subcommand;

use super::Console;
use super::Exit;
use super::Failure;
use super::Format;
use super::arguments::Manifests;
use super::session::Session;
use crate::database::journal;
use crate::database::journal::Noted;
use crate::database::journal::Run;
use crate::render;

/// List the applies of a workspace, or show what one of them did
///
/// Every write was noted before it was made, so that a run that was cut off tells what was in flight.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// The form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text", global = true)]
    format: Format,
}

#[derive(Subcommand)]
enum Command {
    /// Show what one run did, write by write
    Show {
        /// The number of the run, as `keywright runs` lists it
        #[arg(value_name = "NUMBER")]
        run: i64,
    },
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let session = Session::open(&Manifests::below(console.folder.clone()), console)?;
    let failed = |error| Failure::of_database(&error);
    let database = session.database(console)?;
    match (&arguments.command, database) {
        (None, None) => show_all(&[], arguments.format, console)?,
        (None, Some(database)) => show_all(&journal::runs(&database).map_err(failed)?, arguments.format, console)?,
        (Some(Command::Show { run }), database) => {
            let found = database.map(|database| journal::writes(&database, *run)).transpose().map_err(failed)?;
            let (run, writes) = found.flatten().ok_or_else(|| {
                let failure = Failure::new(format!("could not find run {run}"));
                failure.help("`keywright runs` lists the runs of the workspace")
            })?;
            show_one(&run, &writes, arguments.format, console)?;
        }
    }
    Ok(Exit::Done)
}

fn show_all(runs: &[Run], format: Format, console: &mut Console<'_>) -> Result<(), Failure> {
    let told: Vec<render::Run<'_>> = runs.iter().map(of).collect();
    match format {
        Format::Text => render::text::runs(console.out, &told)?,
        Format::Json => render::json::runs(console.out, &told)?,
    }
    Ok(())
}

fn show_one(run: &Run, writes: &[Noted], format: Format, console: &mut Console<'_>) -> Result<(), Failure> {
    let told: Vec<render::Noted<'_>> = writes.iter().map(noted).collect();
    match format {
        Format::Text => render::text::run(console.out, &of(run), &told)?,
        Format::Json => render::json::run(console.out, &of(run), &told)?,
    }
    Ok(())
}

fn of(run: &Run) -> render::Run<'_> {
    render::Run {
        number: run.number,
        began: run.began,
        ended: run.ended,
        process: run.process,
        host: &run.host,
        store: &run.store,
        changes: run.changes,
        begun: run.begun,
        done: run.done,
    }
}

fn noted(write: &Noted) -> render::Noted<'_> {
    render::Noted {
        address: &write.address,
        action: &write.action,
        intended: write.intended,
        ended: write.ended,
        result: write.fate.as_deref(),
        reason: write.reason.as_deref(),
    }
}
