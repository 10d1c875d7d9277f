//! Files of other programs in the lists of changed files that hooks pass to `validate`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::path::is_stream;
use super::texts::By;
use super::texts::Texts;
use crate::files::normal;
use crate::files::not_led_out;
use crate::manifest::tree::MAX_FILE;
use crate::workspace::WORKSPACE_FILE;

/// What every manifest contains, in its `apiVersion`.
const GROUP: &[u8] = b"keywright.dev";

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
        is_read && !bytes.windows(GROUP.len()).any(|part| part == GROUP)
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
