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
    // What the program printed is not shown: it has values.
    let [shown, json] = ["runs show 2", "runs show 2 --format json"].map(|line| workspace.console.run(line));
    let hidden = if echoes == "output" { "" } else { "(not shown: it may hold a secret)" };
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

/// Prints the value of its own delivery in another spelling, and keeps what it printed.
const SPELLER: &str = r#"#!/bin/sh
here="$(dirname "$0")"
cat > "$here/value"
spell() { SPELLING < "$here/value"; }
spell > "$here/printed"
case "$(cat "$here/echoes")" in
  error) cat "$here/printed" >&2; exit 1 ;;
  receipt) cat "$here/printed" ;;
esac
"#;

/// No list of spellings is complete. A part of a value that is left is a sign of the value as well.
#[test]
fn an_output_that_could_hold_the_value_in_any_spelling_is_not_shown() {
    for spelling in [
        "cat",
        "fold -w 12",
        "base64 -w 8",
        "rev",
        "tr a-z A-Z",
        "sed 's/./& /g'",
        "sed 's/../&:/g'",
        "tail -c 14",
        "od -An -tx1",
        "od -An -tx1 | tr -d '\\n' | tr ' ' '%'",
        "od -An -tx1 | tr -d '\\n' | sed 's/ /\\\\u00/g'",
        "base64 | base64",
        "base64 | rev",
        "rev | base64",
        "sed 's/^/user:/' | base64 -w 16",
    ] {
        for echoes in ["error", "receipt"] {
            let workspace = Workspace::new(
                "    store: {command: {program: [OUTSIDE/store, '{name}']}}\n",
                "deliver: [{to: store, path: k, as: KEY}]",
            );
            workspace.script("store", &SPELLER.replace("SPELLING", spelling));
            workspace.echoes(echoes);
            let ran = workspace.runs("apply --auto-approve", if echoes == "error" { 6 } else { 0 });
            let shown = workspace.runs("runs show 1", 0);
            let said = "(not shown: it may hold a secret)";
            assert!(
                ran.err.contains(said) || shown.out.contains(said),
                "{spelling} {echoes}\n{}{}",
                ran.err,
                shown.out
            );
            let printed = fs::read_to_string(workspace.outside("printed")).unwrap();
            let lines: Vec<String> = printed.lines().map(|line| line.trim().to_owned()).collect();
            has_no_value(&ran, &lines);
            has_no_value(&shown, &lines);
            let recorded = workspace.recorded();
            assert!(lines.iter().all(|line| !recorded.contains(line.as_str())), "{spelling} {echoes}: {recorded}");
        }
    }
}

/// The value of a key that this run deletes, that goes only to a file, or that an older generation has.
#[test]
fn no_value_of_the_run_is_shown_wherever_it_belongs() {
    let key = "rotation: {every: 90d, overlap: 14d, grace: 14d}\ndeliver: [{file: secrets/k.env, as: KEY}]";
    let sink = "    store: {command: {program: [OUTSIDE/store, '{name}']}}\n";
    let mut workspace = Workspace::new(sink, key);
    workspace.script("store", &SPELLER.replace("SPELLING", "cat \"$here/values\" | fold -w 15; true"));
    workspace.echoes("");
    workspace.applies();
    for now in ["2027-02-20T12:00:00Z", "2027-03-20T12:00:00Z"] {
        workspace.console.now = now.to_owned();
        workspace.applies();
    }
    let live = workspace.live();
    assert_eq!(live.len(), 2, "the older generation is disabled");
    workspace.console.now = "2027-04-20T12:00:00Z".to_owned();
    workspace.key(&key.replace("[{file", "[{to: store, path: k, as: KEY}, {file"));
    workspace.echoes("receipt");
    for value in &live {
        fs::write(workspace.outside("values"), value).unwrap();
        let ran = workspace.runs("apply --auto-approve --deliver key/k", 0);
        let recorded = workspace.recorded();
        let printed = fs::read_to_string(workspace.outside("printed")).unwrap();
        for line in printed.lines() {
            has_no_value(&ran, &[line.to_owned()]);
            assert!(!recorded.contains(line), "{recorded}");
        }
        assert!(recorded.contains("(not shown: it may hold a secret)"));
    }
}
