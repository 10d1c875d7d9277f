//! Repositories for tests, made by the git program.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::console::Console;
use crate::console::Ran;

/// A workspace file with a guard that is worth lifting.
pub(crate) const SETTINGS: &str = "apiVersion: keywright.dev/v1
kind: Workspace
metadata: {name: team}
spec:
  guards: {deletes: {percent: 0, count: 5}}
  ownership: {packages: declared}
";

pub(crate) const PACKAGE: &str = "apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card payments}
";

/// A clone as a pipeline has it: `origin/main` is what is protected, and the checkout is a pull request's.
pub(crate) struct Repository {
    folder: TempDir,
    pub(crate) console: Console,
}

impl Repository {
    /// `main` holds the settings and one package; the branch `change` is checked out.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("clone");
        fs::create_dir(&root).unwrap();
        let made = Self { folder, console: Console::new(root) };
        made.git("init -q -b main");
        made.write("keywright.yaml", SETTINGS);
        made.write("payments.yaml", PACKAGE);
        made.commit();
        made.git("update-ref refs/remotes/origin/main HEAD");
        made.git("checkout -q -b change");
        made
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.console.folder.clone()
    }

    /// A folder beside the checkout.
    pub(crate) fn outside(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn git(&self, line: &str) -> String {
        git(&self.root(), line)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn commit(&self) {
        self.git("add -A");
        self.git("commit -q --allow-empty -m x");
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        self.console.run(line)
    }
}

/// Runs git without the configuration of whoever runs the tests.
pub(crate) fn git(folder: &Path, line: &str) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"])
        .args(line.split(' '))
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}
