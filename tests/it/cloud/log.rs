//! The log of a run: every request and every change, without secrets.

use std::collections::BTreeSet;

use serde_json::Value;

use super::CUSTOM;
use super::MANIFESTS;
use super::area::World;

/// The stderr of an apply with this flag, after it created every object of the area.
fn logged(flags: &[&str]) -> (World, String, usize) {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    let output = world.command(&[&["apply", "--auto-approve"], flags].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stderr).unwrap();
    let requests = area.requests().len();
    assert_secrets_are_absent(&world, &text);
    (world, text, requests)
}

fn assert_secrets_are_absent(world: &World, text: &str) {
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    let mut statement = connection.prepare("SELECT value FROM package_keys").unwrap();
    let values: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(!values.is_empty());
    for secret in values.iter().map(String::as_str).chain([CUSTOM, "not-a-real-credential", "Bearer", "Basic"]) {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn json_lines_have_the_run_the_request_and_its_time() {
    let (_, text, requests) = logged(&["--log-format=json", "--format=json"]);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let runs: BTreeSet<&str> = lines.iter().map(|line| line["span"]["id"].as_str().unwrap()).collect();
    assert_eq!(runs.len(), 1);
    let sent: Vec<&Value> = lines.iter().filter(|line| line["request"].is_u64()).collect();
    let numbers: BTreeSet<u64> = sent.iter().map(|line| line["request"].as_u64().unwrap()).collect();
    assert_eq!((sent.len(), numbers.len()), (requests, requests), "each request once, under its own number");
    assert!(sent.iter().all(|line| line["milliseconds"].is_u64() && line["status"] == 200));
    assert!(sent.iter().any(|line| line["message"] == "POST /v3/token"));
    assert!(sent.iter().any(|line| line["message"] == "POST /members" && line["sent"].is_string()));
    let ended = lines.iter().filter(|line| line["message"] == "change ended");
    assert!(ended.clone().count() > 10 && ended.clone().all(|line| line["outcome"] == "done"));
    assert_eq!(lines.last().unwrap()["message"], "run ended");
    assert_eq!(lines.last().unwrap()["exit"], 0);
}

#[test]
fn verbose_is_a_line_a_request_for_people() {
    let (_, text, requests) = logged(&["--verbose"]);
    assert_eq!(text.lines().filter(|line| line.contains("request=")).count(), requests, "{text}");
    assert!(text.lines().any(|line| line.starts_with("POST /members request=")), "{text}");
}

#[test]
fn without_a_flag_there_is_no_log() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    let output = world.command(&["plan", "--format=json"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
