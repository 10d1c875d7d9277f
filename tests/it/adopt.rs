//! The story of `examples/adopt`, run as its README has it: another client fills an area, Keywright writes it down, changes
//! one thing and deletes one thing, and everything else is as it was, read over the wire by the other client.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::program::KEYWRIGHT;
use crate::program::outside_pipeline;
use crate::readme::blocks;

/// Every object of a snapshot, by kind and id.
type Objects = BTreeMap<(String, String), Value>;

#[test]
fn an_area_that_others_made_is_adopted_and_nothing_else_changes() {
    let Some(packages) = other_client() else { return };
    let folder = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/adopt");
    for file in ["area.py", "keywright.yaml", "requirements.txt"] {
        std::fs::copy(example.join(file), folder.path().join(file)).unwrap();
    }
    std::os::unix::fs::symlink(packages, folder.path().join("packages")).unwrap();
    let readme = std::fs::read_to_string(example.join("README.md")).unwrap();
    let said = run(&script(&readme), folder.path());
    for shown in blocks(&readme, "text") {
        assert!(said.contains(shown.trim()), "the README shows\n{shown}\nbut the commands print\n{said}");
    }

    let objects = |name: &str| objects(&folder.path().join(name));
    let (before, adopted, changed) = (objects("before.json"), objects("adopted.json"), objects("changed.json"));
    assert!(before.len() >= 300, "only {} objects", before.len());
    assert!(differences(&before, &adopted).is_empty(), "{:?}", differences(&before, &adopted));
    assert_eq!(differences(&adopted, &changed), ["plans: rateLimitCeiling 10000 → 12000"]);
    let (others, pruned) = (objects("others.json"), objects("pruned.json"));
    assert_eq!(others.len(), changed.len() + 4, "a user, an application and two keys of another team");
    let gone = differences(&others, &pruned);
    assert_eq!(
        gone.iter().map(|gone| gone.split(' ').next().unwrap()).collect::<Vec<_>>(),
        ["packageKeys"],
        "{gone:?}"
    );
    assert!(gone[0].ends_with("is gone"), "{gone:?}");
}

/// The folder with the other client, installed once per build. `None` if Python or pip is missing.
fn other_client() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adopt-packages");
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/adopt/requirements.txt");
    let mut pip = std::process::Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target"]);
    let installed =
        pip.arg(&folder).arg("--requirement").arg(requirements).env("PIP_ROOT_USER_ACTION", "ignore").status();
    if installed.as_ref().is_ok_and(std::process::ExitStatus::success) {
        return Some(folder);
    }
    assert!(std::env::var_os("KEYWRIGHT_REAL_PARTS").is_none(), "masheryapi cannot be installed: {installed:?}");
    None
}

/// The commands of the README in one shell, at a free port, with the client that is already installed.
fn script(readme: &str) -> String {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let commands = blocks(readme, "sh").join("\n");
    let commands: String =
        commands.lines().filter(|line| !line.contains("pip install")).map(|line| format!("{line}\n")).collect();
    let (start, quirks) = commands.split_once("keywright emulator ").expect("the README does not start the emulator");
    let (quirks, rest) = quirks.split_once("&\n").unwrap();
    let commands = format!(
        "{start}sed -i s/8083/{port}/ keywright.yaml\nkeywright emulator --listen 127.0.0.1:{port} {quirks}> emulator.log &\n\
         trap 'kill %1' EXIT\nuntil grep -q listens emulator.log; do sleep 0.05; done\n{rest}"
    );
    format!("set -euo pipefail\n{}", commands.replace("127.0.0.1:8083", &format!("127.0.0.1:{port}")))
}

fn run(script: &str, folder: &Path) -> String {
    let programs = Path::new(KEYWRIGHT).parent().unwrap().display();
    let path = std::env::var("PATH").unwrap();
    let mut shell = outside_pipeline("bash");
    shell.args(["-x", "-c", script]).current_dir(folder).env("PATH", format!("{programs}:{path}")).env("HOME", folder);
    let output = shell.stdin(Stdio::null()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out.into_owned()
}

fn objects(snapshot: &Path) -> Objects {
    let all: BTreeMap<String, Vec<Value>> = serde_json::from_slice(&std::fs::read(snapshot).unwrap()).unwrap();
    let each = all.into_iter().flat_map(|(kind, rows)| rows.into_iter().map(move |row| (kind.clone(), row)));
    each.map(|(kind, row)| ((kind, row["id"].as_str().unwrap().to_owned()), row)).collect()
}

fn differences(before: &Objects, after: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for ((kind, id), old) in before {
        let Some(new) = after.get(&(kind.clone(), id.clone())) else {
            found.push(format!("{kind} {id} is gone"));
            continue;
        };
        for (field, value) in old.as_object().unwrap() {
            if new[field] != *value {
                found.push(format!("{kind}: {field} {value} → {}", new[field]));
            }
        }
    }
    found.extend(after.keys().filter(|key| !before.contains_key(*key)).map(|(kind, id)| format!("{kind} {id} is new")));
    found
}
