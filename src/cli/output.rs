//! What `--format` and `--for` select: how a command prints its findings, and why it failed. Commands print their own
//! results; this is for all that ends early, so that every exit has the selected format.

use std::io;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;

use super::Console;
use super::Exit;
use super::failure::Failure;
use super::failure::Found;
use super::failure::Stop;
use crate::render;
use crate::render::Findings;
use crate::render::findings::Form;
use crate::render::findings::Report;

/// The format of standard output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs; the schemas are under `schemas/`.
    Json,
    /// For programs that follow the run: one object per line, as it happens.
    JsonStream,
    /// For comments on pull requests.
    Markdown,
    /// Findings as SARIF 2.1.0, for code scanning.
    Sarif,
    /// Findings as annotations of GitHub Actions.
    Github,
    /// Findings as a code quality report of GitLab.
    Gitlab,
    /// Findings as a JUnit test report.
    Junit,
}

/// The formats of commands that print data.
pub(super) const DATA: [Format; 2] = [Format::Text, Format::Json];

/// The formats of findings.
pub(super) const FINDINGS: [Format; 6] =
    [Format::Text, Format::Json, Format::Sarif, Format::Github, Format::Gitlab, Format::Junit];

/// A parser of `--format` for the formats that a command has.
pub(super) fn one_of(formats: &[Format]) -> impl TypedValueParser<Value = Format> + use<> {
    let names = formats.iter().filter_map(Format::to_possible_value).collect::<Vec<_>>();
    PossibleValuesParser::new(names).try_map(|name| Format::from_str(&name, false))
}

impl Format {
    /// The format of a report of findings, if it is one.
    pub(super) const fn report(self) -> Option<Form> {
        match self {
            Self::Sarif => Some(Form::Sarif),
            Self::Github => Some(Form::Github),
            Self::Gitlab => Some(Form::Gitlab),
            Self::Junit => Some(Form::Junit),
            Self::Text | Self::Json | Self::JsonStream | Self::Markdown => None,
        }
    }

    /// Whether the output contains commands for a CI runner on purpose.
    pub(super) fn is_commands(self) -> bool {
        self == Self::Github
    }
}

/// Prints why a command stopped. Nothing else prints failures.
pub(super) fn stop(format: Format, stop: &Stop, console: &mut Console<'_>) -> io::Result<Exit> {
    match stop {
        Stop::Failure(failure) => self::failure(format, &Found::default(), failure, console),
        Stop::Failed(found, failure) => self::failure(format, found, failure, console),
        Stop::Findings(found) => {
            findings(format, found, console)?;
            Ok(Exit::Invalid)
        }
    }
}

/// Prints findings and nothing else.
pub(super) fn report(form: Form, findings: Findings<'_>, console: &mut Console<'_>) -> io::Result<()> {
    let report = Report::new(findings, console.opened.settings());
    render::findings::write(console.out, form, &report)
}

/// Prints the findings that stopped a command.
fn findings(format: Format, found: &Found, console: &mut Console<'_>) -> io::Result<()> {
    let Found { diagnostics, sources } = found;
    match (format, format.report()) {
        (_, Some(form)) => report(form, Findings::Found(diagnostics, sources), console)?,
        (Format::Json, _) => render::json::diagnostics(console.out, diagnostics, sources)?,
        (Format::JsonStream, _) => render::json::diagnostics_line(console.out, diagnostics, sources)?,
        _ => render::text::diagnostics(console.err, diagnostics, sources)?,
    }
    render::text::summary(console.err, diagnostics)
}

/// Prints why a command failed, for people to standard error, and in the format of the command to standard output.
fn failure(format: Format, found: &Found, failure: &Failure, console: &mut Console<'_>) -> io::Result<Exit> {
    let Found { diagnostics, sources } = found;
    if let Some(form) = format.report() {
        let report = Report::new(Findings::Found(diagnostics, sources), console.opened.settings());
        let report = report.failed(&failure.message, failure.help.as_deref());
        render::findings::write(console.out, form, &report)?;
    }
    render::text::diagnostics(console.err, diagnostics, sources)?;
    failure.print(console.err)
}
