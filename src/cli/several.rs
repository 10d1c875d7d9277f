//! One command for several workspaces: each as if it ran alone, one after the other. A workspace that fails does not stop the
//! others. The exit code is the most urgent one, see [`Exit`].

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use super::Command;
use super::Console;
use super::Exit;
use super::Failure;
use super::apply;
use super::ended;
use super::failure::Stop;
use super::opened::Opened;
use super::output;
use super::output::Format;
use super::output::Output;
use super::output::Shown;
use super::run_one;
use super::saved_plan::Target;
use crate::diagnostic::has_errors;
use crate::render;
use crate::render::Workspace;
use crate::render::findings::Report;
use crate::source;
use crate::source::Choice;
use crate::source::Matched;
use crate::source::NotFound;

/// The runs of a command.
pub(super) enum Runs {
    /// Of one workspace, which the command finds itself.
    One,
    /// Of one workspace in this folder, which is gone.
    Gone(PathBuf),
    Several(Vec<Part>),
}

/// The run of one workspace.
pub(super) struct Part {
    /// For people.
    name: String,
    choice: Choice,
    /// The folder of a workspace that is gone from the checkout.
    gone: Option<PathBuf>,
    /// The files of this workspace that the command line names.
    files: Vec<PathBuf>,
}

impl Part {
    fn of(root: PathBuf, choice: Choice, files: Vec<PathBuf>, console: &Console<'_>) -> Self {
        Self { name: named(&root, &console.folder), choice, gone: None, files }
    }

    fn gone(root: PathBuf, console: &Console<'_>) -> Self {
        let choice = console.choice.clone();
        Self { name: named(&root, &console.folder), choice, gone: Some(root), files: Vec::new() }
    }
}

/// Which workspaces the command line means.
pub(super) fn runs(command: &Command, console: &Console<'_>) -> Result<Runs, Failure> {
    let (choice, folder) = (&console.choice, &console.folder);
    if let Some(pattern) = choice.workspace.as_deref().filter(|pattern| source::is_pattern(pattern, folder)) {
        return of_pattern(command, pattern, console);
    }
    if takes_gone(command)
        && let Some(root) = source::chosen_gone(folder, choice)
    {
        return Ok(Runs::Gone(root));
    }
    match command {
        Command::Validate(arguments) if choice.workspace.is_none() => {
            of_files(command, &arguments.manifests.all(), console)
        }
        _ => Ok(Runs::One),
    }
}

fn failed(error: &NotFound) -> Failure {
    Failure::new(error.to_string()).help(error.help())
}

/// The workspaces that a pattern matches.
fn of_pattern(command: &Command, pattern: &Path, console: &Console<'_>) -> Result<Runs, Failure> {
    let (choice, folder) = (&console.choice, &console.folder);
    remove_older(command, folder);
    check(command, pattern)?;
    let Matched { all, gone } = match command {
        // It compares a workspace that is gone, too.
        Command::Diff(arguments) => {
            source::compared(pattern, &arguments.range, folder).map(|all| Matched { all, gone: BTreeSet::new() })
        }
        _ => source::matching(pattern, folder, choice),
    }
    .map_err(|error| failed(&error))?;
    let part = |root: PathBuf| {
        if gone.contains(&root) {
            return Part::gone(root, console);
        }
        let choice = Choice { workspace: Some(root.clone()), ..choice.clone() };
        Part::of(root, choice, Vec::new(), console)
    };
    Ok(Runs::Several(all.into_iter().map(part).collect()))
}

/// The workspaces of the files that the command line names.
fn of_files(command: &Command, paths: &[PathBuf], console: &Console<'_>) -> Result<Runs, Failure> {
    let (choice, folder) = (&console.choice, &console.folder);
    let deleted = source::deleted_among(paths, folder);
    let (gone, paths) = source::without_gone(paths, &deleted, folder);
    match (gone.len(), paths.len()) {
        (0, 0 | 1) => return Ok(Runs::One),
        (1, 0) => return Ok(gone.into_iter().next().map_or(Runs::One, Runs::Gone)),
        _ => {}
    }
    let is_gone = |path: &PathBuf| path != Path::new("-") && !source::is_there(&folder.join(path));
    if gone.is_empty() && !paths.iter().all(|path| folder.join(path).is_file() || is_gone(path)) {
        return Ok(Runs::One);
    }
    let mut files = source::by_workspace(&paths, folder, choice).map_err(|error| failed(&error))?;
    if files.is_empty() && !gone.is_empty() && !paths.is_empty() {
        files.insert(folder.clone(), paths.clone());
    }
    if files.len() + gone.len() < 2 {
        return Ok(Runs::One);
    }
    if let Some(path) = paths.iter().find(|path| is_gone(path) && !deleted.contains(*path)) {
        let failure = Failure::new(format!("could not read {}: it does not exist", path.display()));
        return Err(failure.help("correct the path, or omit it"));
    }
    check_format(command.output().format)?;
    let there = files.into_iter().map(|(root, files)| Part::of(root, choice.clone(), files, console));
    let mut parts: Vec<Part> = there.chain(gone.into_iter().map(|root| Part::gone(root, console))).collect();
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Runs::Several(parts))
}

/// Whether it is the whole result of the command that its workspace is gone. A file that it should write would be missing.
fn takes_gone(command: &Command) -> bool {
    match command {
        Command::Validate(arguments) => arguments.manifests.all().is_empty(),
        Command::Plan(arguments) => arguments.manifests.all().is_empty() && arguments.out.is_none(),
        Command::Drift(arguments) => arguments.manifests.all().is_empty() && arguments.out.is_none(),
        Command::Apply(arguments) => arguments.manifests.all().is_empty() && arguments.approved.is_none(),
        _ => false,
    }
}

/// The name of a workspace, as seen from the current folder.
fn named(root: &Path, folder: &Path) -> String {
    match root.strip_prefix(folder).unwrap_or(root) {
        here if here == Path::new("") => ".".to_owned(),
        path => path.display().to_string(),
    }
}

/// The findings about a workspace that is gone, instead of the result of the command.
pub(super) fn run_gone(command: &Command, root: &Path, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let loaded = source::gone(root, &console.folder, &console.choice)
        .map_err(|error| Failure::new(error.to_string()).help(error.help()))?;
    console.opened = Opened::new(&loaded, &console.folder);
    let (diagnostics, sources) = (&loaded.diagnostics, &loaded.sources);
    let (at, rotations) = (None, render::Rotations::default());
    let shown = Shown { plan: None, is_stopped: true, diagnostics, sources, failure: None, at, rotations };
    let output = command.output();
    output::document(output, &shown, console)?;
    if output.format == Format::Text {
        if matches!(command, Command::Validate(_)) {
            console.write_result(diagnostics, sources)?;
            render::text::summary(console.out, diagnostics)?;
        } else {
            console.write_findings(diagnostics, sources)?;
            render::text::summary(console.err, diagnostics)?;
        }
    }
    Ok(if has_errors(diagnostics) { Exit::Invalid } else { Exit::Done })
}

/// Removes an older saved plan, which must not be taken for the result of a run that is refused. The refusal is reported in any
/// case.
fn remove_older(command: &Command, folder: &Path) {
    if let Command::Plan(arguments) = command {
        let _ = arguments.out.as_deref().map(|path| Target::open(path, folder));
    }
}

/// Refuses what belongs to one workspace.
fn check(command: &Command, pattern: &Path) -> Result<(), Failure> {
    let (has_paths, option) = match command {
        Command::Validate(arguments) => (!arguments.manifests.all().is_empty(), None),
        Command::Plan(arguments) => (!arguments.manifests.all().is_empty(), arguments.out.as_ref().map(|_| "--out")),
        Command::Apply(arguments) => {
            (!arguments.manifests.all().is_empty(), arguments.approved.as_ref().map(|_| "--approved"))
        }
        Command::Diff(_) => (false, None),
        Command::Drift(arguments) if arguments.out.is_some() => {
            let failure = usage("could not use --out: its report is of one workspace".to_owned());
            return Err(failure.help("redirect standard output instead: `> FILE`"));
        }
        Command::Drift(arguments) => (!arguments.manifests.all().is_empty(), None),
        _ => {
            let failure =
                usage(format!("could not use --workspace {}: this command takes one workspace", pattern.display()));
            return Err(
                failure.help("run it once for each workspace; validate, plan, diff, drift and apply take several")
            );
        }
    };
    if has_paths {
        let failure = usage("could not use PATH: the pattern of --workspace already says what is read".to_owned());
        return Err(failure.help("omit PATH, or pass the folder of one workspace with --workspace"));
    }
    if let Some(option) = option {
        let failure = usage(format!("could not use {option}: a saved plan is of one workspace"));
        return Err(failure.help(format!("run once for each workspace: --workspace FOLDER {option} FILE")));
    }
    check_format(command.output().format)
}

fn check_format(format: Format) -> Result<(), Failure> {
    if matches!(format, Format::Text | Format::Json | Format::Markdown) || format.report().is_some() {
        return Ok(());
    }
    let failure = usage("could not use this format: it is of one workspace".to_owned());
    Err(failure.help("use another one, like json, or run once for each workspace: --workspace FOLDER"))
}

fn usage(message: String) -> Failure {
    Failure { exit: Exit::Usage, ..Failure::new(message) }
}

/// Runs the command for each of them, and prints the summary.
pub(super) fn run(command: &Command, parts: &[Part], console: &mut Console<'_>) -> Result<Exit, Stop> {
    let output = command.output();
    let mut ended = Vec::new();
    let mut documents = Vec::new();
    let mut reports = output.format.report().map(|_| Vec::new());
    for part in parts {
        if ended.contains(&Exit::Interrupted) || apply::is_interrupted() {
            break;
        }
        if output.format == Format::Text {
            render::text::workspace(console.out, &part.name)?;
            console.out.flush()?;
        }
        let (exit, document) = of_part(command, part, output, &mut reports, console);
        ended.push(exit);
        documents.push(document);
    }
    let interrupted = std::iter::repeat(Exit::Interrupted);
    let exits: Vec<Exit> = ended.into_iter().chain(interrupted).take(parts.len()).collect();
    documents.resize(parts.len(), Vec::new());
    let worst = Exit::worst(exits.iter().copied());
    let workspaces: Vec<Workspace<'_>> = parts
        .iter()
        .zip(&exits)
        .zip(&documents)
        .map(|((part, exit), document)| Workspace {
            name: &part.name,
            exit: *exit as u8,
            words: exit.words(),
            document,
        })
        .collect();
    match output.format {
        Format::Json => render::json::workspaces(console.out, worst as u8, &workspaces)?,
        Format::Markdown => {
            let pattern = console.choice.workspace.as_deref().map(|pattern| pattern.display().to_string());
            render::markdown::workspaces(
                console.out,
                output.host.into(),
                output.topic,
                pattern.as_deref(),
                &workspaces,
            )?;
        }
        _ => match (output.format.report(), reports) {
            (Some(form), Some(reports)) => {
                render::findings::write(console.out, form, &Report::of_all(reports))?;
                console.out.flush()?;
                render::text::workspaces(console.err, &workspaces)?;
            }
            _ => render::text::workspaces(console.out, &workspaces)?,
        },
    }
    Ok(worst)
}

/// Runs the command for one workspace. Text is printed at once; a document is returned, and a report is added to the others.
fn of_part(
    command: &Command,
    part: &Part,
    output: Output,
    reports: &mut Option<Vec<Report<'static>>>,
    console: &mut Console<'_>,
) -> (Exit, Vec<u8>) {
    let mut document = Vec::new();
    let mut inner = Console {
        out: if output.format == Format::Text { &mut *console.out } else { &mut document },
        err: &mut *console.err,
        input: &mut *console.input,
        environment: console.environment.clone(),
        folder: console.folder.clone(),
        choice: part.choice.clone(),
        opened: Opened::below(&part.name),
        reports: reports.take(),
        ..*console
    };
    let exit = match (command, &part.gone) {
        (_, Some(root)) => {
            let result = run_gone(command, root, &mut inner).map_err(Stop::from);
            ended(result, command, &mut inner)
        }
        (Command::Validate(arguments), None) if !part.files.is_empty() => {
            run_one(&Command::Validate(arguments.on(&part.files)), &mut inner)
        }
        _ => run_one(command, &mut inner),
    };
    *reports = inner.reports.take();
    (exit, document)
}
