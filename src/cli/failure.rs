//! How a command ends, and why one could not do its work.

use std::io;

use super::Console;
use super::Format;
use crate::database::DatabaseError;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Sources;
use crate::render;
use crate::store::Refusal;
use crate::text;

/// How a command ends. The numbers are an interface: scripts depend on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Something went wrong that no other number tells.
    Error = 1,
    /// There are changes to make (only with `--detailed-exitcode`).
    Pending = 2,
    /// The manifests are not valid.
    Invalid = 3,
    /// A guard stopped the plan.
    Stopped = 4,
    /// The objects moved since the plan was made.
    Stale = 5,
    /// Some changes were made and some were not.
    Partly = 6,
    /// Another run is working on the workspace.
    Locked = 7,
    /// The apply would cost more than it may.
    OverBudget = 8,
    /// Everything was done, but the store holds some fields otherwise than it was told.
    Differs = 9,
    /// The command line is not right.
    Usage = 64,
    /// Somebody pressed Ctrl-C, or asked the process to end.
    Interrupted = 130,
}

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Failure {
    /// Completes the sentence «could not …», or stands for itself.
    pub message: String,
    pub help: Option<String>,
    pub exit: Exit,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, exit: Exit::Error }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Failure {
    pub(super) fn of_store(refusal: Refusal) -> Self {
        let rule = refusal.rule.map_or_else(String::new, |rule| format!(" [{rule}]"));
        Self { message: format!("{}{rule}", refusal.reason), help: refusal.help, exit: Exit::Error }
    }

    pub(super) fn of_database(error: &DatabaseError) -> Self {
        Self::new(format!("could not {error}")).help(error.help())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(format!("could not write the output: {error}"))
    }
}

/// What ends a command before its work is done.
pub(super) enum Stop {
    Failure(Failure),
    /// What was found in the manifests: the command would work on something that is wrong.
    Findings(Findings),
}

/// Findings with the texts that they are about, and how they are to be shown.
pub(super) struct Findings {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) sources: Sources,
    pub(super) format: Format,
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(failure: E) -> Self {
        Self::Failure(failure.into())
    }
}

impl Stop {
    /// The one place where a command that stopped says why.
    pub(super) fn print(&self, console: &mut Console<'_>) -> io::Result<Exit> {
        match self {
            Self::Failure(failure) => failure.print(console.err),
            Self::Findings(findings) => findings.print(console),
        }
    }
}

impl Failure {
    fn print(&self, err: &mut dyn io::Write) -> io::Result<Exit> {
        let red = anstyle::AnsiColor::Red.on_default().bold();
        writeln!(err, "{red}error{red:#}: {}", text::lines(&self.message))?;
        if let Some(help) = &self.help {
            writeln!(err, "  help: {}", text::lines(help))?;
        }
        Ok(self.exit)
    }
}

impl Findings {
    fn print(&self, console: &mut Console<'_>) -> io::Result<Exit> {
        match self.format {
            Format::Text => render::text::diagnostics(console.err, &self.diagnostics, &self.sources)?,
            Format::Json => render::json::diagnostics(console.out, &self.diagnostics, &self.sources)?,
        }
        render::text::summary(console.err, &self.diagnostics)?;
        Ok(Exit::Invalid)
    }
}
