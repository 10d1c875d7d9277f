//! The package that `cargo publish` uploads and `cargo install` builds: every text that the program contains is in it, and
//! nothing large.

use std::collections::BTreeSet;
use std::fs;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use crate::tidy::code;

/// Most bytes of all files together, before compression. crates.io takes 10 MiB after it.
const LARGEST: u64 = 6 << 20;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn packaged() -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    let listed = cargo.args(["package", "--list", "--allow-dirty", "--offline"]).current_dir(root()).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// `../a` next to `src/b/c.rs` is `src/a`.
fn beside(file: &str, path: &str) -> String {
    let mut parts: Vec<Component<'_>> = Path::new(file).parent().unwrap().components().collect();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    parts.iter().collect::<PathBuf>().to_str().unwrap().to_owned()
}

/// The files that the code of a file takes into the program.
fn taken(file: &str, code: &str) -> Vec<String> {
    let quoted = |text: &str| text.strip_prefix('"').and_then(|text| text.split('"').next()).map(str::to_owned);
    let named = |call: &str| code.split(call).skip(1).filter_map(|rest| quoted(rest.trim_start())).collect::<Vec<_>>();
    let texts = ["include_str!(", "include_bytes!("].into_iter().flat_map(named).map(|path| beside(file, &path));
    let ends = ["refuses", "accepts"];
    let cases =
        named("cases!(").into_iter().flat_map(|id| ends.map(|end| format!("tests/cases/{id}-{end}/manifests/m.yaml")));
    texts.chain(cases).collect()
}

#[test]
fn every_text_of_the_program_is_in_the_package() {
    let packaged = packaged();
    let needed: BTreeSet<String> = code().iter().flat_map(|(file, code)| taken(file, code)).collect();
    assert!(needed.len() > 100 && needed.contains("examples/ci/gitlab/.gitlab-ci.yml"), "{needed:?}");
    let missing: Vec<&String> = needed.difference(&packaged).collect();
    assert!(missing.is_empty(), "add these to `exclude` of Cargo.toml with a `!`: {missing:?}");
}

#[test]
fn the_package_is_small_and_has_no_tests() {
    let packaged = packaged();
    let sizes = packaged.iter().filter_map(|name| fs::metadata(root().join(name)).ok()).map(|file| file.len());
    let size: u64 = sizes.sum();
    assert!(size < LARGEST, "{size} bytes: exclude what a build does not need");
    let tests = packaged.iter().find(|name| name.starts_with("tests/") && !name.ends_with("/manifests/m.yaml"));
    assert_eq!(tests, None, "only the manifests of rules are needed");
}
