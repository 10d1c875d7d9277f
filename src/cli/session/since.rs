//! The manifests of an earlier revision, for `--since`: what they declared and nothing declares now may still be in the store.

use super::Session;
use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::model::Desired;
use crate::plan;
use crate::source::Loaded;
use crate::source::NotFound;
use crate::source::Revisions;

/// What an earlier revision declared.
pub(super) struct Former {
    /// For people, like `main (3f2a9c01d7e4)`.
    pub(super) name: String,
    pub(super) desired: Desired,
}

impl Former {
    pub(super) fn as_plan(&self) -> plan::Former<'_> {
        plan::Former { since: &self.name, desired: &self.desired }
    }
}

/// What is known of the commit before.
pub(super) enum Before {
    Declared(Former),
    /// The clone has only one commit.
    Shallow,
    NoGit,
    /// There is none, or it cannot be read.
    Unknown,
}

/// What the commit before declared, for a machine without memory: nothing else knows what a deleted manifest declared.
pub(super) fn before(loaded: &Loaded, console: &Console<'_>) -> Before {
    const REVISION: &str = "HEAD~1";
    if !loaded.is_whole {
        return Before::Unknown;
    }
    let Ok(revisions) = Revisions::of(&loaded.root, &console.folder) else { return Before::NoGit };
    match former(REVISION, loaded, console) {
        Ok(former) => Before::Declared(former),
        Err(_) if revisions.resolve(REVISION).is_err() && revisions.are_cut_off() => Before::Shallow,
        Err(_) => Before::Unknown,
    }
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
