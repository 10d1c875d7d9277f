//! Where the SQLite file of a workspace may be.

use std::path::Path;
use std::path::PathBuf;

use super::Place;
use super::Refused;
use super::links::repository;
use super::links::without_links_in;
use crate::workspace::OWN_FOLDER;

/// The file itself and the files that are written next to it.
const SIDES: [&str; 5] = ["", "-wal", "-shm", "-journal", ".lock"];

/// The files of a database at `path`.
pub fn files_of(path: &Path) -> impl Iterator<Item = PathBuf> {
    SIDES.into_iter().map(|side| beside(path, side))
}

fn beside(path: &Path, side: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(side);
    name.into()
}

/// The path of the database that the workspace in `root` names, without links. Inside the workspace no part may be a
/// link. Outside, which only works if it `may_leave`, links to its folder are the user's own, except those of the
/// repository.
pub fn database(root: &Path, path: &str, may_leave: bool) -> Result<PathBuf, Refused> {
    let whole = super::normal(&root.join(path));
    let (written, root) = (super::normal(root), super::settled(root));
    let below = whole.strip_prefix(&root).or_else(|_| whole.strip_prefix(&written)).map(Path::to_path_buf);
    let (begin, rest) = match below {
        Ok(below) => {
            super::outside_git(&root, &below)?;
            (root, below)
        }
        Err(_) if may_leave => {
            let whole = beside_workspace(&root, &whole)?;
            (PathBuf::from("/"), whole.strip_prefix("/").map_err(|_| Refused::Outside)?.to_path_buf())
        }
        Err(_) => return Err(Refused::Outside),
    };
    for file in files_of(&rest) {
        if let Some(place) = Place::find(&begin, &file)? {
            place.check_file()?;
        }
    }
    Ok(begin.join(rest))
}

/// The path of a file outside the workspace, without links. None of them is one of the repository, because a pull request
/// decides where such a link leads.
fn beside_workspace(root: &Path, path: &Path) -> Result<PathBuf, Refused> {
    let Some(fence) = repository(root) else { return Ok(super::settled_folder(path)) };
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Err(Refused::NotAFile) };
    let real = without_links_in(&fence, folder)?.join(name);
    if let Ok(below) = real.strip_prefix(&fence) {
        super::outside_git(&fence, below)?;
    }
    Ok(real)
}

/// Whether Git ignores the database at `path` in Keywright's own folder, or will, because the folder has no `.gitignore`
/// yet. A repository may contain one that makes `git add` take the database.
pub fn is_ignored(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(path);
    if folder.file_name().is_none_or(|name| name != OWN_FOLDER) {
        return true;
    }
    let Ok(place) = Place::find(Path::new("/"), &folder.join(".gitignore")) else { return false };
    let Some(text) = place.and_then(|place| place.read(1 << 16).transpose()) else { return true };
    let Ok(text) = text else { return false };
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let takes = |line: &[u8]| line.starts_with(b"!") && line != b"!.gitignore";
    lines.clone().any(|line| line == b"*") && !lines.any(takes)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_database_stays_in_the_workspace_and_is_reached_without_links() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let real = root.path().canonicalize().unwrap();
        let ask = |path: &str, may_leave| database(root.path(), path, may_leave);
        assert_eq!(ask(".keywright/k.db", false).unwrap(), real.join(".keywright/k.db"));
        assert_eq!(ask(&format!("{}/k.db", root.path().display()), false).unwrap(), real.join("k.db"));
        for path in ["../k.db", "/nowhere/Cargo", "a/../../k.db"] {
            assert!(matches!(ask(path, false), Err(Refused::Outside)), "{path}");
        }
        assert_eq!(ask("/nowhere/k.db", true).unwrap(), Path::new("/nowhere/k.db"));
        assert!(matches!(ask(".git/k.db", false), Err(Refused::Git(_))));
        symlink(outside.path(), root.path().join(".keywright")).unwrap();
        assert!(matches!(ask(".keywright/k.db", true), Err(Refused::Link(_))));
        for side in SIDES {
            let name = format!("db{}", side.len());
            symlink(outside.path().join("canary"), root.path().join(format!("{name}{side}"))).unwrap();
            assert!(matches!(ask(&name, true), Err(Refused::Link(_))), "{side}");
        }
        fs::create_dir(root.path().join("folder")).unwrap();
        assert!(matches!(ask("folder", false), Err(Refused::NotAFile)));
    }
}
