//! The test's own PostgreSQL server, on a free port, which ends with it.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

/// PostgreSQL does not run as root; then it runs as this user.
const NOBODY: u32 = 65_534;

pub(crate) struct Postgres {
    folder: TempDir,
    port: u16,
}

impl Postgres {
    /// `None` if PostgreSQL is not installed; `tests/run` installs it.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// The same, with additional settings.
    pub(crate) fn start_with(settings: &str) -> Option<Self> {
        if binaries().is_none() {
            assert!(std::env::var_os("KEYWRIGHT_REAL_PARTS").is_none(), "PostgreSQL is missing");
            println!("PostgreSQL is not installed: what needs it was not tried");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        give_away(folder.path());
        let server = Self { folder, port: free_port() };
        let made = server.run("initdb", &["--no-sync", "-U", "keywright", "-A", "trust", "-E", "UTF8", "--locale=C"]);
        assert!(made, "no database could be made");
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = ''\n{settings}\n",
            server.port
        );
        let path = server.data().join("postgresql.auto.conf");
        std::fs::write(path, settings).unwrap();
        assert!(server.begin(), "the server did not start: {}", server.log());
        Some(server)
    }

    /// Its tables and logs.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for files that the server reads.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub(super) fn begin(&self) -> bool {
        let log = self.folder.path().join("log");
        self.run("pg_ctl", &["-w", "-s", "-l", log.to_str().unwrap(), "start"])
    }

    /// Stops the server: `fast` is orderly, `immediate` is like a crash.
    pub(crate) fn end(&self, mode: &str) {
        assert!(self.run("pg_ctl", &["-w", "-s", "-m", mode, "stop"]), "{}", self.log());
    }

    pub(super) fn restart(&self, mode: &str) {
        self.end(mode);
        assert!(self.begin(), "the server did not start again: {}", self.log());
    }

    /// The address of its database, with a schema for one test.
    pub(crate) fn url(&self, schema: &str) -> String {
        format!("postgres://keywright@127.0.0.1:{}/postgres?schema={schema}", self.port)
    }

    /// The server's answer, one row per line.
    pub(crate) fn ask(&self, sql: &str) -> String {
        let url = format!("postgres://keywright@127.0.0.1:{}/postgres", self.port);
        let output = Command::new("psql").args(["-X", "-A", "-t", "-q", "-c", sql, &url]).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let program = binaries().unwrap().join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.arg("-D").arg(self.data()).args(arguments).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-w", "-s", "-m", "immediate", "stop"]);
    }
}

/// Makes the server the owner of a file or folder.
pub(super) fn give_away(path: &Path) {
    if is_root() {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The folder of the newest version in Debian.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    found.retain(|folder| folder.join("initdb").exists());
    found.sort();
    found.pop()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
