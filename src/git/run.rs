//! Runs `git` so that nothing of a repository, its configuration or the environment can make it start a program.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use super::GitError;
use super::GitErrorKind;

/// Where programs are looked for; never the PATH of the environment, in which a folder of the checkout may be.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/run/current-system/sw/bin";

/// How long one run may take. Reading a large index from a slow disk takes seconds.
const TIME_LIMIT: Duration = Duration::from_mins(1);

/// What the environment of `git` is, and all that it is.
const ENVIRONMENT: [(&str, &str); 13] = [
    ("PATH", PATH),
    ("LC_ALL", "C"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    // An object is what its id says, and not what `refs/replace` puts in its place.
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    // A missing object of a partial clone is missing: to fetch it would run what `core.sshCommand` or `ext::` says.
    ("GIT_NO_LAZY_FETCH", "1"),
    // The same for versions before 2.45: no protocol is allowed.
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    // A path is a path, whatever stars and colons are in it.
    ("GIT_LITERAL_PATHSPECS", "1"),
];

/// What goes before every subcommand, over what the repository's own configuration says.
const OPTIONS: [&str; 9] = [
    "--no-pager",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.untrackedCache=false",
];

/// The git program for one repository.
#[derive(Clone, Debug)]
pub(super) struct Git {
    pub(super) folder: PathBuf,
    pub(super) root: PathBuf,
}

/// How a run ended that was not cut off.
pub(super) struct Ran {
    pub(super) status: ExitStatus,
    pub(super) out: Vec<u8>,
    /// The first lines of what went to standard error.
    pub(super) said: String,
}

impl Git {
    /// Runs a subcommand that must succeed. `what` completes «could not …»; `most` is in bytes.
    pub(super) fn run(&self, what: &str, arguments: &[&OsStr], input: &[u8], most: u64) -> Result<Vec<u8>, GitError> {
        let ran = self.try_run(what, arguments, input, most)?;
        if ran.status.success() { Ok(ran.out) } else { Err(failed(what, &ran)) }
    }

    /// Runs a subcommand whose exit code means something.
    pub(super) fn try_run(&self, what: &str, arguments: &[&OsStr], input: &[u8], most: u64) -> Result<Ran, GitError> {
        let program = program()?;
        let mut command = Command::new(&program);
        command.args(OPTIONS).arg(with("--git-dir=", &self.folder)).arg(with("--work-tree=", &self.root));
        command.args(arguments).env_clear().envs(ENVIRONMENT);
        if arguments.first() == Some(&OsStr::new("check-ignore")) {
            // It refuses to run with this. Its paths are whole, so that none begins with a colon.
            command.env("GIT_LITERAL_PATHSPECS", "0");
        }
        // Not in the checkout: paths are relative to its root wherever we are, and nothing is found beside us.
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|error| broken(what, &format!("{}: {error}", program.display())))?;
        within_bounds(child, what, input.to_vec(), most)
    }
}

/// The version of the program, like 2.47.3.
pub(super) fn version() -> Result<String, GitError> {
    let what = "read the version of git";
    let program = program()?;
    let mut command = Command::new(&program);
    command.arg("version").env_clear().envs(ENVIRONMENT).current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| broken(what, &format!("{}: {error}", program.display())))?;
    let ran = within_bounds(child, what, Vec::new(), 4096)?;
    let said = String::from_utf8_lossy(&ran.out);
    Ok(said.trim().trim_start_matches("git version ").to_owned())
}

fn with(option: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(path);
    argument
}

/// The first `git` of the fixed PATH.
fn program() -> Result<PathBuf, GitError> {
    let found = PATH.split(':').map(|folder| Path::new(folder).join("git")).find(|program| program.is_file());
    found.ok_or_else(|| {
        let message = format!("read the repository: there is no git program in {PATH}");
        GitError::new(GitErrorKind::NoProgram, message, "install git")
    })
}

/// Waits for the end, for as long and for as much as may be. What goes beyond is killed.
fn within_bounds(mut child: Child, what: &str, input: Vec<u8>, most: u64) -> Result<Ran, GitError> {
    let until = Instant::now() + TIME_LIMIT;
    if let Some(mut stdin) = child.stdin.take() {
        // Git may end without reading everything; what is wrong then is in its exit code.
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let out = collected(child.stdout.take(), most.saturating_add(1));
    let said = collected(child.stderr.take(), 4096);
    let out = out.recv_timeout(TIME_LIMIT);
    let is_too_much = out.as_ref().is_ok_and(|out| out.len() as u64 > most);
    let status = if out.is_err() || is_too_much { None } else { ended(&mut child, until) };
    let (Ok(out), Some(status)) = (out, status) else {
        // It is ours, and may have ended by now.
        let _ = child.kill();
        let _ = child.wait();
        let cause = if is_too_much {
            format!("git printed more than {} MiB", most >> 20)
        } else {
            format!("git did not end within {} s", TIME_LIMIT.as_secs())
        };
        return Err(broken(what, &cause));
    };
    let said = said.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    Ok(Ran { status, out, said: String::from_utf8_lossy(&said).into_owned() })
}

/// Reads a stream to its end, or to a limit, on a thread of its own.
fn collected(stream: Option<impl Read + Send + 'static>, most: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could not be read is missing, and whoever reads the answer notices.
        let _ = stream.map(|stream| stream.take(most).read_to_end(&mut bytes));
        sender.send(bytes)
    });
    receiver
}

fn ended(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(1)),
            _ => return None,
        }
    }
}

fn broken(what: &str, cause: &str) -> GitError {
    GitError::new(
        GitErrorKind::Failed,
        format!("{what}: {cause}"),
        "run `git fsck` in the checkout to see what is wrong",
    )
}

/// Why Git ended with a failure, in its own words.
pub(super) fn failed(what: &str, ran: &Ran) -> GitError {
    let said = ran.said.lines().find(|line| line.starts_with("fatal: ") || line.starts_with("error: "));
    let cause = said.or(ran.said.lines().next()).unwrap_or("it did not say why");
    let cause = cause.trim_start_matches("fatal: ").trim_start_matches("error: ");
    broken(what, &format!("git ended with {}: {cause}", ran.status))
}
