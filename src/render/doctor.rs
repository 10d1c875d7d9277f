//! The checks of `keywright doctor`, as text.

use std::io;
use std::io::Write;

use super::style;
use crate::text::count;

/// One thing that a workspace needs.
pub struct Check {
    /// What was looked at, in one or two words.
    pub subject: &'static str,
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do, unless all is well.
    pub fix: Option<String>,
}

/// From the best to the worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    Ok,
    /// It works, but somebody should know.
    Warn,
    /// A plan or an apply would not work.
    Fail,
}

impl State {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl Check {
    pub fn ok(subject: &'static str, found: impl Into<String>) -> Self {
        Self { subject, state: State::Ok, found: found.into(), fix: None }
    }

    pub fn warn(subject: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { subject, state: State::Warn, found: found.into(), fix: Some(fix.into()) }
    }

    pub fn fail(subject: &'static str, found: impl Into<String>, fix: Option<String>) -> Self {
        Self { subject, state: State::Fail, found: found.into(), fix }
    }
}

/// A line for each check, with what to do below it, and a summary.
pub fn text(out: &mut dyn Write, checks: &[Check]) -> io::Result<()> {
    let width = checks.iter().map(|check| check.subject.len()).max().unwrap_or(0);
    for Check { subject, state, found, fix } in checks {
        let (word, color) = (state.word(), color(*state));
        writeln!(out, "{color}{word:<4}{color:#}  {subject:<width$}  {}", crate::text::line(found))?;
        if let Some(fix) = fix {
            writeln!(out, "      {:<width$}  fix: {}", "", crate::text::line(fix))?;
        }
    }
    let of = |state| checks.iter().filter(|check| check.state == state).count();
    let (warn, fail) = (of(State::Warn), of(State::Fail));
    let summary = match (fail, warn) {
        (0, 0) => "All is well.".to_owned(),
        (0, warn) => format!("It works, with {}.", count(warn, "warning")),
        (fail, 0) => format!("{} to fix.", count(fail, "thing")),
        (fail, warn) => format!("{} to fix, and {}.", count(fail, "thing"), count(warn, "warning")),
    };
    writeln!(out, "\n{summary}")
}

const fn color(state: State) -> anstyle::Style {
    match state {
        State::Ok => style::GREEN,
        State::Warn => style::YELLOW,
        State::Fail => style::RED,
    }
}
