//! What an attack must not do, and how it shows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// What the runner has and nobody may get: in its environment, in files and in the configuration of Git.
pub(super) const CANARIES: [&str; 4] =
    ["fake-canary-of-a-password", "fake-canary-of-a-variable", "fake-canary-of-a-file", "fake-canary-of-git"];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Harm {
    None,
    /// A program of the attacker ran.
    Ran,
    /// A command showed what only the runner may know.
    Shown,
    /// What only the runner may know is in the workspace or its store.
    Taken,
    /// The attacker's host was called.
    Sent,
    /// The store was called at a path of the attacker.
    Called,
    /// A file outside of the workspace was changed.
    Outside,
    /// A file of Git, or one that Git would publish, was changed.
    Git,
    /// An object of the protected branch was changed.
    Object,
    /// An object that the rules of the protected branch forbid was created.
    Applied,
    /// The output has a command to the platform or the terminal.
    Command,
    /// A command did not end.
    Hang,
}

impl Harm {
    pub(super) fn parse(text: &str) -> Self {
        let all = [
            Self::None,
            Self::Ran,
            Self::Shown,
            Self::Taken,
            Self::Sent,
            Self::Called,
            Self::Outside,
            Self::Git,
            Self::Object,
            Self::Applied,
            Self::Command,
            Self::Hang,
        ];
        let named = |harm: &Self| format!("{harm:?}").eq_ignore_ascii_case(text);
        all.into_iter().find(named).unwrap_or_else(|| panic!("no harm is named {text}"))
    }
}

pub(super) fn is_shown(said: &str) -> bool {
    CANARIES.iter().any(|canary| said.contains(canary))
}

pub(super) fn has_command(said: &str) -> bool {
    let is_command = |line: &str| line.trim_start().starts_with("::") || line.trim_start().starts_with("##[");
    said.contains("##vso[") || said.contains('\u{1b}') || said.lines().any(is_command)
}

/// Whether a file below a folder contains a canary; outside of Git's folder.
pub(super) fn is_taken(folder: &Path) -> bool {
    let found = files(folder, &[".git"]);
    let has = |bytes: &Vec<u8>, canary: &str| bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
    found.values().any(|bytes| CANARIES.iter().any(|canary| has(bytes, canary)))
}

/// What Git does without being asked: its configuration and its hooks.
pub(super) fn of_git(checkout: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(&checkout.join(".git"), &["objects", "refs", "logs", "index", "FETCH_HEAD", "ORIG_HEAD"])
}

/// The files below a folder with their content. Links are not followed.
pub(super) fn files(folder: &Path, skipped: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if skipped.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            found.extend(files(&path, skipped));
        } else if metadata.is_file() {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}
