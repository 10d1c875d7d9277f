//! Reads the texts of manifests: in a fixed order, with size limits, inside the bounds of the workspace, and with a place for
//! every problem.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use ignore::WalkBuilder;

use super::Loaded;
use super::find::Found;
use super::has_settings;
use super::path::has_manifest_name;
use super::path::is_stream;
use super::settings::Settings;
use super::strays::Strays;
use super::strays::at_fault;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::files::Bounds;
use crate::files::Refused;
use crate::files::normal;
use crate::files::not_led_out;
use crate::manifest::tree::MAX_FILE;
use crate::rules;
use crate::workspace::WORKSPACE_FILE;

/// The name of standard input in messages.
const STANDARD_INPUT: &str = "(standard input)";

/// Maximum total size of the manifests of one workspace, in bytes.
pub(super) const MAX_WORKSPACE: usize = 128 << 20;

/// Who named a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    User,
    Repository,
}

pub(super) struct Texts {
    from: PathBuf,
    /// Where files may be read.
    pub(super) bounds: Bounds,
    pub(super) sources: Vec<Source>,
    /// Problems with the name of their file, because files have no number yet.
    problems: Vec<(Box<str>, Diagnostic)>,
    total: usize,
    pub(super) named: BTreeSet<Box<str>>,
    /// Files and folders already read: each is read once, even if passed twice.
    seen: BTreeSet<PathBuf>,
    /// The links that were not followed, by their names in `sources`.
    links: BTreeMap<Box<str>, PathBuf>,
}

impl Texts {
    pub(super) fn new(from: &Path, bounds: Bounds) -> Self {
        let (sources, problems) = (Vec::new(), Vec::new());
        let (named, seen) = (BTreeSet::new(), BTreeSet::new());
        Self { from: from.to_path_buf(), bounds, sources, problems, total: 0, named, seen, links: BTreeMap::new() }
    }

    /// The current folder.
    pub(super) fn from(&self) -> &Path {
        &self.from
    }

    /// The displayed name of a file: relative to the current folder if it is below it.
    pub(super) fn name_of(&self, path: &Path) -> Box<str> {
        let (path, from) = (normal(path), normal(&self.from));
        match path.strip_prefix(&from).unwrap_or(&path) {
            here if here.as_os_str().is_empty() => ".".into(),
            shown => shown.to_string_lossy().into(),
        }
    }

    /// The workspace file of the checkout, if there is one, and the problems of reading it.
    pub(super) fn settings(&mut self, path: &Path) -> (Option<Source>, Vec<Diagnostic>) {
        // A link that leads nowhere is an error, because the defaults may be weaker.
        if fs::symlink_metadata(path).map_or(true, |metadata| metadata.is_dir()) {
            return (None, Vec::new());
        }
        self.read(path, By::Repository);
        // If it is also passed as a manifest, it is read again and refused as one.
        self.seen.clear();
        let problems = self.problems.drain(..).map(|(_, problem)| problem).collect();
        (self.sources.pop(), problems)
    }

    /// Reads what the user named on the command line.
    pub(super) fn collect_named(&mut self, path: &Path, from: &Path, root: &Path, input: &mut dyn Read) {
        if path == Path::new("-") {
            self.named.insert(STANDARD_INPUT.into());
            return self.take(STANDARD_INPUT.into(), &mut input.take(MAX_FILE as u64 + 1));
        }
        let path = from.join(path);
        if is_stream(&path) {
            return self.read_stream(&path);
        }
        let before = self.bounds.clone();
        if !normal(&path).starts_with(root) {
            // The user named the folder, but where a link of the repository leads the user did not.
            let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(root) };
            if let Err(refused) = not_led_out(root, folder) {
                return self.refused(&path, &refused);
            }
            self.bounds = before.and(folder);
        }
        self.collect(&path, root, By::User);
        self.bounds = before;
    }

    /// Reads what the user named beside the manifests of the workspace, and reports what is not one of them (KW-157).
    pub(super) fn collect_around(&mut self, paths: &[PathBuf], from: &Path, root: &Path, input: &mut dyn Read) {
        for path in paths {
            let whole = normal(&from.join(path));
            if whole == root.join(WORKSPACE_FILE) {
                continue;
            }
            if path != Path::new("-") && self.has_read(&whole) {
                if !whole.is_dir() {
                    self.named.insert(self.name_of(&whole));
                }
                continue;
            }
            if self.is_foreign(path, from, root) {
                self.report_foreign(&whole, root);
                continue;
            }
            self.collect_named(path, from, root, input);
            // What is beside the workspace is named on purpose: a folder that several workspaces share.
            let is_beside = !whole.starts_with(root);
            if path != Path::new("-") && !is_stream(&whole) && !is_beside && whole.exists() {
                self.report_stray(&whole, root);
            }
        }
    }

    /// Whether a file, or a part of a folder, was read.
    fn has_read(&self, path: &Path) -> bool {
        self.seen.range(path.to_path_buf()..).next().is_some_and(|seen| seen.starts_with(path))
    }

    /// KW-157: a file of another program in a repository that has its workspaces elsewhere.
    pub(super) fn report_outside(&mut self, path: &Path) {
        let name = self.name_of(path);
        let message = format!("{name} is in no workspace, and is not read");
        let help = "if it should be a manifest, write `apiVersion: keywright.dev/v1`, and move it into a folder of a workspace";
        self.problems.push((name, rules::KW_157.also(message).help(help)));
    }

    /// KW-157: a path of the user that is not in the workspace.
    fn report_stray(&mut self, path: &Path, root: &Path) {
        let name = self.name_of(path);
        let message = format!("{name} is not a manifest of the workspace {}", root.display());
        let help = "a plan of the workspace does not read it; move it into a folder that `manifests:` in keywright.yaml \
                    lists, or do not pass it";
        let finding = rules::KW_157.finding(message).help(help);
        let finding = if path.is_dir() { finding } else { finding.at(Place::default()) };
        self.problems.push((name, finding));
    }

    /// KW-157: a file of another program.
    fn report_foreign(&mut self, path: &Path, root: &Path) {
        let name = self.name_of(path);
        let message = format!("{name} is not a manifest of the workspace {}, and is not read", root.display());
        let help = "if it should be one, write `apiVersion: keywright.dev/v1`, and move it into a folder that `manifests:` in \
                    keywright.yaml lists";
        self.problems.push((name, rules::KW_157.also(message).help(help)));
    }

    /// Reads a file, or every manifest below a folder.
    pub(super) fn collect(&mut self, path: &Path, root: &Path, by: By) {
        if !path.is_dir() {
            if by == By::User {
                self.named.insert(self.name_of(path));
            }
            return self.read(path, by);
        }
        if !self.seen.insert(normal(path)) {
            return;
        }
        if let Err(refused) = self.bounds.resolve(path) {
            return self.refused(path, &refused);
        }
        let path = normal(path);
        if path != root && has_settings(&path) {
            return self.nested(&path.join(WORKSPACE_FILE), root);
        }
        let strays = Strays::default();
        let mut walk = WalkBuilder::new(&path);
        walk.standard_filters(false).hidden(true).follow_links(true).sort_by_file_name(Ord::cmp);
        let filter = (self.bounds.clone(), strays.clone(), root.to_path_buf());
        walk.filter_entry(move |entry| filter.1.admit(entry, &filter.0, &filter.2));
        for entry in walk.build() {
            if self.is_full() {
                return;
            }
            match entry {
                Ok(entry) => {
                    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                    if !is_folder && is_manifest(entry.path(), root) {
                        self.read(entry.path(), By::Repository);
                    }
                }
                Err(error) => self.not_walked(&path, &error),
            }
        }
        for (path, refused) in strays.take() {
            match refused {
                Some(refused) => self.refused(&path, &refused),
                None => self.nested(&path, root),
            }
        }
    }

    /// A part of a folder that could not be read.
    fn not_walked(&mut self, folder: &Path, error: &ignore::Error) {
        let (path, refused) = match at_fault(error) {
            (Some(path), true) => (path.to_path_buf(), Some(Refused::Circle)),
            (Some(path), false) => (path.to_path_buf(), self.bounds.resolve(path).err()),
            (None, _) => (folder.to_path_buf(), None),
        };
        match refused {
            Some(refused) => self.refused(&path, &refused),
            None => self.unreadable(&self.name_of(&path), &error.to_string()),
        }
    }

    fn read(&mut self, path: &Path, by: By) {
        if self.is_full() || !self.seen.insert(normal(path)) {
            return;
        }
        let name = self.name_of(path);
        if path.to_str().is_none() {
            return self.unreadable(&name, "its name is not UTF-8");
        }
        match self.open(path, by) {
            Ok(file) if file.metadata().is_ok_and(|found| found.len() > MAX_FILE as u64) => self.too_large(name),
            Ok(file) => self.take(name, &mut file.take(MAX_FILE as u64 + 1)),
            Err(refused) => self.refused(path, &refused),
        }
    }

    /// Opens a manifest. What a repository names must also be named like one in the end: inside the workspace, too,
    /// there are files that must not appear in messages, for example delivered keys.
    pub(super) fn open(&self, path: &Path, by: By) -> Result<fs::File, Refused> {
        let real = self.bounds.resolve(path)?;
        let is_asked = by == By::User && !fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        if !is_asked && !has_manifest_name(&real) {
            return Err(Refused::Disguised);
        }
        self.bounds.open_real(&real)
    }

    /// Reads a device or a pipe, because the user named it.
    fn read_stream(&mut self, path: &Path) {
        let name = self.name_of(path);
        self.named.insert(name.clone());
        match fs::File::open(path) {
            Ok(file) => self.take(name, &mut file.take(MAX_FILE as u64 + 1)),
            Err(error) => self.unreadable(&name, &error.to_string()),
        }
    }

    /// Nothing of a refused file is shown.
    fn refused(&mut self, path: &Path, refused: &Refused) {
        let name = self.name_of(path);
        if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
            self.links.insert(name.clone(), normal(path));
        }
        let help = match refused {
            Refused::Outside | Refused::LinkOutside => {
                "copy the file into the workspace, or list its folder in keywright.yaml under spec.environment.files"
            }
            Refused::Listed(_) => "replace the link with the folder itself",
            Refused::Disguised => "a manifest ends in .yaml or .yml",
            Refused::Git(_) => "remove the link, or name another path: the folder of Git contains no manifests",
            _ => return self.unreadable(&name, &refused.to_string()),
        };
        let problem = rules::KW_040.finding(format!("could not read {name}: {refused}"));
        self.refuse(name, "", problem.help(help), 0);
    }

    /// KW-064: a workspace inside this one. What it declares is its own.
    pub(super) fn nested(&mut self, file: &Path, root: &Path) {
        let folder = self.name_of(file.parent().unwrap_or(file));
        let message = format!("{folder} is a workspace inside the workspace {}", root.display());
        let help = format!(
            "use it with `--workspace {folder}`, and list the folders of this workspace under `manifests:` in \
             {WORKSPACE_FILE}"
        );
        let name = self.name_of(file);
        self.refuse(name, "", rules::KW_064.finding(message).help(help), 0);
    }

    pub(super) fn take(&mut self, name: Box<str>, file: &mut dyn Read) {
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
    pub(super) const fn is_full(&self) -> bool {
        self.total > MAX_WORKSPACE
    }

    pub(super) fn too_large(&mut self, name: Box<str>) {
        let message = format!("{name} is larger than {} MiB", MAX_FILE >> 20);
        self.refuse(name, "", rules::KW_003.finding(message).help("split the file"), 0);
    }

    pub(super) fn unreadable(&mut self, name: &str, cause: &str) {
        let problem = rules::KW_001.finding(format!("could not read {name}: {cause}"));
        self.refuse(name.into(), "", problem.help("fix the file, or remove it from the workspace"), 0);
    }

    pub(super) fn refuse(&mut self, name: Box<str>, text: &str, problem: Diagnostic, at: usize) {
        let start = u32::try_from(at).unwrap_or(0);
        let place = Place { source: SourceId(0), start, end: start };
        self.sources.push(Source { name: name.clone(), text: text.into(), readable: false });
        self.problems.push((name, problem.at(place)));
    }

    /// Sorts the texts by name and gives the problems their numbers.
    pub(super) fn finish(mut self, found: Found, settings: Settings, is_whole: bool) -> Loaded {
        let Found { root, trusted } = found;
        let Settings { workspace, sources: workspace_sources, problems: mut settings, has_untrusted_stores } = settings;
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
            let help = if workspace.remote.is_embedded() {
                "write one in a file that ends in .yaml or .yml, or pass another folder"
            } else {
                "`keywright export --out .` in that folder writes what the store holds; or write a file that ends in .yaml"
            };
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
        let (links, named, sources) = (self.links, self.named, Sources(self.sources));
        Loaded {
            root,
            workspace,
            trusted,
            sources,
            diagnostics,
            named,
            links,
            settings,
            is_whole,
            has_untrusted_stores,
        }
    }
}

fn is_manifest(path: &Path, root: &Path) -> bool {
    has_manifest_name(path) && normal(path) != root.join(WORKSPACE_FILE)
}
