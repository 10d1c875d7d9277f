//! `keywright init`

mod choices;
mod files;

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use self::choices::Choices;
use self::files::Role;
use super::Console;
use super::Exit;
use super::Failure;
use super::export;
use super::failure::Stop;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::files as disk;
use crate::manifest;
use crate::rules;
use crate::source::Choice;
use crate::workspace::WORKSPACE_FILE;

/// The heading of the options about the store.
const STORE: &str = "The store";

/// Start a workspace: settings, a first manifest, and what Git and an editor need
///
/// Asks on a terminal what no option says. Without a terminal and options, it makes a small workspace with the embedded store,
/// which needs no account. It changes no existing file.
///
/// With a real store there is no first manifest: `--export` writes what is there.
#[derive(Args)]
#[command(after_help = super::examples::INIT)]
pub(super) struct Arguments {
    /// Folder of the workspace; made if it does not exist
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,

    /// Store of the workspace; repeatable [default: embedded]
    #[arg(long = "store", value_name = "STORE", help_heading = STORE)]
    stores: Vec<Store>,

    /// Name of the workspace [default: the name of the folder]
    #[arg(long)]
    name: Option<String>,

    /// Id of the area of Cloud API Management, a UUID
    #[arg(long, value_name = "ID", help_heading = STORE)]
    area: Option<String>,

    /// Address of the store [default for Cloud API Management: https://api.mashery.com]
    #[arg(long, value_name = "URL", help_heading = STORE)]
    url: Option<String>,

    /// Write pipelines for pull requests, merges and every night
    #[arg(long, value_name = "HOST")]
    ci: Option<Host>,

    /// Then write what the store holds as manifests, like `keywright export --out FOLDER`
    #[arg(long, help_heading = STORE)]
    export: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Store {
    /// A database file in the workspace, to try Keywright
    Embedded,
    /// Boomi Cloud API Management
    Cam,
    /// Boomi MFT
    Mft,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Host {
    Github,
    Gitlab,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let failed =
        |cause: String| Failure::new(format!("could not start a workspace in {}: {cause}", arguments.folder.display()));
    let root =
        disk::folder_to_fill(&console.folder, &arguments.folder).map_err(|refused| failed(refused.to_string()))?;
    if root.join(WORKSPACE_FILE).symlink_metadata().is_ok() {
        let failure = failed(format!("it has a {WORKSPACE_FILE}, so it is a workspace"));
        let help = if arguments.export {
            "`keywright export --out .` in that folder writes what the store holds"
        } else {
            "`keywright validate` checks it; remove the file to start again"
        };
        return Err(failure.help(help).into());
    }
    let choices = Choices::of(arguments, &root, console)?;
    check_place(&choices, &root)
        .map_err(|cause| failed(cause).help("run it there with `--ci`, or leave out `--ci`"))?;
    let files = files::files(&choices);
    if let Some(flaw) = flaw(&choices) {
        let failure = Failure::new(format!("could not write {WORKSPACE_FILE}: {} [{}]", flaw.message, flaw.rule));
        let help = flaw.help.unwrap_or_else(|| "`keywright init --help` lists the options".to_owned());
        return Err(Failure { exit: Exit::Usage, ..failure }.help(help).into());
    }
    // Files of an editor and of Git may be there and hold other things, so they stay as they are.
    let (new, left): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file.role == Role::Own || root.join(&file.path).symlink_metadata().is_err());
    let texts: Vec<_> = new.iter().map(|file| (&*file.path, &*file.text)).collect();
    disk::write_tree(&root, &texts, None).map_err(|refused| {
        failed(refused.to_string()).help("nothing was written; choose an empty folder, or remove what is in the way")
    })?;
    let width = files.iter().map(|file| file.path.len()).max().unwrap_or(0);
    for file in &new {
        writeln!(console.out, "  + {:<width$}   {}", file.path, file.what)?;
    }
    for file in &left {
        writeln!(console.out, "  · {:<width$}   left as it is; it needs {}", file.path, file.needed)?;
    }
    let mut exit = Exit::Done;
    if arguments.export {
        console.choice = Choice { workspace: Some(root.clone()), ..console.choice.clone() };
        exit = match export::run(&export::Arguments::all_to(root), console) {
            Ok(exit) => exit,
            Err(stop) => {
                let next = files::next(&choices, &arguments.folder, false);
                writeln!(console.out, "\nThe workspace is there, but its store could not be read yet. Next:\n{next}")?;
                return Err(stop);
            }
        };
    }
    writeln!(console.out, "\nNext:\n{}", files::next(&choices, &arguments.folder, arguments.export))?;
    Ok(exit)
}

/// Pipelines count only at the root of a repository.
fn check_place(choices: &Choices, root: &Path) -> Result<(), String> {
    match disk::repository(root) {
        Some(repository) if choices.ci.is_some() && repository != root => {
            Err(format!("pipelines are read only in {}, the root of the repository", repository.display()))
        }
        _ => Ok(()),
    }
}

/// What is wrong with the settings, before anything is written: an address or an id comes from a person.
fn flaw(choices: &Choices) -> Option<Diagnostic> {
    let source = Source { name: WORKSPACE_FILE.into(), text: files::settings(choices).into(), readable: false };
    let (file, mut findings) = manifest::workspace::parse(SourceId(0), &source);
    findings.extend(rules::workspace::check(&file, "").1);
    findings.into_iter().find(|found| found.severity == Severity::Error)
}
