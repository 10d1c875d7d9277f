//! `keywright init`

mod choices;
mod files;

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use self::choices::Choices;
use self::files::File;
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
    let failed = |cause: String| failed(&arguments.folder, &cause);
    let root =
        disk::folder_to_fill(&console.folder, &arguments.folder).map_err(|refused| failed(refused.to_string()))?;
    let is_here = arguments.folder == Path::new(".");
    if is_here && (root.parent().is_none() || console.choice.home.as_deref() == Some(&*root)) {
        let cause = if root.parent().is_none() { "the top folder of this machine" } else { "your home folder" };
        return Err(failed(format!("it is {cause}")).help("name a new folder: `keywright init FOLDER`").into());
    }
    check_place(arguments.ci, &root)
        .map_err(|cause| failed(cause).help("run it there with `--ci`, or leave out `--ci`"))?;
    if is_taken(&root.join(WORKSPACE_FILE)) {
        if let Some(host) = arguments.only_pipelines() {
            write(&root, arguments, &files::pipelines(host), console)?;
            return Ok(Exit::Done);
        }
        let failure = failed(format!("it has a {WORKSPACE_FILE}, so it is a workspace"));
        let help = match (arguments.export, arguments.ci) {
            (true, _) => "`keywright export --out .` in that folder writes what the store holds",
            (false, Some(_)) => "`keywright init --ci HOST` adds pipelines to it, without other options",
            (false, None) => "`keywright validate` checks it",
        };
        return Err(failure.help(help).into());
    }
    let choices = Choices::of(arguments, &root, console)?;
    if let Some(flaw) = flaw(&choices) {
        let failure = Failure::new(format!("could not write {WORKSPACE_FILE}: {} [{}]", flaw.message, flaw.rule));
        let help = flaw.help.unwrap_or_else(|| "`keywright init --help` lists the options".to_owned());
        return Err(Failure { exit: Exit::Usage, ..failure }.help(help).into());
    }
    write(&root, arguments, &files::files(&choices), console)?;
    if let Some(outer) = around(&root) {
        let outer = outer.display();
        writeln!(
            console.out,
            "\n{outer} is a workspace, too: list the folders of its own under `manifests:` there, or its plans end with KW-064."
        )?;
    }
    let is_set = |name: &str| console.environment.get(name).is_some_and(|value| !value.is_empty());
    let can_sign_in = files::variables(&choices).into_iter().all(is_set);
    let mut exit = Exit::Done;
    if arguments.export {
        console.choice = Choice { workspace: Some(root.clone()), ..console.choice.clone() };
        exit = match export::run(&export::Arguments::all_to(root), console) {
            Ok(exit) => exit,
            Err(stop) => {
                let next = files::next(&choices, &arguments.folder, false, can_sign_in);
                writeln!(console.out, "\nThe workspace is there, but its store could not be read yet. Next:\n{next}")?;
                return Err(stop);
            }
        };
    }
    writeln!(console.out, "\nNext:\n{}", files::next(&choices, &arguments.folder, arguments.export, can_sign_in))?;
    Ok(exit)
}

/// Also a link that leads nowhere.
fn is_taken(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn failed(folder: &Path, cause: &str) -> Failure {
    Failure::new(format!("could not start a workspace in {}: {cause}", folder.display()))
}

impl Arguments {
    /// The code host, if that is all that was said: a workspace that exists gets its pipelines.
    fn only_pipelines(&self) -> Option<Host> {
        let Self { folder: _, stores, name, area, url, ci, export } = self;
        let is_all = stores.is_empty() && name.is_none() && area.is_none() && url.is_none() && !export;
        ci.filter(|_| is_all)
    }
}

/// Writes all files or none, and lists them. Files of an editor, of Git and of a code host may be there and hold other things,
/// so they stay as they are.
fn write(root: &Path, arguments: &Arguments, files: &[File], console: &mut Console<'_>) -> Result<(), Failure> {
    let (new, left): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file.role == Role::Own || !is_taken(&root.join(&file.path)));
    let texts: Vec<_> = new.iter().map(|file| (&*file.path, &*file.text)).collect();
    disk::write_tree(root, &texts, None).map_err(|refused| {
        let help = "nothing was written; choose an empty folder, or remove what is in the way";
        failed(&arguments.folder, &refused.to_string()).help(help)
    })?;
    let width = files.iter().map(|file| file.path.len()).max().unwrap_or(0);
    for file in &new {
        writeln!(console.out, "  + {:<width$}   {}", file.path, file.what)?;
    }
    for file in &left {
        writeln!(console.out, "  · {:<width$}   left as it is; it needs {}", file.path, file.needed)?;
    }
    Ok(())
}

/// The workspace in which a new one is, in the same repository.
fn around(root: &Path) -> Option<PathBuf> {
    let repository = disk::repository(root);
    let above =
        root.ancestors().skip(1).take_while(|above| repository.as_ref().is_none_or(|all| above.starts_with(all)));
    above.filter(|above| is_taken(&above.join(WORKSPACE_FILE))).map(Path::to_path_buf).next()
}

/// Pipelines count only at the root of a repository.
fn check_place(ci: Option<Host>, root: &Path) -> Result<(), String> {
    match disk::repository(root) {
        Some(repository) if ci.is_some() && repository != root => {
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
