//! KW-166 is about places that no manifest names. One that is only written in another way is the same place.

use std::fs;

use super::Workspace;
use super::says;
use crate::console::Ran;

const LOCAL: &str = "    local: {file: {folder: secrets/app, format: dotenv}}\n";
const IN_SINK: &str = "deliver: [{to: local, path: k.env, as: KEY}]";
const AS_FILE: &str = "deliver: [{file: secrets/app/k.env, as: KEY}]";

fn has_no_copy(ran: &Ran) {
    assert!(!ran.out.contains("KW-166") && !ran.err.contains("KW-166"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_file_that_is_named_in_another_way_is_the_same_place() {
    for keeps_sink in [true, false] {
        let workspace = Workspace::new(LOCAL, IN_SINK);
        workspace.applies();
        let sinks = |sinks| workspace.sinks(if keeps_sink { LOCAL } else { sinks });
        sinks("");
        workspace.key(AS_FILE);
        has_no_copy(&workspace.applies());
        let listed = workspace.runs("keys", 0);
        assert_eq!(listed.out.matches("(KEY)").count(), 1, "{}", listed.out);
        sinks(LOCAL);
        workspace.key(IN_SINK);
        has_no_copy(&workspace.applies());
        // Another folder of another sink, that is the same file.
        workspace.sinks("    other: {file: {folder: secrets, format: dotenv}}\n");
        workspace.key("deliver: [{to: other, path: app/k.env, as: KEY}]");
        has_no_copy(&workspace.applies());
        let listed = workspace.runs("keys", 0);
        assert_eq!(listed.out.matches("(KEY)").count(), 1, "{}", listed.out);
        assert_eq!(workspace.live().len(), 1);
    }
}

#[test]
fn a_file_or_a_name_that_no_manifest_has_keeps_a_copy() {
    for (key, sinks) in [
        ("deliver: [{file: secrets/other.env, as: KEY}]", ""),
        ("deliver: [{to: local, path: k.env, as: RENAMED}]", LOCAL),
        ("deliver: [{file: secrets/app/k.env, as: RENAMED}]", ""),
    ] {
        let workspace = Workspace::new(LOCAL, IN_SINK);
        workspace.applies();
        workspace.sinks(sinks);
        workspace.key(key);
        says(&workspace.applies(), "warning[KW-166]: KEY in k.env of local keeps the value of a key that works");
        says(&workspace.runs("keys", 0), "k.env of local (KEY): holds a copy still");
    }
}

/// The folder of the sink is another one now: the former file keeps the value.
#[test]
fn a_sink_with_another_folder_leaves_a_copy() {
    let workspace = Workspace::new(LOCAL, IN_SINK);
    workspace.applies();
    workspace.sinks(&LOCAL.replace("secrets/app", "secrets/new"));
    let listed = workspace.runs("keys", 0);
    says(&listed, "k.env of local (KEY): not delivered there yet");
    says(&listed, "its former place holds a copy still");
    assert!(fs::read_to_string(workspace.path("secrets/app/k.env")).unwrap().contains("KEY="));
}
