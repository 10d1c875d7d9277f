//! Writes adopted manifests: all files are checked before the first one is written. None is outside the workspace, reached over a
//! link, or changed since it was read.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use crate::cli::Console;
use crate::cli::Failure;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::files;
use crate::files::Place;
use crate::files::Refused;
use crate::manifest::tree::MAX_FILE;
use crate::source::Loaded;

/// A file that may be written.
struct Ready<'a> {
    source: &'a Source,
    text: &'a str,
    place: Place,
}

pub(super) fn write(texts: &BTreeMap<SourceId, String>, loaded: &Loaded, console: &Console<'_>) -> Result<(), Failure> {
    let new = texts.iter().filter_map(|(id, text)| Some((loaded.sources.get(*id)?, text)));
    let ready: Vec<Ready<'_>> =
        new.map(|(source, text)| ready(source, text, loaded, console)).collect::<Result<_, _>>()?;
    let mut written: Vec<&str> = Vec::new();
    for file in &ready {
        replace(file).map_err(|cause| failed(&file.source.name, &cause, &written))?;
        written.push(&file.source.name);
    }
    Ok(())
}

fn replace(file: &Ready<'_>) -> Result<(), String> {
    let old = unchanged(&file.place, file.source)?;
    file.place.replace_like(&old, file.text.as_bytes()).map_err(|error| error.kind().to_string())
}

fn ready<'a>(source: &'a Source, text: &'a str, loaded: &Loaded, console: &Console<'_>) -> Result<Ready<'a>, Failure> {
    let name = &source.name;
    let place = place(name, &loaded.root, &console.folder).map_err(|cause| failed(name, &cause, &[]))?;
    unchanged(&place, source).map_err(|cause| failed(name, &cause, &[]))?;
    Ok(Ready { source, text, place })
}

/// The file below the workspace. Links may lead to the workspace, but not inside it.
fn place(name: &str, root: &Path, folder: &Path) -> Result<Place, String> {
    let path = files::normal(&folder.join(name));
    let below = path.strip_prefix(files::normal(root)).or_else(|_| path.strip_prefix(files::settled(root)));
    let below = below.map_err(|_| "it is outside the workspace")?;
    let place = Place::find(&files::settled(root), below).map_err(|refused: Refused| refused.to_string())?;
    place.ok_or_else(|| "its folder does not exist".to_owned())
}

/// The file, if it still has the text that was read.
fn unchanged(place: &Place, source: &Source) -> Result<File, String> {
    let refused = |refused: Refused| refused.to_string();
    let file = place.open_existing().map_err(refused)?.ok_or("it does not exist")?;
    let bytes = place.read(MAX_FILE as u64).map_err(refused)?;
    let is_same = bytes.is_some_and(|bytes| bytes == source.text.as_bytes()) && place.is(&file).map_err(refused)?;
    if is_same { Ok(file) } else { Err("it changed since it was read".to_owned()) }
}

fn failed(name: &str, cause: &str, written: &[&str]) -> Failure {
    let before = if written.is_empty() { String::new() } else { format!("; written before: {}", written.join(", ")) };
    Failure::new(format!("could not adopt the edits of the store in {name}: {cause}{before}")).help(
        "`keywright drift` shows the edits: write them by hand, or run it again with --adopt after the cause is gone",
    )
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "edge: the tests create and check files")]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn source(text: &str) -> Source {
        Source { name: "m.yaml".into(), text: text.into(), readable: true }
    }

    #[test]
    fn only_a_file_as_it_was_read_is_replaced_and_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.yaml");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let written = |old: &str| {
            let place = place("m.yaml", folder.path(), folder.path()).unwrap();
            replace(&Ready { source: &source(old), text: "new", place })
        };
        assert!(written("older").unwrap_err().contains("changed since it was read"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        written("old").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_file(&path).unwrap();
        assert!(written("new").is_err() && !path.exists());
    }

    #[test]
    fn no_file_outside_or_over_a_link_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("w");
        fs::create_dir_all(root.join("real")).unwrap();
        std::os::unix::fs::symlink("real", root.join("link")).unwrap();
        std::os::unix::fs::symlink(&root, folder.path().join("way")).unwrap();
        let way = folder.path().join("way");
        assert!(place("m.yaml", &way, &way).is_ok());
        assert!(place("real/m.yaml", &root, &root).is_ok());
        assert!(place("link/m.yaml", &root, &root).is_err());
        assert!(place("../m.yaml", &root, &root).is_err_and(|cause| cause.contains("outside the workspace")));
        assert!(place("(standard input)", &root, folder.path()).is_err());
    }
}
