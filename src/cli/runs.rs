//! `keywright runs`

use clap::Args;
use clap::Subcommand;

use super::Console;
use super::Exit;
use super::Failure;
use super::Format;
use super::arguments::Manifests;
use super::session::Session;
use super::trust;
use crate::database;
use crate::database::journal;
use crate::database::journal::Noted;
use crate::database::journal::Run;
use crate::render;

/// List the apply runs of a workspace, or show the writes of one run
///
/// Every write is recorded before it is made, so an interrupted run still shows what was in progress.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", global = true)]
    format: Format,
}

#[derive(Subcommand)]
enum Command {
    /// Show the writes of one run
    Show {
        /// Number of the run, as listed by `keywright runs`
        #[arg(value_name = "NUMBER")]
        run: i64,
    },
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let session = Session::open(&Manifests::below(console.folder.clone()), console)?;
    trust::show(&session.loaded, console)?;
    let failed = |error| Failure::of_database(&error);
    let database = session.database(console)?;
    match (&arguments.command, database) {
        (None, database) => {
            let found = database.map(|database| journal::runs(&database)).transpose().map_err(failed)?;
            let found = found.unwrap_or_default();
            let runs: Vec<render::Run<'_>> = found.iter().map(of).collect();
            match arguments.format {
                Format::Text => render::text::runs(console.out, &runs)?,
                Format::Json => render::json::runs(console.out, &runs)?,
            }
        }
        (Some(Command::Show { run }), database) => {
            let found = database.as_ref().map(|database| journal::writes(database, *run));
            let found = found.transpose().map_err(failed)?;
            let remembered = database.as_ref().map(|database| database::recorded(database, *run));
            let remembered = remembered.transpose().map_err(failed)?.unwrap_or_default();
            let delivered = database.as_ref().map(|database| database::delivered(database, *run));
            let delivered = delivered.transpose().map_err(failed)?.unwrap_or_default();
            let delivered =
                delivered.iter().map(|(address, file, name)| format!("{address}: delivered to {file} ({name})"));
            let remembered: Vec<String> = remembered
                .iter()
                .map(|(address, maker, protect)| {
                    format!("{address}: {}{}", maker.phrase(), if *protect { ", protected" } else { "" })
                })
                .chain(delivered)
                .collect();
            let (run, writes) = found.flatten().ok_or_else(|| {
                let failure = Failure::new(format!("could not find run {run}"));
                failure.help("`keywright runs` lists the runs of the workspace")
            })?;
            let writes: Vec<render::Noted<'_>> = writes.iter().map(noted).collect();
            match arguments.format {
                Format::Text => {
                    render::text::run(console.out, &of(&run), &writes)?;
                    render::text::remembered(console.out, &remembered)?;
                }
                Format::Json => render::json::run(console.out, &of(&run), &writes)?,
            }
        }
    }
    Ok(Exit::Done)
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
