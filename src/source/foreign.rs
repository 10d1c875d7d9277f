//! Files of other programs: in the lists of changed files that hooks pass to `validate`, and in folders that Git ignores.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use super::path::is_stream;
use super::texts::By;
use super::texts::Texts;
use crate::diagnostic::Source;
use crate::files::normal;
use crate::files::not_led_out;
use crate::git::Repository;
use crate::manifest::tree::MAX_FILE;
use crate::workspace::WORKSPACE_FILE;

/// What every manifest contains, in its `apiVersion`.
const GROUP: &str = "keywright.dev";

impl Texts {
    /// Whether a file in or beside the workspace is for another program. What cannot be read is reported when it is read.
    pub(super) fn is_foreign(&self, path: &Path, from: &Path, root: &Path) -> bool {
        let whole = normal(&from.join(path));
        if path == Path::new("-") || is_stream(&whole) || whole == root.join(WORKSPACE_FILE) {
            return false;
        }
        let Some(file) = self.opened(&whole, root) else { return false };
        if !file.metadata().is_ok_and(|found| found.is_file()) {
            return false;
        }
        let mut bytes = Vec::new();
        let is_read = file.take(MAX_FILE as u64).read_to_end(&mut bytes).is_ok();
        is_read && !is_of_keywright(&bytes)
    }

    /// Forgets the files of other programs that Git ignores, for example of installed packages. A file that says that it
    /// is a manifest stays, so that nothing that is declared is left out.
    pub(super) fn forget_ignored(&mut self, root: &Path) {
        let is_foreign = |source: &&Source| {
            source.readable && !self.named.contains(&source.name) && !is_of_keywright(source.text.as_bytes())
        };
        let foreign = self.sources.iter().filter(is_foreign).map(|source| normal(&self.from().join(&*source.name)));
        let foreign: Vec<PathBuf> = foreign.collect();
        if foreign.is_empty() {
            return;
        }
        let Ok(Some(repository)) = Repository::find_of_anyone(root) else { return };
        let Ok(ignored) = repository.ignored(&foreign) else { return };
        let ignored: BTreeSet<Box<str>> = ignored.iter().map(|path| self.name_of(path)).collect();
        self.sources.retain(|source| !ignored.contains(&source.name));
    }

    /// A file in the workspace, or in the folder beside it that the user named, if no link of the repository leads out of it.
    fn opened(&self, path: &Path, root: &Path) -> Option<File> {
        if path.starts_with(root) {
            return self.open(path, By::User).ok();
        }
        let folder = path.parent().filter(|folder| not_led_out(root, folder).is_ok())?;
        self.bounds.and(folder).open(path).ok()
    }
}

/// Whether a text may be a manifest.
fn is_of_keywright(text: &[u8]) -> bool {
    String::from_utf8_lossy(text).contains(GROUP)
}
