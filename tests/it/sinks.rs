//! Deliveries to sinks: whatever a sink does, and whenever a run is killed, each generation of a key ends as exactly one
//! version in each sink, and no key retires behind one whose value is nowhere.

mod disk;
mod echoes;
mod files;
mod kept_copies;
mod one_file;
mod programs;
mod recipes;
mod rules;
mod sealed;
mod shared_secrets;
mod shown_nowhere;
mod stand_ins;
mod table;
mod tokens;
mod undone;
mod vault;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::console::Console;
use crate::console::Ran;
use crate::program::keywright;
use crate::team::TEAM;

/// A workspace with sinks, and a folder beside it for what is not of the repository.
struct Workspace {
    folder: TempDir,
    console: Console,
}

impl Workspace {
    /// `OUTSIDE` in the settings stands for the folder beside the workspace.
    fn new(sinks: &str, key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("pay")).unwrap();
        let console = Console::new(folder.path().join("pay"));
        let workspace = Self { folder, console };
        workspace.sinks(sinks);
        workspace.key(key);
        workspace
    }

    fn sinks(&self, sinks: &str) {
        let sinks = sinks.replace("OUTSIDE", self.folder.path().to_str().unwrap());
        let settings = "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: pay}\nspec:\n";
        let limits = "  environment: {commandTimeout: 3s}\n";
        let sinks = if sinks.is_empty() { String::new() } else { format!("  sinks:\n{sinks}") };
        fs::write(self.path("keywright.yaml"), format!("{settings}{limits}{sinks}")).unwrap();
    }

    /// A generated key; `more` are its further fields.
    fn key(&self, more: &str) {
        let key = "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: k}\nspec:\n  user: alice\n  application: checkout\n  package: payments\n  plan: gold\n  key: {generate: {prefix: chk_}}\n";
        let more: String = more.lines().map(|line| format!("  {line}\n")).collect();
        fs::write(self.path("m.yaml"), format!("{TEAM}{key}{more}")).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("pay").join(name)
    }

    fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn script(&self, name: &str, text: &str) {
        fs::write(self.outside(name), text).unwrap();
        fs::set_permissions(self.outside(name), PermissionsExt::from_mode(0o755)).unwrap();
    }

    #[track_caller]
    fn runs(&self, line: &str, exit: u8) -> Ran {
        let ran = self.console.run(line);
        assert_eq!(ran.exit, exit, "{line}\n{}{}", ran.out, ran.err);
        ran
    }

    #[track_caller]
    fn applies(&self) -> Ran {
        self.runs("apply --auto-approve", 0)
    }

    #[track_caller]
    fn is_settled(&self) {
        self.runs("plan --detailed-exitcode", 0);
    }

    /// Applies with the program, which a sink may kill. Returns the exit code.
    fn applies_apart(&self) -> Option<i32> {
        self.applies_apart_with(&[])
    }

    fn applies_apart_with(&self, more: &[&str]) -> Option<i32> {
        let mut apply = keywright();
        apply.args(["apply", "--auto-approve"]).args(more).current_dir(self.path("")).envs(&self.console.environment);
        apply.env("KEYWRIGHT_NOW", &self.console.now);
        apply.output().unwrap().status.code()
    }

    /// The values of the keys in the store.
    fn live(&self) -> Vec<String> {
        let database = rusqlite::Connection::open(self.path(".keywright/keywright.db")).unwrap();
        let mut rows = database.prepare("SELECT value FROM package_keys ORDER BY row").unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

#[track_caller]
fn says(ran: &Ran, part: &str) {
    assert!(ran.out.contains(part) || ran.err.contains(part), "`{part}` is not in\n{}{}", ran.out, ran.err);
}

#[track_caller]
fn has_no_value(ran: &Ran, values: &[String]) {
    for value in values {
        assert!(!ran.out.contains(value.as_str()) && !ran.err.contains(value.as_str()), "{}{}", ran.out, ran.err);
    }
}
