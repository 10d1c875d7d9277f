//! Finds the workspace and reads its files: in a fixed order, with size limits, and with a place for every problem. The
//! settings come from the checkout, or with `--trust` from a commit.
#![expect(clippy::disallowed_methods, reason = "edge: files and folders")]

mod baseline;
mod commit;
mod credentials;
mod deleted;
mod find;
mod foreign;
mod gone;
mod matching;
mod path;
mod range;
mod settings;
mod strays;
mod texts;
mod trusted;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Sources;
use crate::files::Bounds;
use crate::files::fence;
use crate::files::normal;
use crate::git::GitError;
use crate::git::Repository;
use crate::rules;
use crate::workspace::WORKSPACE_FILE;
use crate::workspace::Workspace;
use texts::By;
use texts::Texts;

pub use commit::Revisions;
pub use deleted::deleted_among;
pub use find::by_workspace;
pub use gone::chosen_gone;
pub use gone::deleted;
pub use gone::gone;
pub use gone::moved;
pub use gone::without_gone;
pub use gone::without_settings;
pub use matching::Matched;
pub use matching::compared;
pub use matching::is_pattern;
pub use matching::matching;
pub use range::At;
pub use range::Range;
pub use trusted::Trusted;

/// Which workspace to use, and where its settings come from.
#[derive(Clone, Default, Debug)]
pub struct Choice {
    /// The folder of the workspace. `None` to search it upwards from the paths.
    pub workspace: Option<PathBuf>,
    /// The Git revision of the settings. `None` for those of the checkout.
    pub trust: Option<String>,
    /// Whether this is a pipeline, where anyone who opens a pull request writes the checkout.
    pub is_ci: bool,
    /// The target branch of the pull request, if the pipeline names it.
    pub target: Option<String>,
    /// The home folder of the person.
    pub home: Option<PathBuf>,
}

/// A workspace as read from disk. `sources` holds the manifests sorted by name, then the workspace file, and with
/// `--trust` then the trusted workspace file.
pub struct Loaded {
    pub root: PathBuf,
    pub workspace: Workspace,
    /// The commit of the settings; files that they name are read from it too. `None` for settings of the checkout.
    pub trusted: Option<Trusted>,
    pub sources: Sources,
    /// Problems of reading the manifests.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the command line names, rather than found in a folder, as they are named in `sources`.
    pub named: BTreeSet<Box<str>>,
    /// The links that were not followed, as they are named in `sources`, and where they are.
    pub links: BTreeMap<Box<str>, PathBuf>,
    /// Findings about the settings.
    pub settings: Vec<Diagnostic>,
    /// Whether the whole workspace was read, rather than only some paths.
    pub is_whole: bool,
    /// Whether the stores of the workspace are unknown: the trusted commit does not have it, and the checkout names some.
    pub has_untrusted_stores: bool,
}

impl Loaded {
    /// Whether there is nothing: no settings, and no file that could be a manifest.
    pub fn is_absent(&self) -> bool {
        self.sources.0.is_empty()
    }
}

/// Why the workspace could not be read.
#[derive(Debug, thiserror::Error)]
#[error("could not {message}")]
pub struct NotFound {
    message: String,
    help: String,
}

impl NotFound {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }

    /// The next step.
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl From<GitError> for NotFound {
    fn from(error: GitError) -> Self {
        Self::new(error.to_string(), error.help())
    }
}

/// Reads the workspace of `paths`, which are relative to the folder `from`. Without paths, reads the chosen workspace, or
/// the one that contains `from`. `-` is standard input.
pub fn load(paths: &[PathBuf], from: &Path, choice: &Choice, input: &mut dyn Read) -> Result<Loaded, NotFound> {
    read(paths, from, choice, Extent::Named, input)
}

/// Like [`load`], but files of a workspace bring all its manifests: a file alone can be valid where the workspace is not.
pub fn load_around(paths: &[PathBuf], from: &Path, choice: &Choice, input: &mut dyn Read) -> Result<Loaded, NotFound> {
    read(paths, from, choice, Extent::Around, input)
}

/// The name of the workspace, for messages about a failure before it is open. If the trusted settings cannot be read, those
/// of the checkout give the name. Several workspaces have the name of their pattern, as they have if they can be opened.
pub fn name_of(paths: &[PathBuf], from: &Path, choice: &Choice) -> Option<Box<str>> {
    if let Some(pattern) = choice.workspace.as_deref().filter(|pattern| is_pattern(pattern, from)) {
        return Some(pattern.display().to_string().into());
    }
    let untrusting = Choice { trust: None, ..choice.clone() };
    [choice, &untrusting].into_iter().find_map(|choice| {
        let found = find::find(paths, from, choice).ok()?;
        let mut texts = Texts::new(from, Bounds::new(&around(&found.root, from), &[]));
        Some(settings::read(&found, choice, &mut texts).ok()?.workspace.name)
    })
}

/// How much of a workspace is read if only some of its files are named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Named,
    /// The whole workspace, if it contains one of them.
    Around,
}

fn read(
    paths: &[PathBuf],
    from: &Path,
    choice: &Choice,
    extent: Extent,
    input: &mut dyn Read,
) -> Result<Loaded, NotFound> {
    let is_hook = extent == Extent::Around;
    let deleted = if is_hook { deleted_among(paths, from) } else { BTreeSet::new() };
    let (gone, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.iter().cloned().partition(|path| deleted.contains(path));
    let starts: Vec<PathBuf> =
        paths.iter().cloned().chain(gone.iter().map(|path| deleted::start(path, from))).collect();
    let found = find::find(&starts, from, choice)?;
    let root = found.root.clone();
    // Below a workspace, that workspace is meant: a part of it would show plans that its whole does not have.
    let is_chosen = choice.workspace.is_some() || (has_settings(&root) && normal(from) != root);
    let here = [if is_chosen { root.clone() } else { PathBuf::from(".") }];
    let of_gone = [root.clone()];
    let paths = match paths.as_slice() {
        [] if gone.is_empty() => &here[..],
        [] => &of_gone[..],
        paths => paths,
    };
    if choice.workspace.is_none() {
        check_root(&root, from)?;
    }
    if paths.iter().any(|path| path != Path::new("-") && normal(&from.join(path)) == normal(&root)) {
        check_size(&root, choice)?;
    }
    let mut texts = Texts::new(from, Bounds::new(&around(&root, from), &[]));
    let settings = settings::read(&found, choice, &mut texts)?;
    texts.bounds = Bounds::new(&around(&root, from), &settings.workspace.environment.folders);
    let is_whole = paths.iter().all(|path| normal(&from.join(path)) == normal(&root));
    let is_around = is_hook && !is_whole && has_settings(&root);
    let of_workspace =
        |path: &PathBuf| is_inside(path, from, &root, &settings.workspace) || texts.is_foreign(path, from, &root);
    let is_whole = is_whole || is_around && (!gone.is_empty() || paths.iter().any(of_workspace));
    if is_whole {
        for path in &settings.workspace.manifests {
            texts.collect(&root.join(&**path), &root, By::Repository);
        }
    }
    let mut is_nothing_meant = false;
    if is_around {
        texts.collect_around(paths, from, &root, input);
    } else if !is_whole {
        let (foreign, paths): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| {
            is_hook && found.trusted.is_none() && texts.is_foreign(path, from, &root) && is_beside_workspaces(&root)
        });
        for path in &paths {
            texts.collect_named(path, from, &root, input);
        }
        for path in &foreign {
            texts.report_outside(&from.join(path));
        }
        is_nothing_meant = paths.is_empty() && !foreign.is_empty();
    }
    texts.forget_ignored(&root);
    let mut loaded = texts.finish(found, settings, is_whole);
    if is_nothing_meant {
        loaded.diagnostics.retain(|finding| finding.rule != rules::KW_011.id);
    }
    loaded.diagnostics.extend(gone.iter().map(|path| deleted::finding(path)));
    Ok(loaded)
}

/// Whether a folder is in no workspace, but its repository has some.
fn is_beside_workspaces(folder: &Path) -> bool {
    let files = || Repository::find_of_anyone(folder).ok()??.present(WORKSPACE_FILE).ok();
    !has_settings(folder) && files().is_some_and(|files| !files.is_empty())
}

/// Whether a path names a file or a folder.
pub fn is_there(path: &Path) -> bool {
    path.exists()
}

/// Whether a path is the workspace file, or among the manifests that it lists.
fn is_inside(path: &Path, from: &Path, root: &Path, workspace: &Workspace) -> bool {
    if path == Path::new("-") {
        return false;
    }
    let path = normal(&from.join(path));
    let mut listed = workspace.manifests.iter().map(|listed| normal(&root.join(&**listed)));
    path == root.join(WORKSPACE_FILE) || listed.any(|listed| path.starts_with(listed))
}

/// Whether a folder has a workspace file. A link counts, wherever it leads: if it cannot be read, that is an error.
fn has_settings(folder: &Path) -> bool {
    let path = folder.join(WORKSPACE_FILE);
    path.is_file() || path.is_symlink()
}

/// The folder of a machine or of a person is no workspace unless it says so: to read it takes long, and finds anything.
fn check_size(root: &Path, choice: &Choice) -> Result<(), NotFound> {
    let is_home = choice.home.as_deref().is_some_and(|home| normal(home) == root);
    if has_settings(root) || !(is_home || root.parent().is_none()) {
        return Ok(());
    }
    let whose = if is_home { "your home folder" } else { "the top folder of this machine" };
    let help = "which folder has the manifests? pass it, like `keywright validate FOLDER`, or name it with `--workspace FOLDER`; `keywright init FOLDER` starts a workspace";
    Err(NotFound::new(format!("use {} as a workspace: it is {whose}", root.display()), help))
}

/// A link in a repository could make any folder of this machine the workspace, with its settings and its files.
fn check_root(root: &Path, from: &Path) -> Result<(), NotFound> {
    let Some(fence) = fence(from).filter(|fence| root.starts_with(fence)) else { return Ok(()) };
    if Bounds::new(&fence, &[]).resolve(root).is_ok() {
        return Ok(());
    }
    let message = format!("read {}: a link leads out of {}", root.display(), fence.display());
    Err(NotFound::new(message, "pass the folder itself, without the link"))
}

/// Where links of a workspace may lead. A folder without a workspace file that was named in the folder `from` may share
/// files with its neighbors there, or in the repository.
fn around(root: &Path, from: &Path) -> PathBuf {
    if has_settings(root) {
        return root.to_path_buf();
    }
    let wider = fence(from).unwrap_or_else(|| normal(from));
    if root.starts_with(&wider) { wider } else { root.to_path_buf() }
}
