//! The checks of `keywright doctor`, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use crate::render::doctor;
use crate::render::doctor::State;

pub(super) const KIND: &str = "doctor";

/// What a workspace needs to work, looked at without changing anything.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright doctor")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: doctor.
    kind: &'static str,
    /// The version of Keywright.
    version: &'static str,
    /// The worst state of the checks.
    state: Word,
    /// In the order of the text.
    checks: Vec<Check<'a>>,
}

/// One thing that a workspace needs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Check<'a> {
    /// What was looked at, like Git or sign-in.
    subject: &'a str,
    /// How the check ended.
    state: Word,
    /// What was found.
    found: &'a str,
    /// What to do; absent if all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'a str>,
}

/// How a check ended.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Word {
    /// As it should be.
    Ok,
    /// It works, but somebody should know.
    Warn,
    /// A plan or an apply would not work.
    Fail,
}

impl From<State> for Word {
    fn from(state: State) -> Self {
        match state {
            State::Ok => Self::Ok,
            State::Warn => Self::Warn,
            State::Fail => Self::Fail,
        }
    }
}

impl<'a> Document<'a> {
    pub(super) fn of(checks: &'a [doctor::Check]) -> Self {
        let check = |check: &'a doctor::Check| Check {
            subject: check.subject,
            state: check.state.into(),
            found: &check.found,
            fix: check.fix.as_deref(),
        };
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            version: env!("CARGO_PKG_VERSION"),
            state: checks.iter().map(|check| check.state).max().unwrap_or(State::Ok).into(),
            checks: checks.iter().map(check).collect(),
        }
    }
}
