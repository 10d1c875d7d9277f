//! A leak drill against an area of the wire protocol: from the paste to the disabled key, counted in calls.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::cloud::area::Area;
use crate::cloud::area::Said;
use crate::cloud::area::World;
use crate::program::keywright;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const FAST: &str = "{callsPerSecond: 1000}";

/// The rows of the longest page.
const PAGE: usize = 1_000;

struct Drill {
    world: World,
    value: String,
}

impl Drill {
    /// A workspace whose key was applied, in an area with this many keys.
    fn new(manifest: &str, keys: usize) -> (Self, Area) {
        let world = World::new(&format!("{TEAM}{manifest}"));
        let area = world.area(&[]);
        world.point_at(&area, FAST, "");
        let said = world.apply();
        assert_eq!(said.exit, 0, "{}", said.text);
        drop(area);
        let text = std::fs::read_to_string(world.workspace().join("secrets/key.env")).unwrap();
        let value = text.trim().split_once('=').unwrap().1.to_owned();
        let sql = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {keys} - 1)
             INSERT INTO package_keys (id, application, package, plan, value, secret, attributes, created, updated)
             SELECT printf('00000000-0000-4000-8000-%012d', i), application, package, plan, 'other_' || i, NULL,
                    attributes, created, updated FROM package_keys, n WHERE {keys} > 1"
        );
        world.store().execute(&sql, []).unwrap();
        let area = world.area(&[]);
        (Self { world, value }, area)
    }

    /// Runs a command in the workspace with a text on standard input. The value is nowhere in its output.
    fn run(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = keywright()
            .args(arguments)
            .current_dir(self.world.workspace())
            .env("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(!text.contains(&self.value), "the value is printed:\n{text}");
        Said { text, exit: output.status.code().unwrap_or(-1) }
    }

    fn active(&self) -> Vec<String> {
        let sql = "SELECT value FROM package_keys WHERE attributes->>'$.\"settings.status\"' = 'active' ORDER BY row";
        let store = self.world.store();
        let mut statement = store.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

impl World {
    /// The store of the emulator.
    fn store(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join("area.db")).unwrap()
    }
}

/// The value must not be in a URL, so the whole list is read. With the disabling and the look after it, these are 12 calls:
/// 6.3 seconds at the rate of the vendor. Signing in is no call of the area.
#[test]
fn a_key_among_ten_thousand_is_disabled_in_twelve_calls() {
    const KEYS: usize = 10_000;
    let (drill, area) = Drill::new(ROTATED_KEY, KEYS);
    drill.world.point_at(&area, "{callsPerSecond: 2}", "");
    let manifests = std::fs::read_to_string(drill.world.workspace().join("all.yaml")).unwrap();
    drill.world.write("kind: [");
    let (before, began) = (area.calls(), Instant::now());
    let said =
        drill.run(&["keys", "revoke", "--stdin", "--auto-approve", "--verbose"], &format!("{}\r\n", drill.value));
    let (calls, took) = (area.calls() - before, began.elapsed());
    // Without optimization, and beside other tests, reading the keys takes longer than the pauses between calls.
    assert!(cfg!(debug_assertions) || took < Duration::from_secs(10), "{took:?}");
    assert_eq!(said.exit, 0, "{}", said.text);
    let id: String = {
        let sql = "SELECT id FROM package_keys WHERE value = ?";
        drill.world.store().query_row(sql, [&drill.value], |row| row.get(0)).unwrap()
    };
    let requests = said.text.lines().filter(|line| line.contains(" request="));
    let requests: Vec<&str> = requests.map(|line| line.split(" request=").next().unwrap()).collect();
    let (disable, verify) = (format!("PUT /packageKeys/{id}"), format!("GET /packageKeys/{id}"));
    let lists = vec!["GET /packageKeys"; KEYS / PAGE];
    let expected = [vec!["POST /v3/token"], lists, vec![&disable, &verify]].concat();
    assert_eq!(requests, expected);
    assert_eq!(calls, expected.len() - 1);
    for part in ["the database knows it as key/production", "package payments · plan gold", "10000 keys read"] {
        assert!(said.text.contains(part), "{part}\n{}", said.text);
    }
    let active = drill.active();
    assert!(active.len() == KEYS - 1 && !active.contains(&drill.value), "{}", active.len());
    drill.world.point_at(&area, FAST, "");
    drill.world.write(&manifests);
    let said = drill.run(&["apply", "--auto-approve"], "");
    assert!(!drill.active().contains(&drill.value), "{}", said.text);
}

/// Nothing else works: the manifests do not parse, the settings have errors, the key is protected.
#[test]
fn a_broken_workspace_delays_nothing() {
    let protected = ROTATED_KEY.replace("name: production", "name: production, protect: true");
    let (drill, area) = Drill::new(&protected, 3);
    drill.world.write("kind: [");
    drill.world.point_at(&area, FAST, "  guards: {deletes: {percent: often}}\n");
    let said = drill.run(&["keys", "revoke", "--stdin", "--auto-approve"], &format!("CHECKOUT_KEY={}\n", drill.value));
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(said.text.contains("the database knows it as key/production, protected"), "{}", said.text);
    assert_eq!(drill.active(), ["other_1", "other_2"]);
}

#[test]
fn the_successor_is_the_only_key_that_works_and_is_delivered() {
    let (drill, area) = Drill::new(ROTATED_KEY, 1);
    drill.world.point_at(&area, FAST, "");
    let said = drill.run(&["keys", "revoke", "--stdin", "--auto-approve", "--replace"], &drill.value);
    assert_eq!(said.exit, 0, "{}", said.text);
    let [working] = drill.active().try_into().unwrap();
    assert_ne!(working, drill.value);
    let file = std::fs::read_to_string(drill.world.workspace().join("secrets/key.env")).unwrap();
    assert_eq!(file, format!("CHECKOUT_KEY={working}\n"));
    let said = drill.run(&["apply", "--auto-approve"], "");
    assert_eq!(said.exit, 0, "{}", said.text);
    assert_eq!(drill.active(), [working]);
}

#[test]
fn what_is_pasted_is_one_line_and_not_a_credential() {
    let (drill, area) = Drill::new(ROTATED_KEY, 1);
    drill.world.point_at(&area, FAST, "");
    let revoke = ["keys", "revoke", "--stdin", "--auto-approve"];
    let said = drill.run(&revoke, &format!("{}\nsecond\n", drill.value));
    assert!(said.exit == 64 && said.text.contains("standard input has 2 lines of text"), "{}", said.text);
    let said = drill.run(&revoke, "");
    assert!(said.exit == 64 && said.text.contains("standard input is empty"), "{}", said.text);
    let before = area.calls();
    let said = drill.run(&revoke, "not-a-real-credential\n");
    assert!(said.exit == 4 && said.text.contains("with which Keywright itself signs in"), "{}", said.text);
    assert_eq!(area.calls(), before);
    let said = drill.run(&revoke[..3], &drill.value);
    assert!(said.exit == 4 && said.text.contains("run again with --auto-approve"), "{}", said.text);
    assert_eq!(drill.active(), [drill.value.as_str()]);
}

/// A server that accepts no paths in `fields`, and one whose list repeats or cuts pages, shows the names too.
#[test]
fn every_quirk_of_the_area_leads_to_the_key() {
    let (drill, area) = Drill::new(ROTATED_KEY, 30);
    drop(area);
    for flags in [&["--quirk", "no-nested-fields"][..], &["--quirk", "max-limit=4"], &["--quirk", "page-offset"]] {
        let area = drill.world.area(flags);
        drill.world.point_at(&area, "{callsPerSecond: 1000, pageSize: 7}", "");
        let said = drill.run(&["keys", "revoke", "--stdin", "--auto-approve"], &drill.value);
        assert_eq!(said.exit, 0, "{flags:?}: {}", said.text);
        assert!(said.text.contains("30 keys read") && said.text.contains("key/production"), "{flags:?}: {}", said.text);
    }
}
