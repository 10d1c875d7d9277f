//! `keywright doctor`

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::output;
use super::output::Format;
use super::session::Session;
use super::trust;
use crate::render;
use crate::render::doctor::State;

/// Check that everything a run needs is there: settings, Git, the database, credentials, the stores, the clock
///
/// Changes nothing and reads no value of a key: a sign-in, and one call for each list. Exits with 1 if a plan or an apply would
/// not work.
#[derive(Args)]
#[command(after_help = super::examples::DOCTOR)]
pub(super) struct Arguments {
    #[command(flatten)]
    manifests: Manifests,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&output::DATA))]
    pub(super) format: Format,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let session = Session::open(&arguments.manifests, console)?;
    trust::show(&session.loaded, console)?;
    let checks = session.health(console)?;
    match arguments.format {
        Format::Json => render::json::doctor(console.out, &checks)?,
        _ => render::doctor::text(console.out, &checks)?,
    }
    let has_failed = checks.iter().any(|check| check.state == State::Fail);
    Ok(if has_failed { Exit::Error } else { Exit::Done })
}
