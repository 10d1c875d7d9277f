//! What `--format` and `--for` select, and the document that a command prints to standard output: its plan, its findings, and
//! why it failed. So every exit has the selected format. Text for people goes to standard error, except results.

use std::io;
use std::path::Path;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;

use super::Console;
use super::Exit;
use super::failure::Failure;
use super::failure::Found;
use super::failure::Stop;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Finding;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::diagnostic::has_errors;
use crate::files;
use crate::model::Instant;
use crate::plan::Forecast;
use crate::plan::Origin;
use crate::plan::Plan;
use crate::render;
use crate::render::Findings;
use crate::render::findings::Checkout;
use crate::render::findings::Form;
use crate::render::findings::Report;
use crate::render::json;
use crate::render::json::Layout;
use crate::render::markdown;
use crate::render::markdown::Topic;

/// How a command prints, also if it fails.
#[derive(Clone, Copy, Default)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) host: Host,
    /// What a comment is about, which a bot knows it by.
    pub(super) topic: Topic,
}

/// The code host of a comment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Host {
    /// At most 65,536 characters.
    #[default]
    Github,
    /// At most 1,000,000 characters.
    Gitlab,
    /// At most 32,768 characters, without HTML.
    Bitbucket,
}

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
    /// For the widget of GitLab merge requests.
    GitlabPlan,
    /// Findings as SARIF 2.1.0, for code scanning.
    Sarif,
    /// Findings as annotations of GitHub Actions.
    Github,
    /// Findings as a code quality report of GitLab.
    Gitlab,
    /// Findings as a JUnit test report.
    Junit,
    /// A table for spreadsheets.
    Csv,
    /// A calendar.
    Ics,
}

/// The formats of commands that print data.
pub(super) const DATA: [Format; 2] = [Format::Text, Format::Json];

/// The formats of findings.
pub(super) const FINDINGS: [Format; 6] =
    [Format::Text, Format::Json, Format::Sarif, Format::Github, Format::Gitlab, Format::Junit];

/// The formats of plans.
pub(super) const PLANS: [Format; 8] = [
    Format::Text,
    Format::Json,
    Format::Markdown,
    Format::GitlabPlan,
    Format::Sarif,
    Format::Github,
    Format::Gitlab,
    Format::Junit,
];

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
            Self::Text | Self::Json | Self::JsonStream | Self::Markdown | Self::GitlabPlan | Self::Csv | Self::Ics => {
                None
            }
        }
    }

    /// Whether the output contains commands for a CI runner on purpose.
    pub(super) fn is_commands(self) -> bool {
        self == Self::Github
    }
}

/// Rejects a code host for a format that is no comment.
pub(super) fn check_host(format: Format, host: Option<Host>) -> Result<(), Failure> {
    if host.is_none() || format == Format::Markdown {
        return Ok(());
    }
    let failure = Failure::new("could not use --for: it is about comments, which only --format markdown prints");
    Err(Failure { exit: Exit::Usage, ..failure }.help("add --format markdown, or omit --for"))
}

/// What a command knows when it ends without a result of its own.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    /// The plan, where it comes from, and what it costs.
    pub(super) plan: Option<(&'a Plan, &'a Origin, &'a [Forecast])>,
    /// Whether a finding stops the whole plan, or there is none.
    pub(super) is_stopped: bool,
    pub(super) diagnostics: &'a [Diagnostic],
    pub(super) sources: &'a Sources,
    pub(super) failure: Option<&'a Failure>,
    /// The later time of the plan, and its rotated keys.
    pub(super) at: Option<Instant>,
    pub(super) rotations: render::Rotations<'a>,
}

/// Prints the document to standard output. Text has none.
pub(super) fn document(output: Output, shown: &Shown<'_>, console: &mut Console<'_>) -> io::Result<()> {
    let out = &mut *console.out;
    match (output.format, output.format.report()) {
        (_, Some(form)) => {
            let findings = Findings::Found(shown.diagnostics, shown.sources);
            let home = console.opened.settings();
            let checkout = checkout(&console.folder, home);
            let report = Report::new(findings, home, checkout.as_ref());
            let report = match shown.failure {
                Some(failure) => report.failed(&failure.message, failure.help.as_deref()),
                None => report,
            };
            match &mut console.reports {
                Some(reports) => {
                    reports.push(report.into_owned());
                    Ok(())
                }
                None => render::findings::write(out, form, &report),
            }
        }
        (Format::Json, _) => programs(out, Layout::Pretty, shown),
        (Format::JsonStream, _) => programs(out, Layout::Line, shown),
        (Format::Markdown, _) => comment(output, shown, console),
        (Format::GitlabPlan, _) => widget(out, shown),
        _ => Ok(()),
    }
}

/// The checkout that contains the current folder, or else the settings.
pub(super) fn checkout(folder: &Path, settings: &str) -> Option<Checkout> {
    let root = files::checkout(folder).or_else(|| files::checkout(&folder.join(settings)))?;
    Some(Checkout { root, folder: folder.to_path_buf() })
}

fn programs(out: &mut dyn io::Write, layout: Layout, shown: &Shown<'_>) -> io::Result<()> {
    let Shown { diagnostics, sources, .. } = *shown;
    let problem = shown.failure.map(Failure::problem);
    match (shown.plan, problem) {
        (Some((plan, origin, forecasts)), _) => {
            let (store, hosts) = (origin.stores(), origin.hosts());
            let (at, rotations) = (shown.at, shown.rotations);
            let header = render::Header { workspace: &origin.workspace, store: &store, hosts: &hosts, at, rotations };
            let findings = Findings::Found(diagnostics, sources);
            json::plan(out, layout, plan, &header, forecasts, findings, problem)
        }
        (None, Some(problem)) => json::failure(out, layout, problem, diagnostics, sources),
        (None, None) => json::diagnostics(out, layout, diagnostics, sources),
    }
}

fn comment(output: Output, shown: &Shown<'_>, console: &mut Console<'_>) -> io::Result<()> {
    let findings = saved(shown.diagnostics, shown.sources);
    let comment = markdown::Comment {
        host: output.host.into(),
        topic: output.topic,
        workspace: console.opened.workspace(),
        plan: shown.plan.map(|(plan, origin, _)| (plan, origin)),
        is_stopped: shown.is_stopped,
        findings: &findings,
        failure: shown.failure.map(Failure::problem),
    };
    markdown::comment(console.out, &comment)
}

/// Findings without their sources.
pub(super) fn saved(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Finding> {
    let places = Places::new(sources);
    diagnostics.iter().map(|found| Finding::of(found, &places)).collect()
}

fn widget(out: &mut dyn io::Write, shown: &Shown<'_>) -> io::Result<()> {
    let invalid = "the manifests are invalid";
    let invalid = render::Problem { exit: Exit::Invalid as u8, message: invalid, help: None };
    match (shown.plan, shown.failure) {
        (_, Some(failure)) => render::widget::no_plan(out, failure.problem()),
        // After an error, an empty plan does not mean that there is nothing to do.
        (Some((plan, ..)), None) if !(plan.is_empty() && has_errors(shown.diagnostics)) => {
            render::widget::plan(out, plan)
        }
        _ => render::widget::no_plan(out, invalid),
    }
}

/// Prints why a command stopped. Nothing else prints failures.
pub(super) fn stop(output: Output, stop: Stop, console: &mut Console<'_>) -> io::Result<Exit> {
    // The document has the exit code of the process.
    let stop = if console.limits.is_over() { stop.over_time() } else { stop };
    let nothing = Found::default();
    let (found, failure) = match &stop {
        Stop::Shown(failure) => return failure.print(console.err),
        Stop::Failure(failure) => (&nothing, Some(failure)),
        Stop::Failed(found, failure) => (found, Some(failure)),
        Stop::Findings(found) => (found, None),
    };
    let Found { diagnostics, sources } = found;
    let (at, rotations) = (None, render::Rotations::default());
    let shown = Shown { plan: None, is_stopped: true, diagnostics, sources, failure, at, rotations };
    document(output, &shown, console)?;
    if failure.is_some() || output.format == Format::Text {
        console.write_findings(diagnostics, sources)?;
    }
    match failure {
        Some(failure) => failure.print(console.err),
        None => {
            render::text::summary(console.err, diagnostics)?;
            Ok(Exit::Invalid)
        }
    }
}

impl From<Format> for Output {
    fn from(format: Format) -> Self {
        Self { format, ..Self::default() }
    }
}

impl From<Host> for markdown::Host {
    fn from(host: Host) -> Self {
        match host {
            Host::Github => Self::Github,
            Host::Gitlab => Self::Gitlab,
            Host::Bitbucket => Self::Bitbucket,
        }
    }
}
