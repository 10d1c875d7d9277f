//! Files of other programs in the lists of changed files that hooks pass to `validate`.

use std::io::Read;
use std::path::Path;

use super::texts::By;
use super::texts::Texts;
use super::texts::is_stream;
use crate::files::normal;
use crate::manifest::tree::MAX_FILE;
use crate::workspace::WORKSPACE_FILE;

/// What every manifest contains, in its `apiVersion`.
const GROUP: &[u8] = b"keywright.dev";

impl Texts {
    /// Whether a file of the workspace is for another program. What cannot be read is reported when it is read.
    pub(super) fn is_foreign(&self, path: &Path, from: &Path, root: &Path) -> bool {
        let whole = normal(&from.join(path));
        if path == Path::new("-") || is_stream(&whole) || !whole.starts_with(root) || whole == root.join(WORKSPACE_FILE)
        {
            return false;
        }
        let Ok(file) = self.open(&whole, By::User) else { return false };
        if !file.metadata().is_ok_and(|found| found.is_file()) {
            return false;
        }
        let mut bytes = Vec::new();
        let is_read = file.take(MAX_FILE as u64).read_to_end(&mut bytes).is_ok();
        is_read && !bytes.windows(GROUP.len()).any(|part| part == GROUP)
    }
}
