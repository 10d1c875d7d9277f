//! `keywright export`

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::session::Session;
use super::trust;
use crate::export;

/// Export the live store as manifests that match it
///
/// Key values are never printed: they are exported as generated and match by application, package, prefix.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    manifests: Manifests,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let session = Session::open(&arguments.manifests, console)?;
    trust::show(&session.loaded, console)?;
    let live = session.everything(console)?;
    export::manifests(console.out, &live, console.now)?;
    Ok(Exit::Done)
}
