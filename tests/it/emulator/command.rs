//! The command itself: its first line, its end, its help, its seed, its log, and its refusals.

use std::process::Command;

use serde_json::json;

use super::caller::Emulator;
use crate::program::keywright;

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = keywright().arg("emulator").args(arguments).env_clear().output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn impossible_settings_are_refused_before_it_listens() {
    for (arguments, said) in [
        (["--quirk", "page-ofset"], "did you mean page-offset?"),
        (["--quirk", "max-limit=x"], "max-limit takes a whole number"),
        (["--fault", "drop-aftr@1"], "did you mean drop-after?"),
        (["--fault", "html@never"], "must be a request number"),
        (["--listen", "0.0.0.0:0"], "loopback only"),
        (["--latency", "fast"], "whole number with a unit"),
        (["--credential", "key:secret"], "KEY:SECRET:USERNAME:PASSWORD"),
        (["--mft-credential", "user:"], "VALUE or USER:VALUE"),
        (["--mft-operation", "lst=GET:/api"], "did you mean list?"),
        (["--mft-operation", "list=GET:/api/ApiKey"], "could not serve both get and list of MFT"),
        (["--quirk", "mft-date-format=zulu"], "mft-date-format takes one of z, no-offset"),
    ] {
        let (code, out, err) = run(&arguments);
        assert!(code == 64 && out.is_empty() && err.contains(said), "{arguments:?}: {code} {err}");
    }
    let (code, _, err) = run(&["--seed", "no-such-folder"]);
    assert!(code == 1 && err.contains("no-such-folder"), "{err}");
}

#[test]
fn the_help_names_every_quirk_and_fault() {
    let (code, out, _) = run(&["--help"]);
    assert_eq!(code, 0);
    for quirk in keywright::emulator::quirks::Quirk::ALL {
        assert!(out.contains(quirk.name()), "{quirk}");
    }
    for (kind, _) in keywright::emulator::faults::KINDS {
        assert!(out.contains(kind), "{kind}");
    }
}

#[cfg(unix)]
#[test]
fn it_ends_on_a_signal() {
    for signal in ["-INT", "-TERM"] {
        let mut emulator = Emulator::start(&[]);
        let id = emulator.child().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        assert_eq!(emulator.child().wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_seed_exists_from_the_start_and_delivers_nothing() {
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/quickstart");
    let before = std::fs::read_dir(seed).unwrap().count();
    let emulator = Emulator::start(&["--seed", seed]);
    assert_eq!(std::fs::read_dir(seed).unwrap().count(), before);
    let keys = emulator.get("/packageKeys?fields=apikey,plan.name,qpsLimitCeiling,member.username").ok();
    assert!(keys[0]["apikey"].as_str().unwrap().starts_with("chk_"));
    assert_eq!(keys[0]["member"], json!({"username": "alice"}));
    assert_eq!((&keys[0]["plan"], &keys[0]["qpsLimitCeiling"]), (&json!({"name": "gold"}), &json!(10)));
}

#[test]
fn a_seed_that_is_not_valid_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("a.yaml"),
        "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: ''}\nspec: {}\n",
    )
    .unwrap();
    let (code, out, err) = run(&["--seed", folder.path().to_str().unwrap()]);
    assert!(code == 3 && out.is_empty() && err.contains("CAM-014"), "{code} {err}");
}

#[test]
fn the_log_contains_each_request_once_and_no_secret() {
    let emulator = Emulator::start(&["--log", "log"]);
    let world = emulator.world();
    emulator.key(&world, json!({"apikey": "fake-key-1", "secret": "fake-secret-1"})).ok();
    emulator.key(&world, json!({"apikey": "fake-key-1"})).refused();
    emulator.get("/packageKeys?filter=apikey:fake-key-1&fields=id").ok();
    emulator.get("/packageKeys/fake-key-1");
    let log = emulator.log();
    let numbers: Vec<u64> = log.iter().map(|line| line["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
    assert_eq!(log[0]["path"], "/v3/token");
    let line = json!({"number": 2, "method": "POST", "path": "/v3/rest/packages", "status": 200, "committed": true, "fault": false});
    assert_eq!(log[1], line);
    assert_eq!((&log[6]["status"], &log[6]["committed"]), (&json!(400), &json!(false)));
    assert_eq!(log[7]["path"], "/v3/rest/packageKeys?filter=apikey:***&fields=id");
    assert_eq!(log[8]["path"], "/v3/rest/packageKeys/***");
    let text = std::fs::read_to_string(emulator.folder().join("log")).unwrap();
    assert!(!text.contains("fake-key") && !text.contains("fake-secret"), "{text}");
}
