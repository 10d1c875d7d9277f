//! Finds the workspace and reads its files: in a fixed order, with size limits, and with a place for every problem.
#![expect(clippy::disallowed_methods, reason = "edge: files and folders")]

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
use crate::manifest::tree::MAX_FILE;
use crate::manifest::workspace::WorkspaceFile;
use crate::rules;
use crate::workspace::Workspace;

/// The name of the workspace file.
pub const WORKSPACE_FILE: &str = "keywright.yaml";

/// Maximum total size of the manifests of one workspace, in bytes.
const MAX_WORKSPACE: usize = 128 << 20;

/// A workspace as read from disk. `sources` holds the manifests sorted by name, then the workspace file.
pub struct Loaded {
    pub root: PathBuf,
    pub workspace: Workspace,
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the whole workspace was read, rather than only some paths.
    pub is_whole: bool,
}

/// Why the workspace could not be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read {path}: {cause}")]
pub struct NotFound {
    path: String,
    cause: std::io::Error,
}

/// Reads the workspace of `paths`, which are relative to the folder `from`. Without paths, reads the workspace that
/// contains `from`. `-` is standard input.
pub fn load(paths: &[PathBuf], from: &Path, input: &mut dyn Read) -> Result<Loaded, NotFound> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let first = from.join(paths.iter().find(|path| *path != Path::new("-")).unwrap_or(&here[0]));
    let metadata = fs::metadata(&first).map_err(|cause| NotFound { path: first.display().to_string(), cause })?;
    let folder = if metadata.is_dir() { first.clone() } else { first.parent().unwrap_or(from).to_path_buf() };
    let root = root_of(&folder);
    let mut texts =
        Texts { from: from.to_path_buf(), sources: Vec::new(), problems: Vec::new(), total: 0, seen: BTreeSet::new() };
    let (workspace, workspace_source, workspace_problems) = read_workspace(&root, &mut texts);
    let is_whole = paths.iter().all(|path| normal(&from.join(path)) == normal(&root));
    if is_whole {
        for path in &workspace.manifests {
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
    Ok(texts.finish(root, workspace, workspace_source, workspace_problems, is_whole))
}

/// The nearest ancestor with a workspace file, or the folder itself.
fn root_of(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let found = absolute.ancestors().find(|folder| folder.join(WORKSPACE_FILE).is_file());
    found.map_or_else(|| normal(&absolute), normal)
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

fn read_workspace(root: &Path, texts: &mut Texts) -> (Workspace, Option<Source>, Vec<Diagnostic>) {
    let folder = root.file_name().map_or_else(|| "workspace".to_owned(), |name| name.to_string_lossy().into_owned());
    let path = root.join(WORKSPACE_FILE);
    if !path.is_file() {
        return (Workspace::named(&folder), None, Vec::new());
    }
    // Its number is only known after all manifests are read; until then its places use 0.
    texts.read(&path, false);
    // If it is also passed as a manifest, it is read again and refused as one.
    texts.seen.clear();
    let problems: Vec<Diagnostic> = texts.problems.drain(..).map(|(_, problem)| problem).collect();
    let Some(source) = texts.sources.pop() else { return (Workspace::named(&folder), None, problems) };
    let (file, mut found) = if source.readable {
        crate::manifest::workspace::parse(SourceId(0), &source)
    } else {
        (WorkspaceFile::default(), Vec::new())
    };
    let (workspace, more) = rules::workspace::check(&file, &folder);
    found.extend(more);
    found.extend(problems);
    (workspace, Some(source), found)
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
                    if !is_folder && is_manifest(entry.path(), root) {
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
    fn finish(
        mut self,
        root: PathBuf,
        workspace: Workspace,
        workspace_source: Option<Source>,
        workspace_problems: Vec<Diagnostic>,
        is_whole: bool,
    ) -> Loaded {
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
        let last = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.extend(workspace_source.map(|source| Source { readable: false, ..source }));
        for mut problem in workspace_problems {
            let labels = problem.labels.iter_mut().map(|label| &mut label.place);
            problem.place.iter_mut().chain(labels).for_each(|place| place.source = last);
            diagnostics.push(problem);
        }
        Loaded { root, workspace, sources: Sources(self.sources), diagnostics, is_whole }
    }
}

fn is_manifest(path: &Path, root: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let is_yaml = |extension: &str| ["yaml", "yml"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    extension.is_some_and(is_yaml) && normal(path) != root.join(WORKSPACE_FILE)
}
