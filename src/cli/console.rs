//! The outside world of a command.

use std::collections::BTreeMap;
use std::io;
use std::io::Read;
use std::io::Write;
use std::path::PathBuf;

use super::Opened;
use super::Screen;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Sources;
use crate::diagnostic::has_errors;
use crate::model::Instant;
use crate::render;
use crate::render::findings::Report;
use crate::source::Choice;
use crate::stores::TimeLimits;

/// The outside world of a command, provided by `main` or by a test.
#[expect(clippy::struct_excessive_bools, reason = "facts about the surroundings, each independent of the others")]
pub struct Console<'a> {
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
    pub input: &'a mut dyn Read,
    /// Whether the command can ask for confirmation.
    pub can_ask: bool,
    /// Whether `err` is a terminal that can show a progress bar.
    pub draws: bool,
    /// Whether `out` is a terminal: no other place is shown a secret.
    pub is_terminal: bool,
    /// The size of that terminal. Lines fold at its width, and long texts go through a pager.
    pub screen: Option<Screen>,
    /// Whether the command shows details; [`super::run`] sets it from the arguments.
    pub is_verbose: bool,
    pub environment: BTreeMap<String, String>,
    pub folder: PathBuf,
    /// When the command started.
    pub now: Instant,
    /// The same moment on the monotonic clock: later timestamps add the time since then.
    pub began: std::time::Instant,
    /// Which workspace and settings to use; [`super::run`] sets it from the arguments and the environment.
    pub choice: Choice,
    /// What is known of the workspace; the command sets it.
    pub opened: Opened,
    /// How long calls and the whole run may take; [`super::run`] sets it from the arguments.
    pub limits: TimeLimits,
    /// The reports of findings of several workspaces, which are printed as one. `None` to print each.
    pub reports: Option<Vec<Report<'static>>>,
}

/// The variable that sets the clock.
pub(super) const CLOCK: &str = "KEYWRIGHT_NOW";

impl Console<'_> {
    /// The current time.
    pub(super) fn time(&self) -> Instant {
        self.now + self.began.elapsed()
    }

    /// Writes findings to `out`: they are what the command is for.
    pub(super) fn write_result(&mut self, findings: &[Diagnostic], sources: &Sources) -> io::Result<()> {
        render::text::diagnostics(self.out, findings, sources, self.screen.map(|screen| screen.columns))?;
        if self.should_name_files(findings) { render::text::read_from(self.out, sources) } else { Ok(()) }
    }

    /// Writes findings to `err`.
    pub(super) fn write_findings(&mut self, findings: &[Diagnostic], sources: &Sources) -> io::Result<()> {
        let screen = self.screen.filter(|screen| screen.shows_errors);
        render::text::diagnostics(self.err, findings, sources, screen.map(|screen| screen.columns))?;
        if self.should_name_files(findings) { render::text::read_from(self.err, sources) } else { Ok(()) }
    }

    /// Whether the findings may be about files that nobody meant.
    fn should_name_files(&self, findings: &[Diagnostic]) -> bool {
        self.opened.lacks_settings() && has_errors(findings)
    }

    /// Whether the clock is set, for tests.
    pub(super) fn has_set_clock(&self) -> bool {
        self.environment.contains_key(CLOCK)
    }

    /// The time of an earlier moment of this command, by the same clock.
    pub(super) fn time_of(&self, moment: std::time::Instant) -> Instant {
        self.now + moment.saturating_duration_since(self.began)
    }
}
