//! The links of a repository: a pull request decides where they lead. Those of the user decide nothing for anybody else.

use std::ffi::OsString;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use super::Bounds;
use super::Refused;

/// Maximum number of links on a path, like that of the kernel.
const MOST_LINKS: usize = 40;

/// The checkout that a path is in, without links: the nearest folder upwards that has a `.git`.
pub fn repository(path: &Path) -> Option<PathBuf> {
    let real = super::settled(path);
    let root = real.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok());
    root.map(Path::to_path_buf)
}

/// The checkout inside the checkout `root`, like that of a submodule, that a path is in.
pub fn inner_repository(root: &Path, path: &Path) -> Option<PathBuf> {
    repository(path).filter(|inner| inner != root && inner.starts_with(root))
}

/// The absolute path with its links resolved in the part that exists. `Err` if one of them is inside the folder `fence`,
/// which has no links itself.
pub(super) fn without_links_in(fence: &Path, path: &Path) -> Result<PathBuf, Refused> {
    let mut at = PathBuf::from("/");
    let mut rest = reversed(path);
    let mut links = 0;
    while let Some(part) = rest.pop() {
        if part == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&part);
        let Ok(target) = next.read_link() else {
            at = next;
            continue;
        };
        if at.starts_with(fence) {
            let name = next.strip_prefix(fence).unwrap_or(&next);
            return Err(Refused::Link(name.display().to_string()));
        }
        links += 1;
        if links > MOST_LINKS {
            return Err(Refused::Circle);
        }
        if target.is_absolute() {
            at = PathBuf::from("/");
        }
        rest.extend(reversed(&target));
    }
    Ok(at)
}

/// Refuses an absolute path to which a link of the checkout that contains the workspace `root` leads, unless it ends in
/// this checkout, and not in Git's folder.
pub fn not_led_out(root: &Path, path: &Path) -> Result<(), Refused> {
    match repository(root) {
        Some(fence) if without_links_in(&fence, path).is_err() => Bounds::new(&fence, &[]).resolve(path).map(|_| ()),
        _ => Ok(()),
    }
}

/// The parts of a path, the first one last.
fn reversed(path: &Path) -> Vec<OsString> {
    let is_part = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
    path.components().filter(is_part).map(|part| part.as_os_str().to_owned()).rev().collect()
}
