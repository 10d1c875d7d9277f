//! Other YAML readers read every text of an export back. `tests/yaml/texts.yaml` is an export of the texts in
//! `tests/yaml/texts.json`; `tests/editor/run` reads it with the package `yaml` from npm.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use keywright::export;
use keywright::export::Given;
use keywright::export::Selection;
use keywright::model::Address;
use keywright::model::Kind;
use keywright::model::Live;
use keywright::model::LiveId;
use keywright::model::LiveObject;
use keywright::model::Value;
use keywright::model::built_in::is_secret_name;
use keywright::plan::Remembered;
use keywright::workspace::Workspace;

/// Reads a stream, and prints the attributes of its only package as JSON.
const READ: &str = "import json, sys, yaml
[package] = [d for d in yaml.safe_load_all(sys.stdin.buffer.read().decode()) if d]
json.dump(package['spec']['eav'], sys.stdout)";

/// Texts that some version of YAML takes for something else, or does not allow without an escape.
fn texts() -> Vec<String> {
    let text = std::fs::read_to_string(folder().join("texts.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yaml")
}

/// Whether an attribute may have this name. That of a secret may not (CAM-061), and a random text may be one.
fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && !is_secret_name(text)
}

/// The export of a package with an attribute for each text: a number and the text, or the text itself as the name.
pub(crate) fn export_of(texts: &[String]) -> String {
    let numbered = texts.iter().enumerate().map(|(at, text)| (format!("eav.n{at}"), Value::text(&**text)));
    let named = texts.iter().filter(|text| is_name(text)).map(|text| (format!("eav.{text}"), Value::text("x")));
    let package = LiveObject {
        address: Address::package("texts"),
        id: LiveId::new("p1"),
        name: "texts".into(),
        parent: None,
        parent_id: None,
        attributes: numbered.chain(named).collect(),
        created: None,
        updated: None,
        key: None,
        unread: std::collections::BTreeSet::new(),
    };
    let mut live = Live::default();
    live.take(Kind::Package, vec![package], 1);
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let given = Given {
        live: &live,
        workspace: &Workspace::named("texts"),
        now,
        remembered: &Remembered::default(),
        declared: None,
    };
    let export = export::export(&given, &Selection::default()).unwrap();
    assert!(export.is_whole() && export.objects[0].omitted().is_empty(), "{}", export.stream());
    export.stream()
}

/// Reads an export with PyYAML. Without it the check is skipped, except where all parts must be real.
pub(crate) fn check_with_python(texts: &[String]) -> Result<(), String> {
    let stream = export_of(texts);
    let mut python = Command::new("python3")
        .args(["-c", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("python3: {error}"))?;
    python.stdin.take().unwrap().write_all(stream.as_bytes()).map_err(|error| error.to_string())?;
    let output = python.wait_with_output().unwrap();
    let read: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}\n{stream}", String::from_utf8_lossy(&output.stderr)))?;
    for (at, text) in texts.iter().enumerate() {
        if read[format!("n{at}")] != **text {
            return Err(format!("{text:?} is read as {}", read[format!("n{at}")]));
        }
        if is_name(text) && read[text].is_null() {
            return Err(format!("there is no field {text:?}"));
        }
    }
    Ok(())
}

/// Whether PyYAML is there.
pub(crate) fn has_python() -> bool {
    let has = Command::new("python3").args(["-c", "import yaml"]).stderr(Stdio::null()).status();
    let has = has.is_ok_and(|status| status.success());
    assert!(has || std::env::var_os("KEYWRIGHT_REAL_PARTS").is_none(), "PyYAML is missing");
    has
}

/// `BLESS=1` writes the export.
#[test]
fn every_text_is_read_back() {
    let texts = texts();
    assert!(texts.len() > 60);
    let (path, stream) = (folder().join("texts.yaml"), export_of(&texts));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &stream).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == stream, "{} is out of step; run the tests with BLESS=1", path.display());
    if has_python() {
        check_with_python(&texts).unwrap();
    }
}
