//! `keywright export`

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use super::remotes;
use super::workspace;
use super::workspace::Manifests;
use crate::export;
use crate::store::Query;

/// Print the live store as manifests that plan to nothing to do
///
/// Key values are never printed: keys are exported as generated ones, which find their live key by application,
/// package and prefix.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    manifests: Manifests,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let loaded = workspace::load(&arguments.manifests, console)?;
    let remotes = remotes::remotes(&loaded, false, console)?;
    let location = workspace::database::location(&loaded, console)?;
    let live = workspace::read(&location, &remotes, &Query::everything())?;
    export::manifests(console.out, &live, console.now)?;
    Ok(Exit::Done)
}
