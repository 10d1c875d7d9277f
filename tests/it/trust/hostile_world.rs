//! A repository that anyone may have written, next to a folder that does not belong to it.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

pub(super) use crate::team::TEAM;

/// What must never be shown.
pub(super) const CANARY: &str = "fake-canary-7f3a";

/// The team with a key that is delivered to a file as a variable.
pub(super) fn delivered_to(file: &str, variable: &str) -> String {
    format!(
        "{TEAM}---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {{name: production}}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {{generate: {{prefix: chk_}}}}
  deliver: [{{file: {file}, as: {variable}}}]
"
    )
}

/// Settings with one line under `spec`.
pub(super) fn settings(line: &str) -> String {
    format!("apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: team}}\nspec:\n  {line}\n")
}

pub(super) struct World {
    folder: TempDir,
}

/// The exit code of a command, and everything that it printed.
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) output: String,
}

impl Ran {
    #[track_caller]
    pub(super) fn ends(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.output);
        for text in texts {
            assert!(self.output.contains(text), "`{text}` is not in\n{}", self.output);
        }
    }
}

impl World {
    /// An empty repository, and a canary outside.
    pub(super) fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(world.path("")).unwrap();
        fs::create_dir(world.outside("")).unwrap();
        fs::write(world.outside("canary"), CANARY).unwrap();
        world.git(&["init", "--quiet"]);
        world
    }

    /// A path in the repository.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("repository").join(name)
    }

    pub(super) fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().join("outside").join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn link(&self, name: &str, to: impl AsRef<Path>) {
        std::os::unix::fs::symlink(to, self.path(name)).unwrap();
    }

    pub(super) fn pipe(&self, name: &str) {
        assert!(Command::new("mkfifo").arg(self.path(name)).status().unwrap().success());
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let author = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
        let run = Command::new("git").args(author).args(arguments).current_dir(self.path("")).output().unwrap();
        assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap()
    }

    pub(super) fn commit(&self) {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--message", "all"]);
    }

    /// Runs the program in the repository; stops it with exit code 124 if it hangs.
    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with("umask 022", arguments)
    }

    /// The same, after a shell command.
    pub(super) fn run_with(&self, before: &str, arguments: &[&str]) -> Ran {
        let run = crate::program::outside_pipeline("/bin/sh")
            .args(["-c", &format!("{before}; exec timeout 100 \"$@\""), "sh", crate::program::KEYWRIGHT])
            .args(["--color", "never"])
            .args(arguments)
            .env("KEYWRIGHT_NOW", "2026-10-01T00:00:00Z")
            .current_dir(self.path(""))
            .output()
            .unwrap();
        let output = [run.stdout, run.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(!output.contains(CANARY), "{arguments:?} shows a file from outside:\n{output}");
        assert!(!output.contains("panicked"), "{output}");
        Ran { code: run.status.code(), output }
    }

    pub(super) fn apply(&self) -> Ran {
        self.run(&["apply", "--auto-approve"])
    }

    /// Checks that nothing outside was changed.
    #[track_caller]
    pub(super) fn outside_is_untouched(&self) {
        assert_eq!(fs::read_to_string(self.outside("canary")).unwrap(), CANARY);
        assert_eq!(fs::read_dir(self.outside("")).unwrap().count(), 1);
    }
}
