//! The files that hold the values, as their readers see them, and what happens to these files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use super::hands::Time;

/// What a place showed, and what its reader had.
#[derive(Clone, Default)]
pub(super) struct Before {
    pub(super) shown: Option<String>,
    pub(super) held: Option<String>,
}

/// A place that receives the value of a key. Its reader has the last value that it showed: another machine may have read the
/// file before it went.
pub(super) struct Place {
    /// The number of the key, and that of the place in its manifest.
    pub(super) of: (usize, usize),
    pub(super) path: PathBuf,
    pub(super) variable: String,
    pub(super) held: Option<String>,
    /// What the file showed, and what its reader had, when the run began.
    pub(super) before: Before,
    /// When it last ceased to show other values.
    pub(super) left: BTreeMap<String, Time>,
    /// Whether a person wrote what it shows.
    pub(super) is_by_hand: bool,
}

impl Place {
    /// What the file shows now; `None` if it is not on this machine, or does not have the variable.
    pub(super) fn shown(&self) -> Option<String> {
        let text = fs::read_to_string(&self.path).ok()?;
        let start = format!("{}=", self.variable);
        text.lines().rev().find_map(|line| line.strip_prefix(&start)).map(str::to_owned)
    }

    /// Notes what is there before a run.
    pub(super) fn note(&mut self) {
        self.before = Before { shown: self.shown(), held: self.held.clone() };
    }

    /// Whether the run wrote a value that the file did not show.
    pub(super) fn has_received(&self) -> bool {
        self.shown().is_some_and(|shown| self.before.shown != Some(shown))
    }

    /// What the reader of an old value had before the run, or has since.
    pub(super) fn next(&self, old: &str) -> Option<&String> {
        self.before.held.as_ref().filter(|held| *held != old).or(self.held.as_ref())
    }

    /// Notes what a run has delivered.
    pub(super) fn observe(&mut self, now: Time) {
        if let Some(shown) = self.shown().filter(|shown| self.held.as_ref() != Some(shown)) {
            self.hold(shown, now, false);
        }
    }

    fn hold(&mut self, value: String, now: Time, is_by_hand: bool) {
        self.left.remove(&value);
        let before = self.held.replace(value);
        self.left.extend(before.filter(|before| self.held.as_ref() != Some(before)).map(|before| (before, now)));
        self.is_by_hand = is_by_hand;
    }

    /// Writes another value, as a person would. Returns whether there is a file.
    pub(super) fn overwrite(&mut self, value: &str, now: Time) -> bool {
        if self.shown().is_none() {
            return false;
        }
        let text = fs::read_to_string(&self.path).unwrap();
        let is_it = |line: &&str| line.starts_with(&format!("{}=", self.variable));
        let others: String = text.lines().filter(|line| !is_it(line)).map(|line| format!("{line}\n")).collect();
        fs::write(&self.path, format!("{others}{}={value}\n", self.variable)).unwrap();
        self.hold(value.to_owned(), now, true);
        true
    }
}

/// What stops deliveries until it is repaired.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Something else is at the path; the former file or folder is aside.
    Replaced {
        path: PathBuf,
        aside: PathBuf,
    },
    ReadOnly {
        folder: PathBuf,
    },
    /// The manifest names a file that no disk accepts: the key and the place by number.
    Mistyped((usize, usize)),
}

/// What another program leaves at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Obstacle {
    Folder,
    File,
}

impl Trouble {
    pub(super) fn replace(path: &Path, by: Obstacle) -> Self {
        let aside = path.with_extension("aside");
        if path.exists() {
            fs::rename(path, &aside).unwrap();
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match by {
            Obstacle::Folder => fs::create_dir(path).unwrap(),
            Obstacle::File => fs::write(path, "#!/bin/sh\necho not a list of variables\n").unwrap(),
        }
        Self::Replaced { path: path.to_owned(), aside }
    }

    /// `None` if this user may write everywhere.
    pub(super) fn read_only(folder: &Path) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
        let trouble = Self::ReadOnly { folder: folder.to_owned() };
        if fs::write(folder.join("probe"), "").is_err() {
            return Some(trouble);
        }
        fs::remove_file(folder.join("probe")).unwrap();
        trouble.repair();
        None
    }

    pub(super) fn repair(self) {
        match self {
            Self::Replaced { path, aside } => {
                let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                removed.unwrap();
                if aside.exists() {
                    fs::rename(aside, path).unwrap();
                }
            }
            Self::ReadOnly { folder } => {
                fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
            }
            Self::Mistyped(_) => {}
        }
    }

    /// Whether the reader of a place cannot read what is there, or it is not declared now.
    pub(super) fn hides(&self, place: &Place) -> bool {
        match self {
            Self::Replaced { path, .. } => place.path.starts_with(path),
            Self::ReadOnly { .. } => false,
            Self::Mistyped(of) => *of == place.of,
        }
    }
}
