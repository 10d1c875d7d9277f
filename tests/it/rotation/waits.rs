//! A new key may start waiting for approval. Its value does not replace that of a key that works.

use std::fs;
use std::sync::Mutex;

use rusqlite::Connection;
use serde_json::Value as Json;

use super::Overlap;
use super::set_status;
use crate::cloud::area::Area;
use crate::cloud::area::World;
use crate::proxy::between;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const LIMITS: &str = "{callsPerSecond: 1000, visibilityLag: 0s}";
const ROTATE: [&str; 4] = ["rotate", "key/production", "--auto-approve", "--filename"];

/// A workspace whose second key in the plan waits for approval, if the area has such reviews.
fn reviewed(more: &str, flags: &[&str]) -> (World, Area) {
    let team = TEAM.replace("{package: payments}", "{package: payments, numKeysBeforeReview: 1}");
    let world = World::new(&[&team, ROTATED_KEY, more].concat());
    let area = world.area(&[&["--now", "2026-11-21T12:00:00Z"], flags].concat());
    world.point_at(&area, LIMITS, "");
    (world, area)
}

fn delivered(world: &World) -> String {
    fs::read_to_string(world.workspace().join("secrets/key.env")).unwrap()
}

/// The value of the key of the area that is not the delivered `old` one, as its file has it.
fn successor(world: &World, old: &str) -> String {
    let area = Connection::open(world.path().join("area.db")).unwrap();
    let old = old.trim().trim_start_matches("CHECKOUT_KEY=");
    let sql = "SELECT value FROM package_keys WHERE value <> ?1";
    format!("CHECKOUT_KEY={}\n", area.query_row(sql, [old], |row| row.get::<_, String>(0)).unwrap())
}

#[test]
fn a_successor_that_waits_is_delivered_by_the_run_that_activates_it() {
    let (world, _area) = reviewed("", &["--quirk", "review-enforced"]);
    assert_eq!(world.apply().exit, 0);
    let old = delivered(&world);
    let said = world.keywright(&ROTATE);
    let why = "the key is waiting for approval, and secrets/key.env has, or may have, the value of one that works";
    assert!(said.exit == 6 && said.text.contains(why), "{}: {}", said.exit, said.text);
    assert!(!said.text.contains("the next apply delivers them"), "{}", said.text);
    assert_eq!((delivered(&world), world.keys()), (old.clone(), 2));
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("so its value is not delivered"), "{}: {}", said.exit, said.text);
    assert_eq!((delivered(&world), world.keys()), (old.clone(), 2));
    let team = TEAM.replace("{package: payments}", "{package: payments, numKeysBeforeReview: 1}");
    world.write(&[&team, ROTATED_KEY, "  settings: {status: active}\n"].concat());
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("delivered to secrets/key.env"), "{}: {}", said.exit, said.text);
    assert_eq!(delivered(&world), successor(&world, &old), "{}", said.text);
    world.assert_settled("activated");
}

#[test]
fn a_successor_that_the_create_or_an_update_activates_is_delivered_at_once() {
    let (world, _area) = reviewed("  settings: {status: active}\n", &["--quirk", "review-enforced"]);
    assert_eq!(world.apply().exit, 0);
    let old = delivered(&world);
    let said = world.keywright(&ROTATE);
    assert_eq!((said.exit, delivered(&world)), (0, successor(&world, &old)), "{}", said.text);
}

/// A list that shows no status of the new key proves nothing.
#[test]
fn a_successor_whose_status_is_not_shown_is_not_delivered() {
    let (world, area) = reviewed("", &[]);
    let first = Mutex::new(None);
    let url = between(&area.url, move |call, pass_on| {
        if call.is("POST", "/packageKeys") {
            let sent: Json = serde_json::from_str(&call.body).unwrap();
            first.lock().unwrap().get_or_insert(sent["apikey"].clone());
        }
        let given = pass_on(&call);
        let Ok(mut json) = serde_json::from_str::<Json>(&given.body) else { return given };
        let rows: Vec<&mut Json> = match &mut json {
            Json::Array(rows) => rows.iter_mut().collect(),
            one => vec![one],
        };
        let first = first.lock().unwrap().clone();
        for row in rows.into_iter().filter(|row| row.get("apikey").is_some_and(|value| Some(value) != first.as_ref())) {
            row["status"] = Json::from("***");
        }
        given.with_body(json.to_string())
    });
    world.point_at_url(&url, LIMITS, "", "TEST_");
    assert_eq!(world.apply().exit, 0);
    let old = delivered(&world);
    let said = world.keywright(&ROTATE);
    assert!(said.exit == 6 && said.text.contains("the key is not active, and secrets/key.env has"), "{}", said.text);
    assert_eq!((delivered(&world), world.keys()), (old.clone(), 2));
    world.apply();
    assert_eq!((delivered(&world), world.keys()), (old, 2));
}

#[test]
fn a_successor_that_is_declared_disabled_is_not_delivered() {
    let mut overlap = Overlap::begin();
    let before = fs::read_to_string(overlap.path("secrets/key.env")).unwrap();
    fs::write(overlap.path("m.yaml"), [TEAM, ROTATED_KEY, "  settings: {status: disabled}\n"].concat()).unwrap();
    let ran = overlap.at("2026-08-10T00:00:00Z", "rotate key/production --auto-approve");
    assert_eq!((ran.exit, overlap.statuses()), (0, vec!["active".to_owned(), "disabled".to_owned()]), "{}", ran.err);
    assert_eq!(fs::read_to_string(overlap.path("secrets/key.env")).unwrap(), before, "{}", ran.out);
}

#[test]
fn the_run_that_activates_a_waiting_successor_delivers_it() {
    let mut overlap = Overlap::new();
    let new = fs::read_to_string(overlap.path("secrets/key.env")).unwrap();
    let database = Connection::open(overlap.path(".keywright/keywright.db")).unwrap();
    let old: String = database.query_row("SELECT value FROM package_keys ORDER BY created", [], |r| r.get(0)).unwrap();
    fs::write(overlap.path("secrets/key.env"), format!("CHECKOUT_KEY={old}\n")).unwrap();
    overlap.by_hand(&set_status("waiting"));
    fs::write(overlap.path("m.yaml"), [TEAM, ROTATED_KEY, "  settings: {status: active}\n"].concat()).unwrap();
    let ran = overlap.at("2026-11-10T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && !ran.out.contains("is not delivered"), "{}{}", ran.out, ran.err);
    assert_eq!(fs::read_to_string(overlap.path("secrets/key.env")).unwrap(), new, "{}", ran.out);
}
