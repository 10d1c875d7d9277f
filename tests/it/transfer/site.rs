//! A test site: the emulator, and a workspace that is the example connected to it.

use std::collections::BTreeMap;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value as Json;
use serde_json::json;

use crate::cloud::area::Area;
use crate::cloud::area::check_forecast;
use crate::program::keywright;

/// How many keys the example creates.
pub(super) const KEYS: usize = 6;

/// Foreign keys, which no manifest names and no prefix owns.
pub(super) const OTHERS: [&str; 2] = ["other-team", "reporting"];

/// The credential of the tests.
const CREDENTIAL: &str = "not-a-real-credential";

/// A workspace beside an emulator's files.
pub(super) struct Team {
    folder: tempfile::TempDir,
}

/// The output of a command, stdout and stderr in sequence, and its exit code.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) exit: i32,
}

impl Team {
    pub(super) fn new() -> Self {
        let team = Self { folder: tempfile::tempdir().unwrap() };
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/file-transfer-keys");
        std::fs::create_dir_all(team.workspace().join("keys")).unwrap();
        for name in ["keywright.yaml", "keys/partners.yaml", "keys/operations.yaml"] {
            std::fs::copy(example.join(name), team.workspace().join(name)).unwrap();
        }
        team
    }

    /// With foreign keys at the site.
    pub(super) fn with_others() -> Self {
        let team = Self::new();
        Team::add_others(&team.site(&[]));
        team
    }

    pub(super) fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    /// Starts the emulator and connects the workspace to it, without a rate limit.
    pub(super) fn site(&self, flags: &[&str]) -> Area {
        let area = Area::start(self.folder.path(), flags);
        let path = self.workspace().join("keywright.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().map(|line| match line.trim_start() {
            url if url.starts_with("url: ") => format!("      url: {}\n", area.url),
            limits if limits.starts_with("limits: ") => {
                "      limits: {callsPerSecond: 1000, visibilityLag: 1s}\n".to_owned()
            }
            _ => format!("{line}\n"),
        });
        std::fs::write(&path, lines.collect::<String>()).unwrap();
        area
    }

    /// Creates foreign keys of the same user.
    pub(super) fn add_others(area: &Area) {
        for name in OTHERS {
            let key = json!({"keyName": name, "enabled": true, "allowedApis": "audit", "allowedOrgs": "41"});
            let answer = ask(area, "POST", "/api/ApiKey", Some(&key));
            assert!(answer.contains(" 200 "), "{answer}");
        }
    }

    /// Replaces a text in all files of the workspace.
    pub(super) fn edit(&self, before: &str, after: &str) {
        let mut found = false;
        for name in ["keywright.yaml", "keys/partners.yaml", "keys/operations.yaml"] {
            let path = self.workspace().join(name);
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            found |= text.contains(before);
            if text.contains(before) {
                std::fs::write(&path, text.replace(before, after)).unwrap();
            }
        }
        assert!(found, "{before:?} is missing");
    }

    /// Declares these keys and no others.
    pub(super) fn declare(&self, manifests: &str) {
        let keys = self.workspace().join("keys");
        std::fs::remove_dir_all(&keys).unwrap();
        std::fs::create_dir(&keys).unwrap();
        std::fs::write(keys.join("keys.yaml"), manifests).unwrap();
    }

    /// A command about the workspace.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = keywright();
        command.args(arguments).arg(self.workspace());
        command.env("KEYWRIGHT_MFT_API_KEY", CREDENTIAL).env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z");
        command.stdin(Stdio::null());
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        for secret in self.ids().into_iter().chain([CREDENTIAL.to_owned(), "fake-secret-key".to_owned()]) {
            assert!(!text.contains(&secret), "an id or a value is printed:\n{text}");
        }
        let said = Said { text, exit: output.status.code().unwrap_or(-1) };
        check_forecast(&said.text, said.exit);
        said
    }

    pub(super) fn apply(&self) -> Said {
        self.run(&["apply", "--auto-approve"])
    }

    /// Fails unless an apply creates everything and the next plan is empty.
    pub(super) fn assert_applies(&self, what: &str) {
        let said = self.apply();
        assert!(said.exit == 0, "{what}: {}\n{}", said.exit, said.text);
        self.assert_settled(what);
    }

    pub(super) fn assert_settled(&self, what: &str) {
        let said = self.run(&["plan", "--detailed-exitcode"]);
        assert!(said.exit == 0 && said.text.contains("Nothing to do"), "{what}: {}\n{}", said.exit, said.text);
    }

    /// For every key name at the site: the name, the number of keys, and whether one is enabled.
    pub(super) fn keys(&self) -> BTreeMap<String, (usize, bool)> {
        let sql = "SELECT name, json_extract(attributes, '$.enabled') FROM api_keys";
        let mut keys: BTreeMap<String, (usize, bool)> = BTreeMap::new();
        self.query(sql, |row| {
            let entry = keys.entry(row.get::<_, String>(0).unwrap()).or_default();
            entry.0 += 1;
            entry.1 |= row.get::<_, Option<bool>>(1).unwrap().unwrap_or(false);
        });
        keys
    }

    /// No key is duplicated, and no foreign key is disabled.
    pub(super) fn assert_unharmed(&self, what: &str) {
        let keys = self.keys();
        assert!(keys.values().all(|(count, _)| *count == 1), "{what}: {keys:?}");
        for other in OTHERS.iter().filter(|other| keys.contains_key(**other)) {
            assert!(keys[*other].1, "{what}: {other} was switched off");
        }
    }

    fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        self.query("SELECT id FROM api_keys", |row| ids.push(row.get(0).unwrap()));
        ids
    }

    fn query(&self, sql: &str, mut each: impl FnMut(&rusqlite::Row<'_>)) {
        let Ok(connection) = rusqlite::Connection::open(self.folder.path().join("area.db")) else { return };
        let Ok(mut statement) = connection.prepare(sql) else { return };
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            each(row);
        }
    }
}

/// One manual request, and the whole answer.
pub(super) fn ask(area: &Area, method: &str, path: &str, body: Option<&Json>) -> String {
    let host = area.url.strip_prefix("http://").unwrap();
    let body = body.map(Json::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nApiKey: {CREDENTIAL}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
