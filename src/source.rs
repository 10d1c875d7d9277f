//! Finds the workspace and reads its files: in a fixed order, with size limits, and with a place for every problem. The
//! settings come from the checkout, or with `--trust` from a commit.
#![expect(clippy::disallowed_methods, reason = "edge: files and folders")]

mod baseline;
mod credentials;
mod find;
mod settings;
mod trusted;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use ignore::WalkBuilder;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::git::GitError;
use crate::manifest::tree::MAX_FILE;
use crate::rules;
use crate::workspace::Workspace;
use find::Found;
use settings::Settings;

pub use trusted::Trusted;

/// The name of the workspace file.
pub const WORKSPACE_FILE: &str = "keywright.yaml";

/// Maximum total size of the manifests of one workspace, in bytes.
const MAX_WORKSPACE: usize = 128 << 20;

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
    /// Findings about the settings.
    pub settings: Vec<Diagnostic>,
    /// Whether the whole workspace was read, rather than only some paths.
    pub is_whole: bool,
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
    let found = find::find(paths, from, choice)?;
    let root = found.root.clone();
    let here = [if choice.workspace.is_some() { root.clone() } else { PathBuf::from(".") }];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let mut texts =
        Texts { from: from.to_path_buf(), sources: Vec::new(), problems: Vec::new(), total: 0, seen: BTreeSet::new() };
    let settings = settings::read(&found, choice, &mut texts)?;
    let is_whole = paths.iter().all(|path| normal(&from.join(path)) == normal(&root));
    if is_whole {
        for path in &settings.workspace.manifests {
            texts.collect(&root.join(&**path), &root);
        }
    } else {
        for path in paths {
            if path == Path::new("-") {
                texts.take("(standard input)".into(), &mut (&mut *input).take(MAX_FILE as u64 + 1));
            } else {
                texts.collect(&from.join(path), &root);
            }
        }
    }
    Ok(texts.finish(found, settings, is_whole))
}

/// The absolute path without `.` and `..`. Does not access the file system.
fn normal(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut normal = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

/// The bytes of a regular file, if there is one and it is not larger than a manifest may be.
fn bytes_of(path: &Path) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    if metadata.len() > MAX_FILE as u64 { None } else { fs::read(path).ok() }
}

struct Texts {
    from: PathBuf,
    sources: Vec<Source>,
    /// Problems with the name of their file, because files have no number yet.
    problems: Vec<(Box<str>, Diagnostic)>,
    total: usize,
    /// Files and folders already read: each is read once, even if passed twice.
    seen: BTreeSet<PathBuf>,
}

impl Texts {
    /// The displayed name of a file: relative to the current folder if it is below it.
    fn name_of(&self, path: &Path) -> Box<str> {
        let (path, from) = (normal(path), normal(&self.from));
        let shown = path.strip_prefix(&from).unwrap_or(&path);
        shown.to_string_lossy().into()
    }

    /// The workspace file of the checkout, if there is one, and the problems of reading it.
    fn settings(&mut self, path: &Path) -> (Option<Source>, Vec<Diagnostic>) {
        // A link that leads nowhere is an error, because the defaults may be weaker.
        if fs::symlink_metadata(path).map_or(true, |metadata| metadata.is_dir()) {
            return (None, Vec::new());
        }
        self.read(path, false);
        // If it is also passed as a manifest, it is read again and refused as one.
        self.seen.clear();
        let problems = self.problems.drain(..).map(|(_, problem)| problem).collect();
        (self.sources.pop(), problems)
    }

    /// KW-064: a workspace inside this one.
    fn nested(&mut self, file: &Path, root: &Path) {
        let folder = self.name_of(file.parent().unwrap_or(file));
        let message = format!("{folder} is a workspace inside the workspace {}", root.display());
        let help = format!(
            "use it with `--workspace {folder}`, and list the folders of this workspace under `manifests:` in \
             {WORKSPACE_FILE}"
        );
        let name = self.name_of(file);
        self.refuse(name, "", rules::KW_064.finding(message).help(help), 0);
    }

    /// Reads a file, or every manifest below a folder.
    fn collect(&mut self, path: &Path, root: &Path) {
        if !path.is_dir() {
            self.read(path, true);
            return;
        }
        if !self.seen.insert(normal(path)) {
            return;
        }
        let mut walk = WalkBuilder::new(path);
        walk.standard_filters(false).hidden(true).follow_links(true).sort_by_file_name(Ord::cmp);
        for entry in walk.build() {
            if self.is_full() {
                return;
            }
            match entry {
                Ok(entry) => {
                    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                    if !is_folder && entry.file_name() == WORKSPACE_FILE && !is_file_of(entry.path(), root) {
                        self.nested(entry.path(), root);
                    } else if !is_folder && is_manifest(entry.path(), root) {
                        self.read(entry.path(), false);
                    }
                }
                Err(error) => self.unreadable(&self.name_of(path), &error.to_string()),
            }
        }
    }

    /// `named` files may be pipes, because the user asked for them. Others must be regular files, so that no read hangs.
    fn read(&mut self, path: &Path, named: bool) {
        if self.is_full() || !self.seen.insert(normal(path)) {
            return;
        }
        let name = self.name_of(path);
        if path.to_str().is_none() {
            return self.unreadable(&name, "its name is not UTF-8");
        }
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => return self.unreadable(&name, &error.to_string()),
        };
        if !metadata.is_file() && !named {
            return self.unreadable(&name, "it is not a regular file");
        }
        if metadata.len() > MAX_FILE as u64 {
            return self.too_large(name);
        }
        match fs::File::open(path) {
            Ok(file) => self.take(name, &mut file.take(MAX_FILE as u64 + 1)),
            Err(error) => self.unreadable(&name, &error.to_string()),
        }
    }

    fn take(&mut self, name: Box<str>, file: &mut dyn Read) {
        let mut bytes = Vec::new();
        if let Err(error) = file.read_to_end(&mut bytes) {
            return self.unreadable(&name, &error.to_string());
        }
        if bytes.len() > MAX_FILE {
            return self.too_large(name);
        }
        self.total += bytes.len();
        if self.is_full() {
            let message = format!("the manifests are larger than {} MiB in total", MAX_WORKSPACE >> 20);
            let help = "files after this one were not read; split the workspace";
            return self.refuse(name, "", rules::KW_003.finding(message).help(help), 0);
        }
        match String::from_utf8(bytes) {
            Ok(text) => self.sources.push(Source { name, text: text.into(), readable: true }),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let problem = rules::KW_001.finding(format!("could not read {name}: it is not UTF-8"));
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                self.refuse(name, &text, problem.help("save the file as UTF-8"), at);
            }
        }
    }

    /// Whether the size limit is exceeded. This is reported once, and no more files are read.
    const fn is_full(&self) -> bool {
        self.total > MAX_WORKSPACE
    }

    fn too_large(&mut self, name: Box<str>) {
        let message = format!("{name} is larger than {} MiB", MAX_FILE >> 20);
        self.refuse(name, "", rules::KW_003.finding(message).help("split the file"), 0);
    }

    fn unreadable(&mut self, name: &str, cause: &str) {
        let problem = rules::KW_001.finding(format!("could not read {name}: {cause}"));
        self.refuse(name.into(), "", problem.help("fix the file, or remove it from the workspace"), 0);
    }

    fn refuse(&mut self, name: Box<str>, text: &str, problem: Diagnostic, at: usize) {
        let start = u32::try_from(at).unwrap_or(0);
        let place = Place { source: SourceId(0), start, end: start };
        self.sources.push(Source { name: name.clone(), text: text.into(), readable: false });
        self.problems.push((name, problem.at(place)));
    }

    /// Sorts the texts by name and gives the problems their numbers.
    fn finish(mut self, found: Found, settings: Settings, is_whole: bool) -> Loaded {
        let Found { root, trusted } = found;
        let Settings { workspace, sources: workspace_sources, problems: mut settings } = settings;
        self.sources.sort_by(|a, b| a.name.cmp(&b.name));
        self.sources.dedup_by(|a, b| a.name == b.name);
        let mut diagnostics = Vec::new();
        for (name, mut problem) in self.problems {
            if let (Ok(at), Some(place)) = (self.sources.binary_search_by(|s| s.name.cmp(&name)), &mut problem.place) {
                place.source = SourceId(u32::try_from(at).unwrap_or(u32::MAX));
            }
            diagnostics.push(problem);
        }
        if self.sources.is_empty() {
            let message = format!("there is no manifest in {}", root.display());
            let help = "write one in a file that ends in .yaml or .yml, or pass another folder";
            diagnostics.push(rules::KW_011.finding(message).help(help));
        }
        let first = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.sources.extend(workspace_sources.into_iter().map(|source| Source { readable: false, ..source }));
        for problem in &mut settings {
            let labels = problem.labels.iter_mut().map(|label| &mut label.place);
            for place in problem.place.iter_mut().chain(labels) {
                place.source = SourceId(first.saturating_add(place.source.0));
            }
        }
        Loaded { root, workspace, trusted, sources: Sources(self.sources), diagnostics, settings, is_whole }
    }
}

fn is_manifest(path: &Path, root: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let is_yaml = |extension: &str| ["yaml", "yml"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    extension.is_some_and(is_yaml) && !is_file_of(path, root)
}

/// Whether it is the settings file of the workspace.
fn is_file_of(path: &Path, root: &Path) -> bool {
    normal(path) == root.join(WORKSPACE_FILE)
}
