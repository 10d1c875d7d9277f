//! Delivers key values to files of `NAME=value` lines in the workspace, atomically.
#![expect(clippy::disallowed_methods, reason = "edge: files")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::model::Delivery;
use crate::model::Desired;
use crate::model::Digest;
use crate::model::Kind;
use crate::model::Secret;
use crate::store::Refusal;

/// Maximum size of a delivery file, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The digests of the values already delivered. A file that cannot be read has none, so that the value is delivered
/// again and the problem is reported then.
pub fn delivered(desired: &Desired, root: &Path) -> BTreeMap<Delivery, Digest> {
    let mut found = BTreeMap::new();
    let mut files: BTreeMap<Box<str>, Option<Zeroizing<String>>> = BTreeMap::new();
    let targets = desired.of(Kind::PackageKey).filter_map(|key| key.key.as_ref()).flat_map(|key| &key.deliver);
    for target in targets {
        let text =
            files.entry(target.file.clone()).or_insert_with(|| existing(&root.join(&*target.file)).ok().flatten());
        let value = text.as_ref().and_then(|text| text.lines().find_map(|line| value_of(line, &target.variable)));
        if let Some(value) = value {
            found.insert(target.clone(), Digest::of(value.as_bytes()));
        }
    }
    found
}

/// The value that a line assigns to the variable.
fn value_of<'t>(line: &'t str, variable: &str) -> Option<&'t str> {
    line.strip_prefix(variable)?.strip_prefix('=')
}

/// Writes a value to its file. Other lines do not change; the file becomes readable by its owner only.
pub fn deliver(to: &Delivery, value: &Secret, root: &Path) -> Result<(), Refusal> {
    let refused = |cause: String| {
        let reason = format!("could not write {} to {}: {cause}", to.variable, to.file);
        Refusal::unavailable(reason).help("fix the file or its folder; the next apply delivers the value")
    };
    let path = root.join(&*to.file);
    let folder = prepared(&path, root).map_err(refused)?;
    let text = existing(&path).map_err(refused)?.unwrap_or_default();
    let whole = with_value(&text, &to.variable, value);
    sweep(&folder);
    replace(&path, &folder, UNFINISHED, whole.as_bytes()).map_err(|error| refused(error.to_string()))
}

/// The text with the value in every line that sets the variable, or in a new last line.
fn with_value(text: &str, variable: &str, value: &Secret) -> Zeroizing<String> {
    let mut whole = Zeroizing::new(String::with_capacity(text.len() + variable.len() + value.expose().len() + 2));
    let mut is_set = false;
    for line in text.split_inclusive('\n') {
        if value_of(line, variable).is_none() {
            whole.push_str(line);
            continue;
        }
        is_set = true;
        let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
        push(&mut whole, variable, value, end);
    }
    if !is_set {
        if !whole.is_empty() && !whole.ends_with('\n') {
            whole.push('\n');
        }
        push(&mut whole, variable, value, "\n");
    }
    whole
}

fn push(text: &mut String, variable: &str, value: &Secret, end: &str) {
    for part in [variable, "=", value.expose(), end] {
        text.push_str(part);
    }
}

/// The text of the file. `None` if it does not exist.
fn existing(path: &Path) -> Result<Option<Zeroizing<String>>, String> {
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
        Ok(metadata) if !metadata.is_file() => Err("it is not a regular file".to_owned()),
        Ok(metadata) if metadata.len() > MAX_FILE => Err("the file is larger than 1 MiB".to_owned()),
        Ok(_) => fs::read_to_string(path).map(|text| Some(Zeroizing::new(text))).map_err(|error| error.to_string()),
    }
}

/// Creates the folder of a delivery. Fails if a link leads out of the workspace.
fn prepared(path: &Path, root: &Path) -> Result<PathBuf, String> {
    let folder = path.parent().ok_or("it has no folder")?;
    let root = root.canonicalize().map_err(|error| error.to_string())?;
    let present = folder.ancestors().find(|folder| folder.exists()).ok_or("it has no folder")?;
    let stays = |folder: &Path| folder.canonicalize().is_ok_and(|real| real.starts_with(&root));
    if !stays(present) || fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Err("a link leads out of the workspace, or the file is a link".to_owned());
    }
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    Ok(folder.to_path_buf())
}

/// Replaces a file atomically. Temporary files are readable by their owner only.
pub fn replace(path: &Path, folder: &Path, prefix: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(prefix).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The prefix of temporary files.
const UNFINISHED: &str = ".keywright-delivery-";

/// Removes temporary files of killed runs; only one run delivers at a time.
fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        // If a file cannot be removed, the next delivery tries again.
        let _ = fs::remove_file(entry.path());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(file: &str, variable: &str) -> Delivery {
        Delivery { file: file.into(), variable: variable.into() }
    }

    #[test]
    fn a_value_replaces_its_line_and_leaves_the_others() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("secrets/app.env");
        deliver(&to("secrets/app.env", "A"), &Secret::new("one"), root.path()).unwrap();
        deliver(&to("secrets/app.env", "AB"), &Secret::new("two"), root.path()).unwrap();
        deliver(&to("secrets/app.env", "A"), &Secret::new("three"), root.path()).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "A=three\nAB=two\n");
        fs::write(&file, "# mine\r\nA=old\r\nB=2\nA=older").unwrap();
        fs::write(root.path().join("secrets/.keywright-delivery-x"), "left by a killed run").unwrap();
        deliver(&to("secrets/app.env", "A"), &Secret::new("four"), root.path()).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\r\nA=four\r\nB=2\nA=four\n");
        assert_eq!(fs::read_dir(root.path().join("secrets")).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    #[cfg(unix)]
    fn no_link_leads_a_value_out_of_the_workspace() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("f"), root.path().join("f")).unwrap();
        for file in ["out/x.env", "out/deep/x.env", "f"] {
            assert!(deliver(&to(file, "A"), &Secret::new("v"), root.path()).is_err(), "{file}");
        }
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_is_refused_as_a_file() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("folder")).unwrap();
        let refusal = deliver(&to("folder", "A"), &Secret::new("v"), root.path()).unwrap_err();
        assert!(refusal.reason.contains("not a regular file"), "{}", refusal.reason);
        assert!(!refusal.reason.contains("v\n"));
    }
}
