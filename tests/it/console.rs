//! Runs commands in this process, with a fixed clock, an empty environment, and captured streams.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use keywright::cli;

/// The folder and time for commands.
pub(crate) struct Console {
    pub(crate) folder: PathBuf,
    pub(crate) now: String,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) input: Vec<u8>,
    /// The size of the terminal, if there is one.
    pub(crate) screen: Option<cli::Screen>,
}

/// The output of a command, without colors, and its exit code.
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) exit: u8,
}

impl Console {
    pub(crate) fn new(folder: PathBuf) -> Self {
        let now = "2026-11-21T12:00:00Z".to_owned();
        Self { folder, now, environment: BTreeMap::new(), input: Vec::new(), screen: None }
    }

    /// Runs `keywright` with the arguments of a line, split as a shell would.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let arguments: Vec<OsString> = std::iter::once("keywright".into()).chain(words(line)).collect();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut console = cli::Console {
            out: &mut out,
            err: &mut err,
            input: &mut self.input.as_slice(),
            can_ask: !self.input.is_empty(),
            draws: false,
            is_terminal: !self.input.is_empty(),
            is_verbose: false,
            screen: self.screen,
            environment: self.environment.clone(),
            folder: self.folder.clone(),
            now: self.now.parse().unwrap(),
            began: std::time::Instant::now(),
            choice: keywright::source::Choice::default(),
            opened: cli::Opened::default(),
            limits: keywright::stores::TimeLimits::default(),
            reports: None,
        };
        let exit = cli::run(&arguments, &mut console) as u8;
        Ran { out: plain(&out), err: plain(&err), exit }
    }
}

fn plain(bytes: &[u8]) -> String {
    anstream::adapter::strip_str(str::from_utf8(bytes).unwrap()).to_string()
}

/// Splits at spaces that are not between single quotes.
fn words(line: &str) -> Vec<OsString> {
    let mut words = vec![String::new()];
    for (at, part) in line.split('\'').enumerate() {
        let is_quoted = at % 2 == 1;
        let mut pieces = if is_quoted { vec![part] } else { part.split(' ').collect() }.into_iter();
        words.last_mut().unwrap().push_str(pieces.next().unwrap_or_default());
        words.extend(pieces.map(str::to_owned));
    }
    words.into_iter().filter(|word| !word.is_empty()).map(Into::into).collect()
}
