//! Help, version, and mistakes in the command line.

mod habits;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum;

use super::Exit;
use super::address;
use super::output;
use super::output::Format;
use super::saved_plan::Target;
use super::trust;
use crate::diagnostic::Sources;
use crate::render;
use crate::render::Findings;
use crate::render::Problem;
use crate::render::findings::Report;
use crate::render::json;
use crate::render::json::Layout;
use crate::render::markdown;
use crate::source;
use crate::text::ci_commands::Harmless;
use crate::workspace::WORKSPACE_FILE;

/// A command line that could not be parsed, and where it was run.
pub(super) struct Context<'a> {
    pub(super) arguments: &'a [OsString],
    pub(super) environment: &'a BTreeMap<String, String>,
    pub(super) folder: &'a Path,
}

/// Options whose values may be the names of files by chance.
const NO_PATHS: [&str; 7] = ["--out", "--format", "--for", "--trust", "--since", "--allow", "--deliver"];

impl Context<'_> {
    /// What names existing files and folders: probably the arguments PATH.
    fn paths(&self) -> Vec<PathBuf> {
        let pairs = self.arguments.windows(2).skip(1);
        let paths = pairs.filter(|pair| !NO_PATHS.iter().any(|option| pair[0] == *option)).map(|pair| &pair[1]);
        let paths = paths.map(PathBuf::from).filter(|path| source::is_there(&self.folder.join(path)));
        paths.collect()
    }

    /// The value of an option.
    fn value(&self, option: &str) -> Option<String> {
        let words: Vec<&str> = self.arguments.iter().filter_map(|argument| argument.to_str()).collect();
        let apart = words.windows(2).filter(|pair| pair[0] == option).map(|pair| pair[1]);
        let joined = words.iter().filter_map(|word| word.strip_prefix(option)?.strip_prefix('='));
        apart.chain(joined).next().map(str::to_owned)
    }
}

/// Prints help and version to standard output, and mistakes to standard error. If the arguments ask for another format than text,
/// a mistake is a document of that format on standard output, too.
pub(super) fn print<W: Write>(
    error: &clap::Error,
    context: &Context<'_>,
    out: &mut Harmless<W>,
    err: &mut dyn Write,
) -> Exit {
    let is_there = |word: &str| source::is_there(&context.folder.join(word));
    let unexpected = address::unexpected(error).filter(|word| !is_there(word));
    let shown = |text: String| match unexpected {
        Some(word) => text.replace(word, &format!("({} characters, not printed)", word.chars().count())),
        None => text,
    };
    let text = shown(error.render().ansi().to_string());
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
    if exit == Exit::Usage && context.arguments.iter().any(|argument| argument == "plan") {
        // Opening removes an older plan, which must not be taken for the result. The mistake is reported in any case.
        let _ = context.value("--out").map(|path| Target::open(Path::new(&path), context.folder));
    }
    let mut print = || -> io::Result<()> {
        if exit == Exit::Done {
            return write!(out, "{text}");
        }
        let plain = shown(error.render().to_string());
        let (message, _) = plain.split_once("\n\n").unwrap_or((&plain, ""));
        let message = message.trim_start_matches("error: ").trim_end();
        let habit = habits::answer(error, context.arguments, is_there);
        let habit = habit.as_deref().or_else(|| address::help(message));
        let help = Some(habit.unwrap_or("`keywright --help` lists the arguments"));
        let problem = Problem { exit: exit as u8, message, help };
        if context.value("--format").as_deref() == Some("markdown") {
            let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
            comment(context, Problem { message: &message, ..problem }, out)?;
        } else if let Some(layout) = layout(context) {
            json::failure(out, layout, problem, &[], &Sources::default())?;
        } else {
            of_findings(context, problem, out)?;
        }
        match habit {
            // The usual tip explains how to pass the word as a value.
            Some(habit) => writeln!(err, "error: {message}\n  help: {habit}"),
            None => write!(err, "{text}"),
        }
    };
    if print().is_ok() { exit } else { Exit::Error }
}

/// The layout of JSON, if the arguments ask for it.
fn layout(context: &Context<'_>) -> Option<Layout> {
    match context.value("--format")?.as_str() {
        "json" => Some(Layout::Pretty),
        "json-stream" => Some(Layout::Line),
        _ => None,
    }
}

/// A report with the mistake, if the arguments ask for one.
fn of_findings<W: Write>(context: &Context<'_>, problem: Problem<'_>, out: &mut Harmless<W>) -> io::Result<()> {
    let format = context.value("--format").and_then(|name| Format::from_str(&name, false).ok());
    match format.map(|format| (format, format.report())) {
        Some((format, Some(form))) => {
            let checkout = output::checkout(context.folder, WORKSPACE_FILE);
            let report = Report::new(Findings::Remembered(&[]), WORKSPACE_FILE, checkout.as_ref());
            let report = report.failed(problem.message, problem.help);
            let out: &mut dyn Write = if format.is_commands() { out.inner() } else { out };
            render::findings::write(out, form, &report)
        }
        Some((Format::GitlabPlan, None)) => render::widget::no_plan(out, problem),
        _ => Ok(()),
    }
}

/// A comment with the marker of the workspace, so that it replaces the older comment.
fn comment(context: &Context<'_>, problem: Problem<'_>, out: &mut dyn Write) -> io::Result<()> {
    let choice = trust::choice(context.value("--workspace").map(PathBuf::from), None, context.environment);
    let name = |paths: &[PathBuf]| source::name_of(paths, context.folder, &choice);
    let workspace = name(&context.paths()).or_else(|| name(&[]));
    let is = |command: &str| context.arguments.iter().any(|argument| argument == command);
    let topic = if is("diff") {
        markdown::Topic::Difference
    } else if is("drift") {
        markdown::Topic::Drift
    } else {
        markdown::Topic::Plan
    };
    let host = match context.value("--for").as_deref() {
        Some("gitlab") => markdown::Host::Gitlab,
        Some("bitbucket") => markdown::Host::Bitbucket,
        _ => markdown::Host::Github,
    };
    let comment = markdown::Comment {
        host,
        topic,
        workspace: workspace.as_deref(),
        plan: None,
        is_stopped: true,
        findings: &[],
        failure: Some(problem),
    };
    markdown::comment(out, &comment)
}
