//! What a path names: a manifest, or a stream.

use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use crate::files::normal;
use crate::workspace::is_manifest_extension;

pub(super) fn has_manifest_name(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(is_manifest_extension)
}

/// Whether the user named a device or a pipe, like that of a shell's `<(…)`. A link to one is not the user's.
pub(super) fn is_stream(path: &Path) -> bool {
    let path = normal(path);
    let is_shells = ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.starts_with(folder));
    let kind = fs::symlink_metadata(&path).map(|found| found.file_type());
    is_shells || path == Path::new("/dev/stdin") || kind.is_ok_and(|kind| kind.is_fifo() || kind.is_char_device())
}
