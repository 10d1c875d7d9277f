//! Programs of sinks that print more than they were given: a whole document, with the values of other keys.

use std::fs;

use rusqlite::types::ValueRef;

use super::Workspace;
use super::has_no_value;
use crate::console::Ran;
use crate::program::keywright;

/// Keeps each value as a line of `document`, and prints all of them in one line where `echoes` says.
const STORE: &str = r#"#!/bin/sh
here="$(dirname "$0")"
echo "$(cat)" >> "$here/document"
document="$(tr '\n' ' ' < "$here/document")"
case "$(cat "$here/echoes")" in
  error) echo "$document" >&2; exit 1 ;;
  output) echo "$document"; exit 1 ;;
  receipt) echo "version of $document" ;;
  *) echo version ;;
esac
"#;

const PROBE: &str = r#"#!/bin/sh
here="$(dirname "$0")"
[ "$(cat "$here/echoes")" = probe ] || exit 0
tr '\n' ' ' < "$here/document" >&2
exit 1
"#;

const CHECK: &str = r#"#!/bin/sh
here="$(dirname "$0")"
[ "$(cat "$here/echoes")" = check ] || exit 0
tr '\n' ' ' < "$here/document"
tr '\n' ' ' < "$here/document" >&2
exit 1
"#;

const SINK: &str = "    store:\n      command: {program: [OUTSIDE/store, '{name}', '{path}'], probe: [OUTSIDE/probe]}\n      check: {program: [OUTSIDE/check]}\n";

const BOTH: &str = "deliver: [{to: store, path: k, as: KEY}, {to: store, path: k, as: SECRET, secret: true}]";

impl Workspace {
    fn echoes(&self, what: &str) {
        fs::write(self.outside("echoes"), what).unwrap();
    }

    fn document(&self) -> Vec<String> {
        fs::read_to_string(self.outside("document")).unwrap().lines().map(str::to_owned).collect()
    }

    /// Everything in the database but the keys of the store that is in it.
    fn recorded(&self) -> String {
        let database = rusqlite::Connection::open(self.path(".keywright/keywright.db")).unwrap();
        let mut names =
            database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'package_keys'").unwrap();
        let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut all = String::new();
        for name in names {
            let mut rows = database.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
            let columns = rows.column_count();
            let mut rows = rows.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    if let ValueRef::Text(text) | ValueRef::Blob(text) = row.get_ref(column).unwrap() {
                        all.push_str(&String::from_utf8_lossy(text));
                        all.push('\n');
                    }
                }
            }
        }
        all
    }
}

/// Also of one that no manifest declares any more.
#[test]
fn what_a_program_prints_shows_no_value_of_another_key() {
    for (echoes, said) in [
        ("error", "failed with exit status: 1"),
        ("output", "failed with exit status: 1"),
        ("receipt", ""),
        ("check", "the check of the sink failed"),
        ("probe", "its probe says"),
    ] {
        shows_none(echoes, said, true);
        shows_none(echoes, said, false);
    }
}

fn shows_none(echoes: &str, said: &str, is_declared: bool) {
    let workspace = Workspace::new(SINK, BOTH);
    for (name, text) in [("store", STORE), ("probe", PROBE), ("check", CHECK)] {
        workspace.script(name, text);
    }
    workspace.echoes("");
    let manifests = fs::read_to_string(workspace.path("m.yaml")).unwrap();
    let manifests = manifests.replace("spec: {}\n", "spec: {sharedSecretLength: 32}\n");
    fs::write(workspace.path("m.yaml"), &manifests).unwrap();
    workspace.applies();
    // The first key is not delivered in this run.
    let (team, first) = manifests.rsplit_once("---\n").unwrap();
    let second = first.replace("name: k}", "name: l}").replace("chk_", "oth_").replace("path: k", "path: l");
    let first = if is_declared { format!("---\n{first}") } else { String::new() };
    fs::write(workspace.path("m.yaml"), format!("{team}---\n{second}{first}")).unwrap();
    workspace.echoes(echoes);
    let mut apply = keywright();
    apply.args(["apply", "--auto-approve", "--verbose", "--allow", "key/l"]).current_dir(workspace.path(""));
    apply.env("KEYWRIGHT_NOW", &workspace.console.now);
    let output = apply.output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.success(), echoes == "receipt", "{echoes}: {out}{err}");
    let ran = Ran { out, err, exit: 0 };
    // What the program printed is shown, without the values.
    let [shown, json] = ["runs show 2", "runs show 2 --format json"].map(|line| workspace.console.run(line));
    let hidden = if echoes == "output" { "" } else { "(hidden)" };
    let is_shown = |text: &str| text.contains(said) && text.contains(hidden);
    let is_shown = is_shown(&ran.err) || is_shown(&ran.out) || is_shown(&shown.out);
    assert!(is_shown, "{echoes}: {}{}{}", ran.out, ran.err, shown.out);
    let document = workspace.document();
    assert!(document.len() >= 2, "{echoes}");
    has_no_value(&ran, &document);
    has_no_value(&shown, &document);
    has_no_value(&json, &document);
    let recorded = workspace.recorded();
    assert!(document.iter().all(|value| !recorded.contains(value.as_str())), "{echoes}: {recorded}");
}
