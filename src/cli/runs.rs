//! `keywright runs`

use clap::Args;
use clap::Subcommand;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::output;
use super::output::Format;
use super::session::Session;
use super::trust;
use crate::database;
use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::DeliveryOf;
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
    #[arg(long, value_name = "FORMAT", default_value = "text", global = true, value_parser = output::one_of(&output::DATA))]
    pub(super) format: Format,
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
    let session = Session::open(&Manifests::default(), console)?;
    trust::show(&session.loaded, console)?;
    let failed = |error| Failure::of_database(&error);
    let database = session.database(console)?;
    match (&arguments.command, database) {
        (None, database) => {
            let found = database.map(|database| journal::runs(&database)).transpose().map_err(failed)?;
            let found = found.unwrap_or_default();
            let runs: Vec<render::Run<'_>> = found.iter().map(of).collect();
            match arguments.format {
                Format::Json => render::json::runs(console.out, &runs)?,
                _ => render::text::runs(console.out, &runs)?,
            }
        }
        (Some(Command::Show { run }), database) => {
            let found = database.as_ref().map(|database| journal::writes(database, *run));
            let (found, writes) = found.transpose().map_err(failed)?.flatten().ok_or_else(|| {
                let failure = Failure::new(format!("could not find run {run}"));
                failure.help("`keywright runs` lists the runs of the workspace")
            })?;
            let record = database.map(|database| record(&database, *run)).transpose().map_err(failed)?;
            let (record, writes) = (record.unwrap_or_default(), writes.iter().map(noted).collect::<Vec<_>>());
            match arguments.format {
                Format::Json => render::json::run(console.out, &of(&found), &writes, &record)?,
                _ => {
                    render::text::run(console.out, &of(&found), &writes)?;
                    render::text::record(console.out, &record)?;
                }
            }
        }
    }
    Ok(Exit::Done)
}

/// What the run left in the database besides its writes.
fn record(database: &Database, run: i64) -> Result<render::Record, DatabaseError> {
    let delivered = database::delivered(database, run)?.into_iter();
    let delivery = |it: DeliveryOf| (it.address, it.to, it.receipt);
    Ok(render::Record { remembered: database::recorded(database, run)?, delivered: delivered.map(delivery).collect() })
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
        undelivered: run.undelivered,
        unverified: run.unverified,
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
