//! Where code hosts see the files of a repository.

use std::borrow::Cow;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// The checkout of a repository: code hosts show paths that are relative to its root, wherever the command runs.
pub struct Checkout {
    pub root: PathBuf,
    /// The current folder, which other paths are relative to.
    pub folder: PathBuf,
}

impl Checkout {
    /// The path relative to the root, if it is below it.
    pub(super) fn path<'a>(&self, path: Cow<'a, str>) -> Cow<'a, str> {
        let whole = normal(&self.folder.join(&*path));
        match whole.strip_prefix(&self.root) {
            Ok(below) => Cow::Owned(below.to_string_lossy().into_owned()),
            Err(_) => path,
        }
    }
}

/// `a/../b` is `b`.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}
