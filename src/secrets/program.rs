//! Runs a program whose output, or input, is a secret: from a fixed PATH, in an empty folder, with only the listed variables, and with
//! limited time and output.
#![expect(clippy::disallowed_methods, reason = "edge: programs")]

mod group;

use std::collections::BTreeMap;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use std::time::Instant;

use zeroize::Zeroizing;

use self::group::End;
use self::group::Group;
use super::Access;
use super::MAX_SECRET;
use super::Trust;
use super::arguments;
use super::interrupt;
use crate::files;
use crate::model::Secret;
use crate::text::quoted;

/// Where programs are found, and the PATH that they receive. Not the caller's PATH: in a pipeline, it may begin with a folder
/// of the pull request.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Maximum size of the error output that is kept, in bytes. What is longer is not shown.
const MAX_COMPLAINT: u64 = MAX_SECRET;

/// Why a program gave nothing. Completes "could not get a secret from PROGRAM: …".
pub enum Problem {
    /// KW-032: the program, or one of its arguments, is a file of the repository.
    OfRepository(String),
    Failed(String),
    /// It ended with an error: how, and all that it wrote to standard error.
    Ended(String, Zeroizing<String>),
    /// It did not end in time.
    Late(String),
}

impl Problem {
    pub fn into_cause(self) -> String {
        match self {
            Self::OfRepository(cause) | Self::Failed(cause) | Self::Late(cause) => cause,
            Self::Ended(cause, complaint) => cause + &last_line(&complaint),
        }
    }
}

/// What a program gets besides its arguments.
#[derive(Clone, Copy, Default)]
pub struct Given<'a> {
    /// The text on standard input.
    pub input: Option<&'a Secret>,
    /// The names of variables besides those of all programs.
    pub variables: &'a [Box<str>],
    /// Whether the caller handles signals, and lets the program end.
    pub leaves_signals: bool,
}

/// What a program wrote to standard output.
pub fn run(words: &[Box<str>], access: &Access<'_>, given: Given<'_>) -> Result<Zeroizing<String>, Problem> {
    let (name, arguments) = words.split_first().ok_or_else(|| Problem::Failed("it is empty".to_owned()))?;
    let program = find(name).map_err(Problem::Failed)?;
    let failed = |error: std::io::Error| Problem::Failed(error.to_string());
    // Dropped last: a signal that it held back ends Keywright after the program was killed and the folder removed.
    let interrupt = (!given.leaves_signals).then(interrupt::Guard::new).transpose().map_err(failed)?;
    let folder = empty_folder().map_err(failed)?;
    if access.trust == Trust::Revision {
        check_words(&program, arguments, folder.path(), access.root)?;
    }
    let limit = Duration::from_secs(access.settings.command_seconds);
    let mut command = Command::new(&program);
    command
        .args(arguments.iter().map(|word| &**word))
        .current_dir(folder.path())
        .env_clear()
        .envs(environment(folder.path(), access.variables, &access.settings.command_variables))
        .envs(listed(access.variables, given.variables))
        .stdin(if given.input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group = Group::start(&mut command).map_err(failed)?;
    if let Some((stream, input)) = group.child.stdin.take().zip(given.input) {
        give(stream, input);
    }
    let output = group.child.stdout.take().map(|stream| collect(stream, MAX_SECRET + 1, false));
    let complaint = group.child.stderr.take().map(|stream| collect(stream, MAX_COMPLAINT, true));
    let end = Instant::now() + limit;
    let end = End { at: end, interrupt: interrupt.as_ref() };
    let late = || Problem::Late(format!("it did not end within {} s and was stopped", limit.as_secs()));
    // Read the output before waiting: a program with a full pipe never ends.
    let output = output.and_then(|output| until(&output, &end)).ok_or_else(late)?;
    if output.len() as u64 > MAX_SECRET {
        return Err(Problem::Failed(format!("its output is longer than {} KiB", MAX_SECRET >> 10)));
    }
    let status = group.end(&end).map_err(failed)?.ok_or_else(late)?;
    if !status.success() {
        let complaint = complaint.and_then(|complaint| until(&complaint, &end)).unwrap_or_default();
        let complaint = if complaint.len() as u64 == MAX_COMPLAINT { &[][..] } else { &complaint };
        let complaint = Zeroizing::new(String::from_utf8_lossy(complaint).into_owned());
        return Err(Problem::Ended(format!("it failed with {status}"), complaint));
    }
    match std::str::from_utf8(&output) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Problem::Failed("its output is not text in UTF-8".to_owned())),
    }
}

/// The path of a program: as it is written, or in one of the fixed folders.
pub fn find(name: &str) -> Result<PathBuf, String> {
    if name.starts_with('/') {
        return Ok(PathBuf::from(name));
    }
    if name.is_empty() || name.contains('/') {
        return Err("it is neither an absolute path nor a name".to_owned());
    }
    let found = PATH.split(':').map(|folder| Path::new(folder).join(name)).find(|path| path.is_file());
    found.ok_or_else(|| format!("it is not in {}", PATH.replace(':', ", ")))
}

/// Accessible only to its owner, and removed after the run.
fn empty_folder() -> std::io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("keywright-run-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// The variables of a program: a few fixed ones, and those that the settings list.
fn environment<'a>(
    folder: &'a Path,
    ours: &'a BTreeMap<String, String>,
    listed: &'a [Box<str>],
) -> BTreeMap<&'a str, &'a std::ffi::OsStr> {
    let fixed = [("PATH", PATH.as_ref()), ("LANG", "C.UTF-8".as_ref()), ("HOME", folder.as_os_str())];
    fixed.into_iter().chain(self::listed(ours, listed)).collect()
}

/// The listed variables that are set.
fn listed<'a>(
    ours: &'a BTreeMap<String, String>,
    listed: &'a [Box<str>],
) -> impl Iterator<Item = (&'a str, &'a std::ffi::OsStr)> {
    listed.iter().filter_map(|name| Some((&**name, ours.get(&**name)?.as_ref())))
}

/// KW-032: with trusted settings, no file that a pull request can change is run or passed to a program.
fn check_words(program: &Path, words: &[Box<str>], folder: &Path, root: &Path) -> Result<(), Problem> {
    let repository = files::repository(root).unwrap_or_else(|| files::settled(root));
    let is_inside = |path: &Path| {
        let path = folder.join(path);
        // As the kernel follows it, and without `..` first, as programs change it in a URL.
        path.canonicalize().is_ok_and(|real| real.starts_with(&repository))
            || files::settled(&path).starts_with(&repository)
    };
    if is_inside(program) {
        return Err(Problem::OfRepository("the program is a file of the repository".to_owned()));
    }
    let written = format!("{}/", repository.display());
    for argument in words {
        if arguments::has_too_many(argument) {
            let message = format!("its argument `{}` names too many paths to check them", quoted(argument));
            return Err(Problem::OfRepository(message));
        }
        if argument.contains(&written) || arguments::paths(argument).any(|path| is_inside(Path::new(&path))) {
            let message = format!("its argument `{}` is a file of the repository", quoted(argument));
            return Err(Problem::OfRepository(message));
        }
    }
    Ok(())
}

/// Writes the input in a new thread: a program may end, or write, before it has read everything.
fn give(stream: impl Write + Send + 'static, input: &Secret) {
    let bytes = Zeroizing::new(input.expose().as_bytes().to_vec());
    std::thread::spawn(move || {
        let mut stream = stream;
        // The exit status shows whether the program took it.
        let _ = stream.write_all(&bytes);
    });
}

/// Reads up to `max` bytes of a stream in a new thread. With `drains`, discards the rest; otherwise closes the stream, so
/// that endless output ends.
fn collect(stream: impl Read + Send + 'static, max: u64, drains: bool) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::new());
        let mut stream = stream;
        // The exit status shows whether the output is complete.
        let _ = stream.by_ref().take(max).read_to_end(&mut bytes);
        if drains {
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
        let _ = sender.send(bytes);
    });
    receiver
}

/// The collected bytes. `None` if the stream is still open at `end`.
fn until(collected: &Receiver<Zeroizing<Vec<u8>>>, end: &End<'_>) -> Option<Zeroizing<Vec<u8>>> {
    loop {
        match collected.recv_timeout(group::POLL) {
            Ok(bytes) => return Some(bytes),
            Err(RecvTimeoutError::Timeout) if !end.is_here() => {}
            Err(_) => return None,
        }
    }
}

/// The last line of the error output, to follow after a cause.
pub fn last_line(complaint: &str) -> String {
    let line = complaint.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.map_or_else(String::new, |line| format!(": {}", quoted(line)))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::workspace::Environment;

    /// A repository with a workspace and programs, and a program outside the repository.
    struct Machine {
        folder: tempfile::TempDir,
        settings: Environment,
    }

    impl Machine {
        fn new() -> Self {
            let machine = Self { folder: tempfile::tempdir().unwrap(), settings: Environment::default() };
            for folder in ["repository/.git", "repository/pay", "owner"] {
                std::fs::create_dir_all(machine.folder.path().join(folder)).unwrap();
            }
            for program in ["repository/get", "repository/pay/get", "owner/get"] {
                let path = machine.folder.path().join(program);
                std::fs::write(&path, "#!/bin/sh\necho fake-value\n").unwrap();
                std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
            }
            machine
        }

        fn path(&self, name: &str) -> String {
            self.folder.path().join(name).to_str().unwrap().to_owned()
        }

        fn run(&self, words: &[String], trust: Trust) -> Result<String, Problem> {
            let words: Vec<Box<str>> = words.iter().map(|word| word.as_str().into()).collect();
            let root = PathBuf::from(self.path("repository/pay"));
            let variables = BTreeMap::new();
            let access = Access { root: &root, variables: &variables, settings: &self.settings, trust };
            run(&words, &access, Given::default()).map(|text| text.to_string())
        }
    }

    #[test]
    fn a_separator_in_the_name_of_the_checkout_hides_no_file_of_it() {
        let machine = Machine::new();
        let get = machine.path("owner/get");
        for name in ["job@2", "a=b", "x,y", "c:d"] {
            std::fs::rename(machine.path("repository"), machine.path(name)).unwrap();
            let (file, folder) = (machine.path(&format!("{name}/get")), machine.path(&format!("./{name}")));
            // The program runs in a folder of its own among those for temporary files.
            let relative = format!("..{}", file.strip_prefix(std::env::temp_dir().to_str().unwrap()).unwrap());
            for argument in [
                format!("@{file}"),
                format!("@{folder}/get"),
                format!("--file={folder}"),
                format!("@{relative}"),
                relative,
            ] {
                let words: Vec<Box<str>> = vec![get.as_str().into(), argument.as_str().into()];
                let (root, variables) = (PathBuf::from(machine.path(name)).join("pay"), BTreeMap::new());
                let access =
                    Access { root: &root, variables: &variables, settings: &machine.settings, trust: Trust::Revision };
                assert!(matches!(run(&words, &access, Given::default()), Err(Problem::OfRepository(_))), "{argument}");
            }
            std::fs::rename(machine.path(name), machine.path("repository")).unwrap();
        }
    }

    #[test]
    fn with_trusted_settings_no_file_of_the_repository_is_run_or_passed_on() {
        let machine = Machine::new();
        let get = machine.path("owner/get");
        let (file, link) = (machine.path("repository/get"), machine.path("owner/link"));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let up = format!("{}{file}", "../".repeat(30));
        let own = [
            vec![file.clone()],
            vec![machine.path("repository/pay/get")],
            vec![link.clone()],
            vec!["/bin/sh".to_owned(), file.clone()],
            vec!["/bin/sh".to_owned(), up],
            vec!["/bin/sh".to_owned(), "-c".to_owned(), format!(". {file}; id")],
            vec![get.clone(), format!("--config={file}")],
            vec![get.clone(), format!("@{file}")],
            vec![get.clone(), format!("file://{link}")],
            vec![get.clone(), machine.path("repository")],
        ];
        for words in own {
            let refused = matches!(machine.run(&words, Trust::Revision), Err(Problem::OfRepository(_)));
            assert!(refused, "{words:?}");
            assert!(!matches!(machine.run(&words, Trust::WorkingTree), Err(Problem::OfRepository(_))), "{words:?}");
        }
        let encoded = file.replace("repository", "%72e%70ository");
        let up = file.replace("/repository", "/nothing/../repository");
        let here = file.replace("/repository", "/./repository");
        let arguments = [
            format!("file://{encoded}"),
            format!("file://127.0.0.1{up}"),
            format!("file://localhost{here}.new"),
            format!("file:{}", up.replace("..", "%2e%2E")),
            format!("--config={link},x"),
            format!("-d{here}"),
            format!("https://host.example/?next={here}"),
        ];
        for argument in arguments {
            let refused = machine.run(&[get.clone(), argument.clone()], Trust::Revision);
            assert!(matches!(refused, Err(Problem::OfRepository(_))), "{argument}");
        }
        let many = machine.run(&[get.clone(), "/a".repeat(50_000)], Trust::Revision);
        assert!(matches!(many, Err(Problem::OfRepository(why)) if why.contains("too many paths")));
        for argument in
            ["secret/checkout", "get", "pay", "--field=key", "https://vault.example/v1", "100%", "%zz/%2", ""]
        {
            let text = machine.run(&[get.clone(), argument.to_owned()], Trust::Revision);
            assert_eq!(text.ok().as_deref(), Some("fake-value\n"), "{argument}");
        }
    }
}
