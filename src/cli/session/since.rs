//! The manifests of an earlier revision, for `--since`: what they declared and nothing declares now may still be in the store.

use super::Session;
use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::model::Desired;
use crate::source::Loaded;
use crate::source::NotFound;
use crate::source::Revisions;

/// What an earlier revision declared.
pub(super) struct Former {
    /// For people, like `main (3f2a9c01d7e4)`.
    pub(super) name: String,
    pub(super) desired: Desired,
}

/// Reads the manifests of a revision by Git alone, and checks them with the settings of that revision.
pub(super) fn former(revision: &str, loaded: &Loaded, console: &Console<'_>) -> Result<Former, Failure> {
    if !loaded.is_whole {
        let failure = Failure::new("could not use --since: files that were not read may declare what it would report");
        return Err(Failure { exit: Exit::Usage, ..failure }.help("pass only the workspace folder"));
    }
    let failed = |error: NotFound| Failure::new(error.to_string()).help(error.help());
    let revisions = Revisions::of(&loaded.root, &console.folder).map_err(failed)?;
    let commit = revisions.resolve(revision).map_err(failed)?;
    let name = format!("{revision} ({})", commit.short());
    let mut checked = Session { loaded: revisions.load(&commit).map_err(failed)? }.check_texts();
    checked.allow_nothing();
    let invalid = || {
        let failure = Failure::new(format!("could not use --since {revision}: the manifests of {name} have errors"));
        failure.help(format!("name another commit; `keywright diff {revision}..{revision}` prints the errors"))
    };
    Ok(Former { desired: checked.desired.ok_or_else(invalid)?, name })
}
