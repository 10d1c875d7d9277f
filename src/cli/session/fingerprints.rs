//! The key for fingerprints of secrets: the one that `keywright.yaml` names, or the file next to the database.

use std::path::Path;

use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::access::access;
use crate::database;
use crate::database::Location;
use crate::files::Tracked;
use crate::model::FingerprintKey;
use crate::model::fingerprint::SHORTEST_KEY;
use crate::rules;
use crate::secrets;
use crate::source::Loaded;

/// Whether to create the file of a missing key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Create {
    Must,
    /// If possible: a plan can also be made in a folder that cannot be written to.
    May,
    No,
}

/// The key. `None` if there is no file and none is created: then every fingerprint is unknown.
pub(super) fn key(
    loaded: &Loaded,
    location: &Location,
    create: Create,
    console: &Console<'_>,
) -> Result<Option<FingerprintKey>, Failure> {
    let Some(source) = &loaded.workspace.fingerprint_key else {
        let path = database::key_file(location, &loaded.root);
        refuse_tracked(&path)?;
        let key = match create {
            Create::Must => database::make_key(&path).map(Some),
            Create::May => database::make_key(&path).map(Some).or_else(|_| database::read_key(&path)),
            Create::No => database::read_key(&path),
        };
        return key.map_err(|error| Failure::of_database(&error));
    };
    let read = secrets::credential(source, &access(loaded, console)).map_err(|problem| {
        let failure = Failure::new(format!("could not read the key for fingerprints: {}", problem.message));
        Failure { help: problem.help, ..failure }
    })?;
    FingerprintKey::new(read).map(Some).ok_or_else(|| {
        let rule = rules::KW_050.id;
        let message = format!("could not use the key for fingerprints: it has fewer than {SHORTEST_KEY} characters");
        Failure::new(format!("{message} [{rule}]"))
            .help("create one with `openssl rand -hex 32`, and give it to every runner")
    })
}

/// A key that Git tracks is no secret, and the author of a pull request may have chosen it.
fn refuse_tracked(path: &Path) -> Result<(), Failure> {
    let failed =
        |cause: &str| Failure::new(format!("could not use the key for fingerprints {}: {cause}", path.display()));
    let tracked = Tracked::below(path.parent().unwrap_or(path)).map_err(|error| {
        failed(&format!("could not find out whether Git tracks it: could not {error}")).help(error.help())
    })?;
    if !tracked.holds(path) {
        return Ok(());
    }
    let help = format!("run `git rm {}` and commit: the next apply creates a new key", path.display());
    Err(failed("Git tracks it").help(help))
}
