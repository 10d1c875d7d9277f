//! What the walk through a folder skips, and the errors that it meets.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use ignore::DirEntry;

use super::has_settings;
use crate::files::Bounds;
use crate::files::Refused;
use crate::workspace::WORKSPACE_FILE;

/// The folders that a walk did not enter, and why: `None` for a workspace of its own.
#[derive(Clone, Default)]
pub(super) struct Strays(Arc<Mutex<Vec<(PathBuf, Option<Refused>)>>>);

impl Strays {
    /// Whether the walk may enter an entry: not a folder behind a link that leads out, and not a workspace inside this
    /// one.
    pub(super) fn admit(&self, entry: &DirEntry, bounds: &Bounds, root: &Path) -> bool {
        let path = entry.path();
        if !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            return true;
        }
        let refused = if entry.path_is_symlink() { bounds.resolve(path).err() } else { None };
        let found = match refused {
            Some(refused) => Some((path.to_path_buf(), Some(refused))),
            None if entry.depth() > 0 && path != root && has_settings(path) => Some((path.join(WORKSPACE_FILE), None)),
            None => None,
        };
        let admitted = found.is_none();
        if let Ok(mut strays) = self.0.lock() {
            strays.extend(found);
        }
        admitted
    }

    pub(super) fn take(&self) -> Vec<(PathBuf, Option<Refused>)> {
        self.0.lock().map(|mut strays| std::mem::take(&mut *strays)).unwrap_or_default()
    }
}

/// The path that an error of a walk names, and whether links lead in a circle there.
pub(super) fn at_fault(error: &ignore::Error) -> (Option<&Path>, bool) {
    match error {
        ignore::Error::WithPath { path, err } => {
            let (inner, is_circle) = at_fault(err);
            (inner.or(Some(path)), is_circle)
        }
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => at_fault(err),
        ignore::Error::Loop { child, .. } => (Some(child), true),
        _ => (None, false),
    }
}
