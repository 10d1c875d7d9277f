//! House rules that the compiler does not check. Each failure names the file and the fix.

use std::path::Path;
use std::path::PathBuf;

use keywright::rules::catalogue;

/// The modules that may touch files, the network, the clock, the environment and databases.
const EDGES: [&str; 12] = [
    "owner",
    "randomness",
    "git",
    "files",
    "source",
    "secrets",
    "network",
    "delivery",
    "database",
    "stores",
    "emulator",
    "cli",
];

/// Longest source file, in lines. A longer file has more than one idea.
const LONGEST: usize = 400;

/// Longest test file: tests are read one by one.
const LONGEST_TEST: usize = 600;

/// Maximum number of packages in the lockfile. Raise it by hand, with a reason, when a dependency is worth it.
const MOST_PACKAGES: usize = 367;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn rust_files(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn files_of(folders: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in folders {
        rust_files(&root().join(folder), &mut found);
    }
    assert!(!found.is_empty());
    found
}

fn is_edge(name: &str) -> bool {
    let module = name.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default();
    EDGES.contains(&module) || module == "main"
}

#[test]
fn no_core_module_names_an_edge() {
    let mut wrong = Vec::new();
    for (name, text) in files_of(&["src"]).iter().filter(|(name, _)| !is_edge(name) && name != "src/lib.rs") {
        for edge in EDGES.iter().filter(|edge| text.contains(&format!("crate::{edge}::"))) {
            wrong.push(format!("{name} names the edge `{edge}`: pass the value in instead"));
        }
        if text.contains("clippy::disallowed_methods") {
            wrong.push(format!("{name} is not an edge and touches the world: move that to an edge"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_states_its_purpose_and_is_short() {
    let mut wrong = Vec::new();
    for (name, text) in files_of(&["src", "tests/it", "benches"]) {
        if !text.starts_with("//!") && !text.starts_with("#![no_main]") {
            wrong.push(format!("{name}: begin with a line //! that says what the file is for"));
        }
        let longest = if name.starts_with("tests") { LONGEST_TEST } else { LONGEST };
        if text.lines().count() > longest {
            wrong.push(format!("{name}: more than {longest} lines; give each idea a file"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_for_later() {
    let words =
        ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "unimplemented".to_owned() + "!", "#[ign".to_owned() + "ore"];
    let mut wrong = Vec::new();
    for (name, text) in files_of(&["src", "tests/it", "benches"]) {
        for word in words.iter().filter(|word| text.contains(word.as_str())) {
            wrong.push(format!("{name} holds {word}: do it, or write an issue"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_test_file_is_forgotten() {
    for (name, text) in [("main.rs", "tests/it/main.rs")] {
        let listed = std::fs::read_to_string(root().join(text)).unwrap();
        for entry in std::fs::read_dir(root().join("tests/it")).unwrap() {
            let path = entry.unwrap().path();
            let module = path.file_stem().unwrap().to_string_lossy().into_owned();
            if path.is_file() && path.file_name().unwrap() != name {
                assert!(listed.contains(&format!("mod {module};")), "tests/it/{module}.rs is not run by main.rs");
            }
        }
    }
}

/// The text of every file of `src` that is not a test, without the tests at its end.
pub(crate) fn code() -> Vec<(String, String)> {
    let mut files = files_of(&["src"]);
    files.retain(|(name, _)| !name.contains("/tests/") && !name.ends_with("/tests.rs"));
    files.into_iter().map(|(name, text)| (name, text.split("#[cfg(test)]\nmod ").next().unwrap().to_owned())).collect()
}

#[test]
fn each_rule_has_a_file_with_its_name_that_names_its_code() {
    let code = code();
    let mut wrong = Vec::new();
    for id in catalogue::all().map(|rule| rule.id.0) {
        let constant = id.replace('-', "_");
        let end = format!("/{}.rs", constant.to_lowercase());
        let Some((name, text)) = code.iter().find(|(name, _)| name.ends_with(&end)) else {
            wrong.push(format!("{id} has no file of its name"));
            continue;
        };
        if !text.contains(&format!("pub static {constant}: Rule")) || !text.starts_with(&format!("//! {id}. ")) {
            wrong.push(format!("{name} does not begin with the rule, or holds another one"));
        }
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let places: Vec<String> = head.concat().split('`').skip(1).step_by(2).map(str::to_owned).collect();
        for place in places {
            let there = code.iter().find(|(name, _)| *name == format!("src/{place}"));
            if there.is_none_or(|(_, text)| !text.contains(&constant) && !text.contains(id)) {
                wrong.push(format!("{name} says `{place}`, which does not name the rule"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The emulator answers as an independent implementation, from the id in a refusal alone; its words for a rule are its
/// own.
#[test]
fn no_rule_is_named_by_a_text_outside_of_its_file() {
    let mut wrong = Vec::new();
    let files = code().into_iter().filter(|(name, _)| !name.starts_with("src/emulator/"));
    for (name, text) in files {
        for id in catalogue::all().map(|rule| rule.id.0) {
            let own = name.ends_with(&format!("/{}.rs", id.replace('-', "_").to_lowercase()));
            if !own && text.contains(&format!("\"{id}\"")) {
                wrong.push(format!("{name} names {id} by a text: use `rules::{}`", id.replace('-', "_")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_lockfile_stays_small() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!(packages <= MOST_PACKAGES, "{packages} packages: is the new one worth it?");
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut in_dependencies = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
        } else if in_dependencies && line.contains('=') {
            assert!(line.contains(" # "), "say why beside it: {line}");
        }
    }
}
