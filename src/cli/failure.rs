//! Exit codes and failures of commands.

use std::io;

use crate::database::DatabaseError;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Sources;
use crate::render::Problem;
use crate::store::Refusal;
use crate::text;

/// The exit code of a command. Scripts depend on the numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// An error without an exit code of its own.
    Error = 1,
    /// There are changes to make (only with `--detailed-exitcode`).
    Pending = 2,
    /// The manifests are not valid.
    Invalid = 3,
    /// A guard holds changes back, or a limit stopped the plan.
    Stopped = 4,
    /// Objects changed since the plan was made.
    Stale = 5,
    /// Some changes were made and some were not, or some objects are not exported.
    Partly = 6,
    /// Another run holds the lock of the workspace.
    Locked = 7,
    /// The apply would exceed its budget of calls or time, or the time of the run was over before it changed anything.
    OverBudget = 8,
    /// All changes were made, but the store changed some fields, or they could not be verified.
    Differs = 9,
    /// The command line is invalid.
    Usage = 64,
    /// The run was interrupted by SIGINT or SIGTERM.
    Interrupted = 130,
}

impl Exit {
    /// All exit codes, by their numbers.
    pub const ALL: [Self; 12] = [
        Self::Done,
        Self::Error,
        Self::Pending,
        Self::Invalid,
        Self::Stopped,
        Self::Stale,
        Self::Partly,
        Self::Locked,
        Self::OverBudget,
        Self::Differs,
        Self::Usage,
        Self::Interrupted,
    ];

    /// What it means, for `explain`, the manual pages and the reference.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, or nothing to do",
            Self::Error => "an error without a code of its own",
            Self::Pending => {
                "changes are pending (`plan --detailed-exitcode`), the store moved (`drift`), an event is soon (`keys due`), or \
                 a text has a key (`keys check`)"
            }
            Self::Invalid => {
                "the manifests are invalid, alone, against the store or against this machine (a place of delivery, the \
                 clock), and nothing was changed"
            }
            Self::Stopped => "a guard held changes back, or a limit stopped the plan",
            Self::Stale => "objects changed since the plan was made",
            Self::Partly => "only some changes were made: others failed, or an object was left out because of an error",
            Self::Locked => "another run holds the lock of the workspace",
            Self::OverBudget => {
                "the apply would exceed `--budget-calls` or `--deadline`, or `--max-time` ended the run before it changed \
                 anything"
            }
            Self::Differs => "all changes were made, but the store changed some fields, or they could not be verified",
            Self::Usage => "the command line is invalid",
            Self::Interrupted => "the run was interrupted",
        }
    }

    /// From the most urgent one. The exit code of a run of several workspaces is the first of these that one of them has: first
    /// what needs a person at once, because something is half done, and last what only waits.
    pub const BY_URGENCY: [Self; 12] = [
        Self::Interrupted,
        Self::Usage,
        Self::Partly,
        Self::Error,
        Self::Locked,
        Self::Stale,
        Self::OverBudget,
        Self::Invalid,
        Self::Stopped,
        Self::Differs,
        Self::Pending,
        Self::Done,
    ];

    /// The most urgent one; `Done` if there is none.
    pub(super) fn worst(exits: impl IntoIterator<Item = Self> + Clone) -> Self {
        let is_any = |exit: &Self| exits.clone().into_iter().any(|other| other == *exit);
        Self::BY_URGENCY.into_iter().find(is_any).unwrap_or(Self::Done)
    }

    /// A short text for summaries.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Error => "failed",
            Self::Pending => "changes",
            Self::Invalid => "invalid manifests",
            Self::Stopped => "changes held back",
            Self::Stale => "objects changed since the plan",
            Self::Partly => "only a part was done",
            Self::Locked => "another run holds the lock",
            Self::OverBudget => "over the budget",
            Self::Differs => "the store differs from what was written",
            Self::Usage => "invalid command line",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// Usually starts with "could not".
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

    pub(super) fn of_store(refusal: Refusal) -> Self {
        let rule = refusal.rule.map_or_else(String::new, |rule| format!(" [{rule}]"));
        Self { message: format!("{}{rule}", refusal.reason), help: refusal.help, exit: Exit::Error }
    }

    pub(super) fn of_database(error: &DatabaseError) -> Self {
        Self::new(format!("could not {error}")).help(error.help())
    }

    /// The failure in documents.
    pub(super) fn problem(&self) -> Problem<'_> {
        Problem { exit: self.exit as u8, message: &self.message, help: self.help.as_deref() }
    }

    pub(super) fn print(&self, err: &mut dyn io::Write) -> io::Result<Exit> {
        let red = anstyle::AnsiColor::Red.on_default().bold();
        writeln!(err, "{red}error{red:#}: {}", text::lines(&self.message))?;
        if let Some(help) = &self.help {
            writeln!(err, "  help: {}", text::lines(help))?;
        }
        Ok(self.exit)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(format!("could not write the output: {error}"))
    }
}

/// Why a command stopped early.
pub(super) enum Stop {
    Failure(Failure),
    /// The manifests have errors.
    Findings(Found),
    /// A failure after the manifests were checked, with what was found in them.
    Failed(Found, Failure),
    /// A failure that the document on standard output already has.
    Shown(Failure),
}

impl Stop {
    /// The same, of a run whose time was over: it failed because of that, whatever it was doing. A document that was printed
    /// already has its exit code.
    pub(super) fn over_time(mut self) -> Self {
        if let Self::Failure(failure) | Self::Failed(_, failure) = &mut self
            && failure.exit == Exit::Error
        {
            failure.exit = Exit::OverBudget;
        }
        self
    }
}

/// Findings with their sources.
#[derive(Default)]
pub(super) struct Found {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) sources: Sources,
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(failure: E) -> Self {
        Self::Failure(failure.into())
    }
}
