//! The files of saved plans: written whole or not at all, for their owner only, and read within bounds.
#![expect(clippy::disallowed_methods, reason = "edge: files")]

use std::fs;
use std::io::Read;
use std::io::Write;
use std::path::Path;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use crate::saved_plan::LONGEST;
use crate::saved_plan::Problem;
use crate::saved_plan::SavedPlan;
use crate::saved_plan::is_saved_plan;

/// Saves a plan that could be applied.
pub(super) fn save(saved: &SavedPlan, path: &Path, console: &Console<'_>) -> Result<(), Failure> {
    let failed = |cause: String| {
        let failure = Failure::new(format!("could not save the plan in {}: {cause}", path.display()));
        failure.help("name a new file, or one that holds an older plan, in a folder that can be written to")
    };
    let bytes = saved.to_bytes();
    if bytes.len() > LONGEST {
        return Err(failed(Problem::TooLarge.to_string()));
    }
    let path = console.folder.join(path);
    if fs::symlink_metadata(&path).is_ok_and(|there| !there.is_file()) {
        return Err(failed("what is there is not a regular file".to_owned()));
    }
    if bytes_of(&path).is_ok_and(|there| there.is_some_and(|there| !there.is_empty() && !is_saved_plan(&there))) {
        return Err(failed("what is there is not a saved plan".to_owned()));
    }
    if !path.parent().is_some_and(Path::is_dir) {
        return Err(failed("its folder is not there".to_owned()));
    }
    // The name of the unfinished file is nobody's matter.
    replace(&path, &bytes).map_err(|error| failed(error.kind().to_string()))
}

/// A temporary file is made for its owner only.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".keywright-plan-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A saved plan, and how people call its file.
pub(super) struct LoadedPlan {
    pub(super) plan: SavedPlan,
    pub(super) name: String,
}

/// The saved plan that the arguments name, if they name one: known by its content, whatever the file is called.
pub(super) fn named(manifests: &Manifests, console: &Console<'_>) -> Result<Option<LoadedPlan>, Failure> {
    let Some(path) = manifests.only_path() else { return Ok(None) };
    // Whatever can not be read is told by those who read manifests.
    match bytes_of(&console.folder.join(path)) {
        Ok(Some(bytes)) if is_saved_plan(&bytes) => read(path, &bytes).map(Some),
        _ => Ok(None),
    }
}

/// The saved plan in a file.
pub(super) fn open(path: &Path, console: &Console<'_>) -> Result<LoadedPlan, Failure> {
    match bytes_of(&console.folder.join(path)) {
        Ok(Some(bytes)) => read(path, &bytes),
        Ok(None) => Err(unreadable(path, "it is not a regular file")),
        Err(error) => Err(unreadable(path, &error.to_string())),
    }
}

/// What is in a file, up to one byte more than a plan may have; nothing when it is not a regular file.
fn bytes_of(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    if !fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn read(path: &Path, bytes: &[u8]) -> Result<LoadedPlan, Failure> {
    let name = path.display().to_string();
    match SavedPlan::read(bytes) {
        Ok(plan) => Ok(LoadedPlan { plan, name }),
        Err(problem) => Err(unreadable(path, &problem.to_string()).help(problem.help())),
    }
}

fn unreadable(path: &Path, cause: &str) -> Failure {
    let failure = Failure::new(format!("could not read the plan {}: {cause}", path.display()));
    Failure { exit: Exit::Error, ..failure }.help("name a file that `keywright plan --out FILE` saved")
}
