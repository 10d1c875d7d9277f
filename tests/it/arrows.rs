//! The dependencies between the files of `src`: none goes up, and none is circular. A file uses another one if it names
//! an item of it by a path that starts with `crate`, `super` or `self`. A name re-exported by `pub use` belongs to its
//! original file. A file and its folder, like `plan.rs` and `plan/guards.rs`, count as one: the file is the table of
//! contents, so uses between them are not circular. Tests inside `src` may use anything.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

/// A file, as the modules that lead to it: `plan`, `guards`.
type File = Vec<String>;

/// Files of the edges that have no circular uses either.
const TIDY_EDGES: [&str; 1] = ["cli"];

struct Sources {
    texts: BTreeMap<File, String>,
    /// The original files of the names that a file re-exports.
    handed_on: BTreeMap<(File, String), File>,
}

impl Sources {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut texts = BTreeMap::new();
        collect(&root, &root, &mut texts);
        let mut sources = Self { texts, handed_on: BTreeMap::new() };
        for (file, text) in &sources.texts {
            for line in text.lines().map(str::trim).filter(|line| line.starts_with("pub") && line.contains(" use ")) {
                let path = line.split(" use ").nth(1).unwrap_or_default().trim_end_matches(';');
                let path = path.split(" as ").next().unwrap_or_default();
                if let Some(target) = sources.absolute(file, path) {
                    let name = target.last().cloned().unwrap_or_default();
                    sources.handed_on.insert((file.clone(), name), target);
                }
            }
        }
        sources
    }

    fn absolute(&self, file: &File, path: &str) -> Option<File> {
        let parts: Vec<String> = path.split("::").map(str::to_owned).collect();
        let up = parts.iter().take_while(|part| *part == "super").count();
        let child = [&file[..], &parts[..1]].concat();
        match parts[0].as_str() {
            "crate" => Some(parts[1..].to_vec()),
            "self" => Some([&file[..], &parts[1..]].concat()),
            "super" => Some([&file[..file.len().checked_sub(up)?], &parts[up..]].concat()),
            _ => self.texts.contains_key(&child).then(|| [&file[..], &parts].concat()),
        }
    }

    /// The file for a path.
    fn target(&self, path: &File, steps: usize) -> File {
        let known = (1..=path.len()).take_while(|&length| self.texts.contains_key(&path[..length])).last();
        let length = known.unwrap_or(0);
        let file = path[..length].to_vec();
        let name = path.get(length).map(|name| (file.clone(), name.clone()));
        match name.and_then(|name| self.handed_on.get(&name)) {
            Some(source) if steps > 0 && source[..] != path[..=length] => {
                self.target(&[&source[..], &path[length + 1..]].concat(), steps - 1)
            }
            _ => file,
        }
    }

    fn arrows(&self) -> BTreeMap<&File, BTreeSet<File>> {
        let used = |file: &File, text: &str| -> BTreeSet<File> {
            let lines = text.lines().filter(|line| !(line.starts_with("pub") && line.contains(" use ")));
            let paths = lines.flat_map(|line| paths(line.split("//").next().unwrap_or_default()));
            let targets = paths.filter_map(|path| Some(self.target(&self.absolute(file, path)?, 9)));
            targets.filter(|target| !target.starts_with(file) && !file.starts_with(target)).collect()
        };
        self.texts.iter().map(|(file, text)| (file, used(file, text))).collect()
    }
}

fn collect(folder: &Path, root: &Path, texts: &mut BTreeMap<File, String>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, root, texts);
            continue;
        }
        let relative = path.strip_prefix(root).unwrap().with_extension("");
        let file: File = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        let is_test = file.iter().any(|part| part == "tests" || part == "samples");
        if path.extension().is_some_and(|extension| extension == "rs") && !is_test && file != ["lib"] {
            let text = std::fs::read_to_string(&path).unwrap();
            texts.insert(file, text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned());
        }
    }
}

/// The paths in a line that start with `crate`, `super` or `self`.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    words.map(|word| word.trim_end_matches(':')).filter(|word| {
        let first = word.split("::").next().unwrap_or_default();
        word.contains("::") && matches!(first, "crate" | "super" | "self")
    })
}

/// The modules of `lib.rs` before the edges, in order.
fn core() -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let before = text.split("// The edges").next().unwrap();
    let modules = before.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    modules.map(str::to_owned).collect()
}

#[test]
fn no_core_module_uses_a_later_one() {
    let (sources, core) = (Sources::read(), core());
    assert!(core.len() > 10, "{core:?}");
    let place = |file: &File| core.iter().position(|module| *module == file[0]);
    let mut wrong = Vec::new();
    for (file, targets) in sources.arrows() {
        for target in targets.iter().filter(|target| !target.is_empty()) {
            if let (Some(here), Some(there)) = (place(file), place(target))
                && there > here
            {
                wrong.push(format!("{} uses {}, which is below it in lib.rs", file.join("/"), target.join("/")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let (sources, core) = (Sources::read(), core());
    let mut arrows = sources.arrows();
    arrows.retain(|file, _| core.contains(&file[0]) || TIDY_EDGES.contains(&file[0].as_str()));
    assert!(arrows.len() > 100);
    // A file that uses no remaining file, or that no remaining file uses, is not in a circle.
    loop {
        let before = arrows.len();
        let left: BTreeSet<File> = arrows.keys().map(|file| (*file).clone()).collect();
        arrows.retain(|_, targets| targets.iter().any(|target| left.contains(target)));
        let used: BTreeSet<File> = arrows.values().flatten().cloned().collect();
        arrows.retain(|file, _| used.contains(*file));
        if arrows.len() == before {
            break;
        }
    }
    let left: Vec<String> = arrows.keys().map(|file| file.join("/")).collect();
    assert!(left.is_empty(), "these files use each other in a circle: {}", left.join(", "));
}
