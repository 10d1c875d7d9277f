//! `keys`: every key of a store that other hands change, with and without valid manifests and memory.

mod held;
mod known;

use std::fs;

use rusqlite::Connection;
use serde_json::Value;

use crate::console::Console;
use crate::console::Ran;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

/// A workspace whose rotated key was applied, and a key of the same application that a person made.
struct Story {
    folder: tempfile::TempDir,
    console: Console,
}

impl Story {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let story = Self { console: Console::new(folder.path().to_path_buf()), folder };
        story.write("m.yaml", &format!("{TEAM}{ROTATED_KEY}"));
        story.runs("apply --auto-approve", 0);
        story.by_hand(
            "INSERT INTO package_keys (id, application, package, plan, value, secret, attributes, created, updated)
             SELECT 'by-hand', application, package, plan, 'value-by-hand', NULL,
                    json_remove(attributes, '$.expires'), created, updated FROM package_keys",
        );
        story
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn by_hand(&self, sql: &str) {
        let database = Connection::open(self.folder.path().join(".keywright/keywright.db")).unwrap();
        assert!(database.execute(sql, []).unwrap() > 0, "{sql}");
    }

    fn runs(&self, line: &str, exit: u8) -> Ran {
        let ran = self.console.run(line);
        assert_eq!(ran.exit, exit, "{line}\n{}{}", ran.out, ran.err);
        ran
    }

    fn later(&mut self, day: &str) {
        self.console.now = format!("{day}T12:00:00Z");
    }

    /// The keys as a document, which matches its schema.
    fn keys(&self, line: &str, exit: u8) -> Vec<Value> {
        let ran = self.runs(&format!("keys {line} --format json"), exit);
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        let schema = serde_json::from_str(&self.runs("schema KeysOutput", 0).out).unwrap();
        let errors: Vec<String> =
            jsonschema::validator_for(&schema).unwrap().iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{}", ran.out);
        document["keys"].as_array().unwrap().clone()
    }
}

/// `address state findings`, for each key.
fn short(keys: &[Value]) -> Vec<String> {
    let of = |key: &Value| {
        let findings: Vec<&str> =
            key["findings"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        format!("{} {} [{}]", key["address"].as_str().unwrap(), key["state"].as_str().unwrap(), findings.join(", "))
    };
    keys.iter().map(of).collect()
}

const BY_HAND: &str = "key/alice/checkout/payments@by-hand";

#[test]
fn a_list_has_declared_keys_and_those_that_a_person_made() {
    let story = Story::new();
    let keys = story.keys("", 0);
    let by_hand = format!("{BY_HAND} active [never-expires, undeclared, several-active]");
    assert_eq!(short(&keys), [by_hand.as_str(), "key/production active []"]);
    let production = &keys[1];
    assert_eq!(production["application"], "application/alice/checkout");
    assert_eq!((&production["package"], &production["plan"]), (&"package/payments".into(), &"gold".into()));
    assert_eq!(production["owner"], "alice");
    assert_eq!(production["ageDays"], 0);
    let place = &production["places"][0];
    assert_eq!(place["to"]["file"], "secrets/key.env");
    assert!(place["delivered"].is_string() && place["shows"] == true, "{place}");
    assert_eq!(production["events"][0]["what"], "rotation");
    let text = story.runs("keys", 0).out;
    for part in ["2 keys: 2 active · 1 with findings", "gets a successor", "secrets/key.env (CHECKOUT_KEY): delivered"]
    {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_workspace_is_the_same_from_a_folder_of_something_else() {
    let story = Story::new();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("other.yaml"), TEAM.replace("alice", "bob")).unwrap();
    let (here, there) = (&story.console, Console::new(elsewhere.path().to_path_buf()));
    let workspace = story.folder.path().display();
    for line in ["keys --format json", "keys due --format json", "keys reveal key/production", "runs --format json"] {
        let (expected, ran) = (here.run(line), there.run(&format!("{line} --workspace {workspace}")));
        assert_eq!((ran.exit, ran.err), (expected.exit, expected.err), "{line}");
        assert_eq!(ran.out, expected.out, "{line}");
    }
    let revoked = there.run(&format!("keys revoke key/production --auto-approve --workspace {workspace}"));
    assert!(revoked.exit == 0 && revoked.out.contains("declared in"), "{}{}", revoked.out, revoked.err);
}

#[test]
fn no_format_shows_a_value() {
    let story = Story::new();
    let file = fs::read_to_string(story.folder.path().join("secrets/key.env")).unwrap();
    let value = file.trim().split_once('=').unwrap().1.to_owned();
    for format in ["text", "json", "csv", "ics"] {
        for line in ["keys", "keys due --within 900d"] {
            let ran = story.console.run(&format!("{line} --format {format}"));
            let all = format!("{}{}", ran.out, ran.err);
            assert!(!all.contains(&value) && !all.contains("value-by-hand"), "{format}: {all}");
        }
    }
}

#[test]
fn a_person_who_switched_something_off_is_seen() {
    let story = Story::new();
    story.by_hand("UPDATE users SET attributes = json_set(attributes, '$.status', 'disabled')");
    let production = &short(&story.keys("--only key/production", 0))[0];
    assert_eq!(production, "key/production active [owner-disabled]");
    story.by_hand(
        "UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'disabled') WHERE id = 'by-hand'",
    );
    assert_eq!(short(&story.keys("--state disabled", 0)), [format!("{BY_HAND} disabled [undeclared]")]);
    assert_eq!(short(&story.keys("--finding owner-disabled", 0)).len(), 1);
}

#[test]
fn a_value_that_is_at_none_of_its_places_is_named() {
    let story = Story::new();
    fs::write(story.folder.path().join("secrets/key.env"), "CHECKOUT_KEY=other\n").unwrap();
    let place = story.keys("--only key/production", 0)[0]["places"][0].clone();
    assert!(place["delivered"].is_string() && place["shows"] == false, "delivered, but changed since: {place}");
    story.by_hand("UPDATE package_keys SET value = 'chk_by_another_person' WHERE id <> 'by-hand'");
    let text = story.runs("keys --only key/production", 0).out;
    assert!(text.contains("delivered-nowhere") && text.contains("the file shows another value"), "{text}");
}

/// After a rotation both generations are listed, and each has its next event.
#[test]
fn generations_are_listed_with_what_happens_to_them() {
    let mut story = Story::new();
    story.later("2027-02-20");
    story.runs("apply --auto-approve", 0);
    let keys = story.keys("--only key/production", 0);
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert_eq!(keys[0]["address"], "key/production");
    assert_eq!(keys[1]["generationOf"], "key/production");
    assert_eq!(keys[1]["events"][0]["what"], "end-of-overlap");
    let due = story.runs("keys due --within 20d", 2).out;
    assert!(due.contains("is disabled after its overlap") && due.contains("1 event until 2027-03-12"), "{due}");
    assert!(story.runs("keys due --within 2d", 0).out.contains("0 events"));
    story.later("2027-03-20");
    let due = story.runs("keys due --within 1d", 2).out;
    // Its own time, not that of the run.
    assert!(due.contains("2027-03-06 12:00 UTC") && due.contains("is disabled after its overlap (overdue)"), "{due}");
    assert!(due.lines().all(|line| line.trim_end() == line), "{due}");
    let document: Value = serde_json::from_str(&story.runs("keys due --within 1d --format json", 2).out).unwrap();
    assert_eq!(document["keys"][0]["events"][0]["overdue"], true, "{document}");
    let calendar = story.runs("keys due --within 1d --format ics", 2).out;
    assert!(calendar.contains("DTSTART:20270306T120000Z") && calendar.contains("SUMMARY:overdue: "), "{calendar}");
}

/// RFC 5545 asks for a component. A time zone that no event uses shows nothing.
#[test]
fn a_calendar_without_events_is_valid() {
    let calendar = Story::new().runs("keys due --within 1d --format ics", 0).out;
    let lines: Vec<&str> = calendar.split("\r\n").collect();
    let at = |line: &str| lines.iter().position(|other| *other == line).unwrap();
    assert!(at("BEGIN:VTIMEZONE") < at("TZID:UTC") && at("END:VTIMEZONE") < at("END:VCALENDAR"), "{calendar}");
    assert!(!calendar.contains("VEVENT"), "{calendar}");
}

#[test]
fn broken_manifests_do_not_hide_the_keys() {
    let story = Story::new();
    story.write("m.yaml", "kind: [");
    let keys = story.keys("", 3);
    assert_eq!(keys.len(), 2);
    let text = story.runs("keys", 3);
    assert!(text.out.contains("2 keys: 2 active"), "{}", text.out);
    assert!(text.err.contains("KW-002") || text.err.contains("error"), "{}", text.err);
    assert!(text.err.contains("rotations and declared addresses are not in this list"), "{}", text.err);
    // What the memory knows stays.
    let with_place = keys.iter().find(|key| !key["places"].as_array().unwrap().is_empty());
    assert_eq!(with_place.unwrap()["places"][0]["to"]["as"], "CHECKOUT_KEY");
}

#[test]
fn without_memory_the_places_come_from_the_manifests() {
    let story = Story::new();
    story.by_hand("DELETE FROM receipts");
    let place = story.keys("--only key/production", 0)[0]["places"][0].clone();
    assert!(place.get("delivered").is_none() && place["shows"] == true, "{place}");
    fs::remove_file(story.folder.path().join("secrets/key.env")).unwrap();
    assert_eq!(short(&story.keys("--only key/production", 0)), ["key/production active [delivered-nowhere]"]);
}

#[test]
fn a_row_that_is_not_understood_is_said_to_be_missing() {
    let story = Story::new();
    story.by_hand("UPDATE package_keys SET attributes = '[]' WHERE id = 'by-hand'");
    let ran = story.console.run("keys");
    assert!(
        ran.exit == 6 && ran.err.contains("were not understood and are not listed: by-hand"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn an_address_without_keys_is_an_error_with_a_next_step() {
    let ran = Story::new().runs("keys --only user/bob", 1);
    assert!(ran.err.contains("could not list user/bob") && ran.err.contains("keywright keys"), "{}", ran.err);
}

const CHECKED: &str = "---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checked}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_, checksum: true}}
  deliver: [{file: secrets/key.env, as: CHECKED_KEY}]
";

/// A generated value with a checksum is found in any text, without the store, and no other value is.
#[test]
fn a_key_with_a_checksum_is_recognized_offline() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::new(folder.path().to_path_buf());
    let file = folder.path().join("secrets/key.env");
    let manifest = format!("{TEAM}{CHECKED}").replace("spec: {}", "spec: {keyLength: 32}");
    fs::write(folder.path().join("m.yaml"), &manifest).unwrap();
    let ran = console.run("apply --auto-approve");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("with prefix chk_, with a checksum"), "{}", ran.out);
    let text = fs::read_to_string(&file).unwrap();
    let value = text.trim().strip_prefix("CHECKED_KEY=").unwrap();
    assert_eq!(value.len(), 32);
    assert_eq!(console.run("plan --detailed-exitcode").exit, 0);
    let elsewhere = tempfile::tempdir().unwrap();
    console.folder = elsewhere.path().to_path_buf();
    console.input = format!("nothing\n  key: {value}\n").into_bytes();
    let found = console.run("keys check --stdin");
    assert_eq!(found.exit, 2, "{}{}", found.out, found.err);
    assert!(found.out.contains("line 2: a text with the checksum of a key that begins with chk_"), "{}", found.out);
    assert!(!format!("{}{}", found.out, found.err).contains(value));
    console.input = b"key: chk_0000000000000000000000000000\n".to_vec();
    let other = console.run("keys check --stdin");
    assert!(other.exit == 0 && other.out.contains("No text has the checksum of a key."), "{}{}", other.out, other.err);
    assert_eq!(console.run("keys check --stdin --format json").exit, 64);
}

/// 24 characters, the default, are too few for a prefix, 16 random characters and a checksum.
#[test]
fn a_checksum_needs_a_long_value() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.yaml"), format!("{TEAM}{CHECKED}")).unwrap();
    let ran = Console::new(folder.path().to_path_buf()).run("plan");
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("KW-017") && ran.err.contains("keyLength to 27 or more"), "{}", ran.err);
}

/// Spreadsheets run what begins like a formula, and calendars read line breaks as the end of a field.
#[test]
fn names_in_the_store_cannot_become_formulas_or_entries() {
    let story = Story::new();
    story.by_hand("UPDATE plans SET name = '=HYPERLINK(\"http://x\")'");
    story.by_hand("UPDATE package_keys SET id = 'a' || char(13, 10) || 'BEGIN:VEVENT' WHERE id = 'by-hand'");
    story.by_hand("UPDATE package_keys SET attributes = json_set(attributes, '$.expires', '2026-12-01')");
    let table = story.console.run("keys --format csv").out;
    assert!(table.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{table}");
    let calendar = story.console.run("keys --format ics").out;
    let entries = calendar.lines().filter(|line| line.trim() == "BEGIN:VEVENT").count();
    assert!(entries > 0 && entries == calendar.lines().filter(|line| line.starts_with("UID:")).count(), "{calendar}");
    assert!(calendar.lines().all(|line| line.len() <= 75), "{calendar}");
}
