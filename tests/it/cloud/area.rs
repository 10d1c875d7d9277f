//! A test area: the emulator in its own process, and a workspace that uses it.

use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;

use crate::program::keywright;

/// A running emulator. It ends with the test.
pub(crate) struct Area {
    child: Child,
    pub(crate) url: String,
    log: PathBuf,
}

impl Area {
    /// Starts with the database and log in `folder`, which outlive the process.
    pub(crate) fn start(folder: &Path, flags: &[&str]) -> Self {
        let log = folder.join("requests.log");
        let mut child = keywright()
            .args(["emulator", "--listen", "127.0.0.1:0", "--format", "json", "--database"])
            .arg(folder.join("area.db"))
            .arg("--log")
            .arg(&log)
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let first: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no address but {line:?}"));
        Self { child, url: first["url"].as_str().unwrap().to_owned(), log }
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().map(|line| Request(serde_json::from_str(line).unwrap())).collect()
    }

    /// Calls of the API, without sign-ins.
    pub(crate) fn calls(&self) -> usize {
        self.requests().iter().filter(|request| request.path() != "/v3/token").count()
    }
}

impl Drop for Area {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One line of the emulator's log.
pub(crate) struct Request(Value);

impl Request {
    /// The path without its query.
    pub(crate) fn path(&self) -> &str {
        self.0["path"].as_str().unwrap().split('?').next().unwrap()
    }

    pub(crate) fn method(&self) -> &str {
        self.0["method"].as_str().unwrap()
    }

    /// Whether the store was changed.
    pub(crate) fn is_committed(&self) -> bool {
        self.0["committed"].as_bool().unwrap()
    }

    /// Whether a fault happened.
    pub(crate) fn is_struck(&self) -> bool {
        self.0["fault"].as_bool().unwrap()
    }

    pub(crate) fn status(&self) -> u64 {
        self.0["status"].as_u64().unwrap_or_default()
    }
}

/// A workspace whose Cloud API Management is an emulator.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
}

/// The output of a command, stdout and stderr in sequence, and its exit code.
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) exit: i32,
}

impl World {
    pub(crate) fn new(manifests: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(world.workspace()).unwrap();
        world.write(manifests);
        world
    }

    /// A copy of an example, which uses the embedded store until [`Self::name_store`] names another.
    pub(crate) fn of_example(name: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        copy(&example, &world.workspace());
        world
    }

    /// Adds an area to the workspace file, which may exist already.
    pub(crate) fn name_store(&self, area: &Area, limits: &str) {
        let path = self.workspace().join("keywright.yaml");
        let head = "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n";
        let text = std::fs::read_to_string(&path).unwrap_or_else(|_| head.to_owned());
        let named = text.replacen("\nspec:\n", &format!("\nspec:\n{}", stores(&area.url, limits)), 1);
        assert_ne!(named, text);
        std::fs::write(path, named).unwrap();
    }

    /// The folder of the emulator's files, with the workspace below it.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.path().join("workspace")
    }

    pub(crate) fn write(&self, manifests: &str) {
        std::fs::write(self.workspace().join("all.yaml"), manifests).unwrap();
    }

    pub(crate) fn area(&self, flags: &[&str]) -> Area {
        Area::start(self.path(), flags)
    }

    /// Makes the workspace use an area; `more` are additional lines of `spec`.
    pub(crate) fn point_at(&self, area: &Area, limits: &str, more: &str) {
        self.point_at_also(area, limits, more, "TEST_");
    }

    /// The same, with a prefix for variables that manifests may read.
    pub(crate) fn point_at_also(&self, area: &Area, limits: &str, more: &str, prefix: &str) {
        self.point_at_url(&area.url, limits, more, prefix);
    }

    pub(crate) fn point_at_url(&self, url: &str, limits: &str, more: &str, prefix: &str) {
        let text = format!(
            "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: test}}\nspec:\n{more}  \
             environment: {{allow: [{prefix}]}}\n{}",
            stores(url, limits)
        );
        std::fs::write(self.workspace().join("keywright.yaml"), text).unwrap();
    }

    /// A command about the workspace.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = keywright();
        command
            .args(arguments)
            .arg(self.workspace())
            .env("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential")
            .env("TEST_KEY", super::CUSTOM)
            .envs((0..4).map(|number| (format!("LAW_KEY_{number}"), format!("val-law.key.{number}"))))
            .env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn keywright(&self, arguments: &[&str]) -> Said {
        said(&mut self.command(arguments))
    }

    /// A command that takes no paths, run in the workspace.
    pub(crate) fn here(&self, arguments: &[&str]) -> Said {
        let mut command = keywright();
        said(command.args(arguments).current_dir(self.workspace()).stdin(Stdio::null()))
    }

    pub(crate) fn apply(&self) -> Said {
        self.keywright(&["apply", "--auto-approve"])
    }

    /// Fails unless the plan is empty.
    pub(crate) fn assert_settled(&self, what: &str) {
        let said = self.keywright(&["plan", "--detailed-exitcode"]);
        assert!(said.exit == 0 && said.text.contains("Nothing to do"), "{what}: {}\n{}", said.exit, said.text);
    }

    /// How many package keys the area contains, whoever created them.
    pub(crate) fn keys(&self) -> u32 {
        let connection = rusqlite::Connection::open(self.path().join("area.db")).unwrap();
        connection.query_row("SELECT count(*) FROM package_keys", [], |row| row.get(0)).unwrap()
    }
}

/// The lines of a workspace file that name an area.
fn stores(url: &str, limits: &str) -> String {
    let secret = "{env: KEYWRIGHT_TEST_CREDENTIAL}";
    format!(
        "  stores:\n    cloudApiManagement:\n      url: {url}\n      area: an-area\n      credentials: \
         {{apiKey: {secret}, apiSecret: {secret}, username: {secret}, password: {secret}}}\n      limits: {limits}\n"
    )
}

pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        match entry.file_name().to_str() {
            // Files left by earlier runs in the checkout.
            Some(".keywright" | "secrets") => {}
            _ if path.is_dir() => copy(&path, &target),
            _ => drop(std::fs::copy(&path, &target).unwrap()),
        }
    }
}

pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    for secret in ["not-a-real-credential", super::CUSTOM] {
        assert!(!text.contains(secret), "a secret is printed:\n{text}");
    }
    let said = Said { text, exit: output.status.code().unwrap_or(-1) };
    check_forecast(&said.text, said.exit);
    said
}

/// The law of every apply that did everything: without what it repeated, it made as many calls of each store as the plan
/// forecast.
pub(crate) fn check_forecast(text: &str, exit: i32) {
    for line in text.lines().filter(|line| line.contains("the forecast was") && exit == 0) {
        check_forecast_of(line, text);
    }
}

fn check_forecast_of(line: &str, text: &str) {
    let after = |mark: &str| -> Option<i64> { line.split(mark).nth(1)?.split(' ').next()?.parse().ok() };
    let calls: i64 = line.split(' ').next().unwrap().replace(',', "").parse().unwrap();
    let (repeated, forecast) = (after(" s (").unwrap_or(0), after("the forecast was ").unwrap());
    assert!((calls - repeated - forecast).abs() <= 2, "the forecast is wrong: {line}\n{text}");
}
