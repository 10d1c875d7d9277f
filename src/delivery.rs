//! Delivers key values: here to files of `NAME=value` lines in the workspace, atomically, and in [`sinks`] to what the
//! settings declare.
//!
//! The paths come from manifests and saved plans, so from anyone. [`Places`] refuses some of them when a plan is made, so
//! that no key is created that cannot be delivered, and again before each write.

mod causes;
mod links;
pub mod sinks;
mod variables;

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use zeroize::Zeroizing;

use self::causes::Cause;
use self::causes::Lasts;
use self::causes::cause;
use self::causes::refusal;
pub use self::links::without_places;
use self::variables::is_of_variables;
use self::variables::value_of;
use self::variables::with_value;
use crate::diagnostic;
use crate::diagnostic::Diagnostic;
use crate::files;
use crate::files::Place;
use crate::files::Tracked;
use crate::git::GitError;
use crate::git::Repository;
use crate::model::Delivery;
use crate::model::Desired;
use crate::model::Digest;
use crate::model::Kind;
use crate::model::Secret;
use crate::plan::Plan;
use crate::plan::Receipts;
use crate::plan::Shown;
use crate::rules;
use crate::source::Loaded;
use crate::store::Refusal;
use crate::workspace::DatabaseAt;
use crate::workspace::Sink;
use crate::workspace::SinkKind;
use crate::workspace::Workspace;

/// Maximum size of a delivery file, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// What the files of this machine show: those that manifests name, also of removed keys, and those with a receipt. A file
/// that is not here has no entry.
pub fn delivered(desired: &Desired, receipts: &Receipts, root: &Path) -> BTreeMap<Delivery, Shown> {
    let mut files: BTreeMap<Box<str>, Text> = BTreeMap::new();
    let keys = desired.of(Kind::PackageKey).chain(desired.removals()).filter_map(|key| key.key.as_ref());
    let targets = keys.flat_map(|key| &key.deliver).chain(receipts.places.keys()).filter(|to| to.sink.is_none());
    let found = targets.filter_map(|target| {
        let text = files.entry(target.file.clone()).or_insert_with(|| text_of(root, &target.file));
        Some((target.clone(), shown(text, &target.variable)?))
    });
    found.collect()
}

/// The text of a file, `None` if it is not on this machine, or why it must not be replaced.
type Text = Result<Option<Zeroizing<String>>, Cause>;

/// What a file shows for a variable.
fn shown(text: &Text, variable: &str) -> Option<Shown> {
    match text {
        Ok(text) => text.as_ref().map(|text| shown_in(text, variable)),
        Err(Cause { message, help, lasts: Lasts::OnThisMachine, .. }) => {
            Some(Shown::Broken { why: message.as_str().into(), help: help.as_str().into() })
        }
        // Its deliveries are due, and the problem is reported then.
        Err(_) => Some(Shown::Nothing),
    }
}

fn text_of(root: &Path, file: &str) -> Text {
    match Place::find(root, Path::new(file)).map_err(cause)? {
        Some(place) => existing(&place),
        None => Ok(None),
    }
}

/// What the text of a file shows for a variable.
fn shown_in(text: &str, variable: &str) -> Shown {
    let value = text.lines().rev().find_map(|line| value_of(line, variable));
    value.map_or(Shown::Nothing, |value| Shown::Value(Digest::of(value.as_bytes())))
}

fn text(bytes: Vec<u8>) -> Option<Zeroizing<String>> {
    String::from_utf8(bytes).ok().map(Zeroizing::new)
}

/// Where values may be delivered.
pub struct Places<'a> {
    root: &'a Path,
    database: &'a DatabaseAt,
    tracked: Result<Tracked, GitError>,
}

const OWN_FILE: &str = "deliver to a file of its own, in which every line is NAME=value, a comment or blank; or remove \
                        the existing file";

impl<'a> Places<'a> {
    pub fn new(root: &'a Path, database: &'a DatabaseAt) -> Self {
        Self { root, database, tracked: Tracked::below(root) }
    }

    /// What a place shows now. `None` if its file is not on this machine.
    pub fn shown(&self, to: &Delivery) -> Option<Shown> {
        shown(&text_of(self.root, &to.file), &to.variable)
    }

    /// KW-041: deliveries that are refused. What is broken only on this machine counts if `is_here`.
    pub fn findings(&self, desired: &Desired, workspace: &Workspace, is_here: bool) -> Vec<Diagnostic> {
        let mut checked: BTreeMap<&str, Option<Cause>> = BTreeMap::new();
        let mut findings = Vec::new();
        for object in desired.of(Kind::PackageKey) {
            for target in object.key.iter().flat_map(|key| &key.deliver).filter(|to| to.sink.is_none()) {
                let cause = checked.entry(&target.file).or_insert_with(|| self.refused(&target.file, is_here));
                if let Some(Cause { message, help, .. }) = cause {
                    let message = format!("{} cannot be delivered to {}: {message}", target.variable, target.file);
                    findings.push(rules::KW_041.finding(message).at(object.place).help(help.clone()));
                }
            }
        }
        if findings.is_empty() {
            findings.extend(self.published(desired, workspace));
        }
        findings
    }

    /// A delivered file that the next `git add --all` takes. A new folder has a `.gitignore` of its own.
    fn published(&self, desired: &Desired, workspace: &Workspace) -> Vec<Diagnostic> {
        let mut targets: BTreeMap<PathBuf, (String, diagnostic::Place)> = BTreeMap::new();
        for object in desired.of(Kind::PackageKey) {
            for file in object.key.iter().flat_map(|key| &key.deliver).filter_map(|to| readable_file(to, workspace)) {
                let has_folder = matches!(Place::find(self.root, Path::new(&file)), Ok(Some(_)));
                if has_folder {
                    let path = files::settled_folder(&self.root.join(&file));
                    targets.entry(path).or_insert((file, object.place));
                }
            }
        }
        let paths: Vec<PathBuf> = targets.keys().cloned().collect();
        // Without Git, nothing is published.
        let Ok(Some(repository)) = Repository::find_of_anyone(&files::settled(self.root)) else { return Vec::new() };
        let Ok(open) = repository.not_ignored(&paths) else { return Vec::new() };
        let found = open.iter().filter_map(|path| targets.get(path)).map(|(file, place)| {
            let message = format!("Git does not ignore {file}, so the next commit can contain the key");
            let help = "add it to .gitignore, or deliver to a folder that does not exist yet";
            rules::KW_041.also(message).at(*place).help(help)
        });
        found.collect()
    }

    /// The first delivery of a plan that is refused. A saved plan may name files that no manifest may name.
    pub fn refusal(&self, plan: &Plan) -> Option<Refusal> {
        let keys = plan.changes.iter().filter_map(|change| change.target.key.as_ref());
        let mut targets = keys.flat_map(|key| &key.deliver).filter(|to| to.sink.is_none());
        targets.find_map(|target| self.refused(&target.file, false).map(|cause| refusal(target, cause)))
    }

    /// Why a file is refused now and at every later time; with `is_here` also why it is on this machine.
    fn refused(&self, file: &str, is_here: bool) -> Option<Cause> {
        let cause = self.check(file).err();
        cause.filter(|cause| cause.lasts == Lasts::Always || (is_here && cause.lasts == Lasts::OnThisMachine))
    }

    /// Whether a value may be written to a file. Creates nothing.
    fn check(&self, file: &str) -> Result<(), Cause> {
        self.check_path(file)?;
        match Place::find(self.root, Path::new(file)).map_err(cause)? {
            Some(place) => existing(&place).map(|_| ()),
            None => Ok(()),
        }
    }

    /// The same without a look into the file.
    fn check_path(&self, file: &str) -> Result<(), Cause> {
        if let Some((message, help)) = rules::undeliverable(file, self.database) {
            return Err(Cause::new(message, help));
        }
        let path = Path::new(file);
        files::outside_git(self.root, path).map_err(cause)?;
        self.check_untracked(file)
    }

    /// Refuses a file that Git tracks, in the repository of the workspace or in a submodule.
    fn check_untracked(&self, file: &str) -> Result<(), Cause> {
        let unknown = |error: &GitError| {
            let message = format!("could not find out whether Git tracks the file: could not {error}");
            Cause::new(message, error.help())
        };
        let path = self.root.join(file);
        let command = if self.tracked.as_ref().map_err(unknown)?.holds(&path) {
            format!("git rm --cached {file}")
        } else if let Some(inner) = Tracked::inside(self.root, &path).map_err(|error| unknown(&error))? {
            let folder = inner.strip_prefix(files::settled(self.root)).unwrap_or(&inner);
            let file = Path::new(file).strip_prefix(folder).unwrap_or(&path);
            format!("git -C {} rm --cached {}", folder.display(), file.display())
        } else {
            return Ok(());
        };
        let help =
            format!("run `{command}`, add it to .gitignore, and commit; replace values that were ever committed");
        Err(Cause::new("Git tracks the file, so the key would be committed", help))
    }

    /// Writes a value to its file. Other lines do not change; the file becomes readable by its owner only.
    pub fn deliver(&self, to: &Delivery, value: &Secret) -> Result<(), Refusal> {
        self.write(to, value).map_err(|cause| refusal(to, cause))
    }

    fn write(&self, to: &Delivery, value: &Secret) -> Result<(), Cause> {
        self.check(&to.file)?;
        let place = Place::make(self.root, Path::new(&*to.file)).map_err(cause)?;
        let text = existing(&place)?.unwrap_or_default();
        let whole = with_value(&text, &to.variable, value)?;
        place.sweep();
        place.replace(whole.as_bytes()).map_err(|error| cause(error.into()))
    }
}

/// KW-041, for the manifests of a workspace. A plan holds back the keys of which a place is broken on this machine.
pub fn findings(desired: &Desired, loaded: &Loaded) -> Vec<Diagnostic> {
    found(desired, loaded, false)
}

/// The same, and what is broken on this machine.
pub fn findings_here(desired: &Desired, loaded: &Loaded) -> Vec<Diagnostic> {
    found(desired, loaded, true)
}

fn found(desired: &Desired, loaded: &Loaded, is_here: bool) -> Vec<Diagnostic> {
    let mut keys = desired.of(Kind::PackageKey).filter_map(|key| key.key.as_ref());
    // Without deliveries, do not run Git.
    if keys.all(|key| key.deliver.is_empty()) {
        return Vec::new();
    }
    Places::new(&loaded.root, &loaded.workspace.database).findings(desired, &loaded.workspace, is_here)
}

/// The file of the workspace in which everyone can read a value.
fn readable_file(to: &Delivery, workspace: &Workspace) -> Option<String> {
    match to.sink.as_ref().map(|name| workspace.sinks.get(name)) {
        None => Some(to.file.to_string()),
        Some(Some(Sink { kind: SinkKind::File { folder, format }, .. })) => {
            Some(format.file(folder, &to.file, &to.variable))
        }
        Some(_) => None,
    }
}

/// The text of the file. `None` if it does not exist. A file that contains more than variables has another use, for
/// example as a script or a configuration, and a key value in it could have an effect.
fn existing(place: &Place) -> Result<Option<Zeroizing<String>>, Cause> {
    let Some(bytes) = place.read(MAX_FILE).map_err(cause)? else { return Ok(None) };
    let foreign = || Cause::new("the file contains more than variables", OWN_FILE).on_this_machine();
    let text = text(bytes).ok_or_else(foreign)?;
    if place.is_program() {
        return Err(Cause::new("the file is a program", OWN_FILE).on_this_machine());
    }
    if text.lines().all(is_of_variables) { Ok(Some(text)) } else { Err(foreign()) }
}

#[expect(clippy::disallowed_methods, reason = "edge: the tests create and check files")]
#[cfg(test)]
mod tests {
    use super::*;

    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn to(file: &str, variable: &str) -> Delivery {
        Delivery::file(file, variable)
    }

    fn deliver(to: &Delivery, value: &Secret, root: &Path) -> Result<(), Refusal> {
        Places::new(root, &DatabaseAt::File(".keywright/keywright.db".into())).deliver(to, value)
    }

    #[test]
    fn a_value_replaces_its_line_and_leaves_the_others() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("secrets/app.env");
        deliver(&to("secrets/app.env", "A"), &Secret::new("one"), root.path()).unwrap();
        deliver(&to("secrets/app.env", "AB"), &Secret::new("two"), root.path()).unwrap();
        deliver(&to("secrets/app.env", "A"), &Secret::new("three"), root.path()).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "A=three\nAB=two\n");
        fs::write(&file, "# mine\r\nA=old\r\nB=2\nexport A=older").unwrap();
        fs::write(root.path().join("secrets/.keywright-unfinished-x"), "left by a killed run").unwrap();
        deliver(&to("secrets/app.env", "A"), &Secret::new("four"), root.path()).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\r\nA=four\r\nB=2\nexport A=four\n");
        // The second file is the `.gitignore` of the folder.
        assert_eq!(fs::read_dir(root.path().join("secrets")).unwrap().count(), 2);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
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

    #[test]
    fn a_file_with_more_than_variables_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("f");
        for text in ["#!/bin/sh\nA=1\n", "A=1\necho\n", "[net]\nA=1\n", "alias a=b\n", "1A=2\n", "a-b=c\n", "\u{1}"] {
            fs::write(&file, text).unwrap();
            let refusal = deliver(&to("f", "A"), &Secret::new("v"), root.path()).unwrap_err();
            assert!(refusal.reason.contains("more than variables"), "{text}: {}", refusal.reason);
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        fs::write(&file, "A=1\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(deliver(&to("f", "A"), &Secret::new("v"), root.path()).unwrap_err().reason.contains("program"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(&file, "# mine\n\nexport B=a b\n  C_1=\n").unwrap();
        deliver(&to("f", "A"), &Secret::new("v"), root.path()).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n\nexport B=a b\n  C_1=\nA=v\n");
    }

    #[test]
    fn nothing_is_delivered_to_git_or_a_forge() {
        let root = tempfile::tempdir().unwrap();
        // Not a repository, so that the names alone decide.
        fs::create_dir_all(root.path().join(".git/hooks")).unwrap();
        for file in [".git/hooks/post-checkout", ".github/x", "a/.git/config", ".gitlab-ci.yml", "x.yaml", "../x"] {
            assert!(deliver(&to(file, "A"), &Secret::new("v"), root.path()).is_err(), "{file}");
        }
        assert_eq!(fs::read_dir(root.path().join(".git/hooks")).unwrap().count(), 0);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
