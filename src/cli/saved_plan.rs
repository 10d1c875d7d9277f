//! The files of saved plans: written atomically, readable by their owner only, and limited in size.

use std::path::Path;
use std::path::PathBuf;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use crate::files;
use crate::files::Place;
use crate::files::Refused;
use crate::saved_plan::LONGEST;
use crate::saved_plan::Problem;
use crate::saved_plan::SavedPlan;
use crate::saved_plan::is_saved_plan;
use crate::workspace::is_manifest_extension;

/// Where `plan --out` saves its plan.
pub(super) enum Target {
    /// Standard output.
    Output,
    File {
        place: Place,
        /// For messages.
        path: PathBuf,
    },
}

impl Target {
    /// Checks that a plan can be saved there, before anything else happens, and removes an older saved plan: if this run
    /// fails, that one is not mistaken for its result.
    pub(super) fn open(path: &Path, folder: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::Output);
        }
        if path.extension().and_then(|end| end.to_str()).is_some_and(is_manifest_extension) {
            return Err(failed(path, "it would be a manifest"));
        }
        let failed = |refused: Refused| failed(path, &refused.to_string());
        let place = files::named(folder, path).map_err(failed)?;
        let place = place.ok_or_else(|| self::failed(path, "its folder does not exist"))?;
        let is_there = match place.read(LONGEST as u64) {
            Ok(Some(existing)) if !existing.is_empty() && !is_saved_plan(&existing) => {
                return Err(self::failed(path, "the existing file is not a saved plan"));
            }
            Ok(existing) => existing.is_some(),
            Err(Refused::NotAFile) => return Err(self::failed(path, "the existing path is not a regular file")),
            Err(refused) => return Err(failed(refused)),
        };
        place.check_writable().map_err(|error| self::failed(path, &error.kind().to_string()))?;
        if is_there {
            place.remove().map_err(|error| self::failed(path, &error.kind().to_string()))?;
        }
        Ok(Self::File { place, path: path.to_path_buf() })
    }

    /// Saves a plan that could be applied.
    pub(super) fn save(&self, saved: &SavedPlan, console: &mut Console<'_>) -> Result<(), Failure> {
        let bytes = saved.to_bytes();
        let Self::File { place, path } = self else {
            console.out.write_all(&bytes)?;
            return Ok(());
        };
        if bytes.len() > LONGEST {
            return Err(failed(path, &Problem::TooLarge.to_string()));
        }
        // Do not leak the temporary file's name.
        place.replace(&bytes).map_err(|error| failed(path, &error.kind().to_string()))
    }
}

fn failed(path: &Path, cause: &str) -> Failure {
    let failure = Failure::new(format!("could not save the plan in {}: {cause}", path.display()));
    failure.help("name a new file or an older saved plan, like plan.json, in a writable folder")
}

/// A saved plan, and the name of its file for messages.
pub(super) struct LoadedPlan {
    pub(super) plan: SavedPlan,
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// The saved plan that the arguments name, if any. It is recognized by its content, not by its file name.
pub(super) fn named(manifests: &Manifests, console: &Console<'_>) -> Result<Option<LoadedPlan>, Failure> {
    let Some(path) = manifests.only_path() else { return Ok(None) };
    // Read errors are reported when the path is read as a manifest.
    match files::read_named(&console.folder, path, LONGEST as u64) {
        Ok(bytes) if is_saved_plan(&bytes) => read(path, &bytes, console).map(Some),
        _ => Ok(None),
    }
}

/// The saved plan in a file.
pub(super) fn open(path: &Path, console: &Console<'_>) -> Result<LoadedPlan, Failure> {
    match files::read_named(&console.folder, path, LONGEST as u64) {
        Ok(bytes) => read(path, &bytes, console),
        Err(refused) => Err(unreadable(path, &refused.to_string())),
    }
}

fn read(path: &Path, bytes: &[u8], console: &Console<'_>) -> Result<LoadedPlan, Failure> {
    let name = path.display().to_string();
    let whole = files::normal(&console.folder.join(path));
    match SavedPlan::read(bytes) {
        Ok(plan) => Ok(LoadedPlan { plan, name, path: whole }),
        Err(problem) => Err(unreadable(path, &problem.to_string()).help(problem.help())),
    }
}

fn unreadable(path: &Path, cause: &str) -> Failure {
    let failure = Failure::new(format!("could not read the plan {}: {cause}", path.display()));
    Failure { exit: Exit::Error, ..failure }.help("name a file that `keywright plan --out FILE` saved")
}
