//! What is delivered is what lives, whatever a proxy or a trigger does to the value of a new key.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use serde_json::Value as Json;

use super::CUSTOM;
use super::area::Area;
use super::area::World;
use crate::proxy::Answer;
use crate::proxy::Request;
use crate::proxy::between;
use crate::team::TEAM;

const FAST: &str = "{callsPerSecond: 1000, visibilityLag: 1s}";

/// A world with one key, whose value comes from `source`.
fn one_key(source: &str) -> World {
    World::new(&format!(
        "{TEAM}---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: checkout}}\nspec: {{user: alice, \
         application: checkout, package: payments, plan: gold, key: {source}, deliver: [{{file: secrets/checkout.env, as: \
         KEY}}]}}\n"
    ))
}

/// The text with another value of `apikey`.
fn with_value(text: &str, value: &str) -> String {
    let mut json: Json = serde_json::from_str(text).unwrap();
    json["apikey"] = Json::from(value);
    json.to_string()
}

fn is_create(request: &Request) -> bool {
    request.is("POST", "/packageKeys")
}

/// Uses the area through a proxy that replaces the value of every new key in the request, the answer, or both.
fn through(world: &World, area: &Area, request: Option<&'static str>, answer: Option<&'static str>) {
    let url = between(&area.url, move |mut call, pass_on| {
        if !is_create(&call) {
            return pass_on(&call);
        }
        if let Some(value) = request {
            call.body = with_value(&call.body, value);
        }
        let given = pass_on(&call);
        let altered = answer.map(|value| with_value(&given.body, value));
        match altered {
            Some(body) => given.with_body(body),
            None => given,
        }
    });
    world.point_at_url(&url, FAST, "", "TEST_");
}

/// The values of all keys in the area.
fn live(world: &World) -> Vec<String> {
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    let mut statement = connection.prepare("SELECT value FROM package_keys").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn delivered(world: &World) -> Option<String> {
    let text = std::fs::read_to_string(world.workspace().join("secrets/checkout.env")).ok()?;
    Some(text.trim().trim_start_matches("KEY=").trim_matches(['\'', '"']).to_owned())
}

#[test]
fn a_value_without_the_prefix_is_not_delivered_and_no_second_key_is_created() {
    for source in ["{generate: {prefix: chk_}}", "{generate: {}}", "{custom: {env: TEST_KEY}}"] {
        let world = one_key(source);
        let area = world.area(&[]);
        through(&world, &area, Some("altered-value-that-is-not-real"), None);
        let said = world.apply();
        assert!(said.exit == 6 && said.text.contains("CAM-069"), "{source}: {}: {}", said.exit, said.text);
        assert!(!said.text.contains("altered-value"), "{}", said.text);
        for _ in 0..4 {
            let said = world.apply();
            assert!(said.exit != 0 && said.text.contains("CAM-069"), "{source}: {}: {}", said.exit, said.text);
            assert!(said.text.contains("run 1 created key/"), "{}", said.text);
        }
        assert_eq!(live(&world), ["altered-value-that-is-not-real"], "{source}");
        assert_eq!(delivered(&world), None, "{source}");
        // Once the altered key is deleted, the next apply creates the key.
        let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
        connection.execute("DELETE FROM package_keys", []).unwrap();
        drop((connection, area));
        let area = world.area(&[]);
        world.point_at(&area, FAST, "");
        let said = world.apply();
        assert_eq!(said.exit, 0, "{source}: {}", said.text);
        assert_eq!(Some(live(&world)), delivered(&world).map(|value| vec![value]), "{source}");
        world.assert_settled(source);
    }
}

#[test]
fn an_altered_value_by_which_the_key_is_found_is_delivered() {
    let world = one_key("{generate: {prefix: chk_}}");
    let area = world.area(&[]);
    through(&world, &area, Some("chk_altered-value-not-real"), None);
    let said = world.apply();
    assert!(said.exit == 9 && said.text.contains("kept its own value for `key`"), "{}: {}", said.exit, said.text);
    assert_eq!(delivered(&world).as_deref(), Some("chk_altered-value-not-real"));
    assert_eq!(live(&world), ["chk_altered-value-not-real"]);
    world.assert_settled("altered");
}

/// The first create landed with the right value and without an answer, and the second one with another value.
#[test]
fn an_altered_repetition_makes_no_second_key() {
    let world = one_key("{generate: {prefix: chk_}}");
    // Otherwise the key is found before it is sent again.
    let area = world.area(&["--quirk", "late-lists=2"]);
    let creates = AtomicUsize::new(0);
    let url = between(&area.url, move |mut call, pass_on| {
        match is_create(&call).then(|| creates.fetch_add(1, Ordering::SeqCst)) {
            Some(0) => {
                pass_on(&call);
                return Answer::lost();
            }
            Some(_) => call.body = with_value(&call.body, "chk_altered-value-not-real"),
            None => {}
        }
        pass_on(&call)
    });
    // The list shows the keys long before the end of this window, also on a slow machine.
    world.point_at_url(&url, "{callsPerSecond: 1000, visibilityLag: 20s}", "", "TEST_");
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    assert_eq!(Some(live(&world)), delivered(&world).map(|value| vec![value]), "{}", said.text);
    assert_ne!(live(&world), ["chk_altered-value-not-real"]);
    world.assert_settled("altered repetition");
}

#[test]
fn an_answer_that_hides_the_altered_value_is_not_believed() {
    let world = one_key("{custom: {env: TEST_KEY}}");
    let area = world.area(&[]);
    through(&world, &area, Some("altered-value-that-is-not-real"), Some(CUSTOM));
    let said = world.apply();
    assert!(said.exit == 6 && said.text.contains("CAM-069"), "{}: {}", said.exit, said.text);
    let said = world.apply();
    assert!(said.exit != 0 && said.text.contains("CAM-069"), "{}: {}", said.exit, said.text);
    assert_eq!(world.keys(), 1);
}

#[test]
fn a_wrong_answer_does_not_change_what_is_delivered() {
    for (source, exit) in [("{generate: {prefix: chk_}}", 0), ("{generate: {by: store}}", 9)] {
        let world = one_key(source);
        let area = world.area(&[]);
        through(&world, &area, None, Some("altered-value-that-is-not-real"));
        let said = world.apply();
        assert_eq!(said.exit, exit, "{source}: {}", said.text);
        assert_eq!(Some(live(&world)), delivered(&world).map(|value| vec![value]), "{source}");
        world.assert_settled(source);
    }
}

/// The address of a proxy before the area that shows the values of all keys only masked.
fn masking(area: &Area, masked: &'static str) -> String {
    between(&area.url, move |call, pass_on| {
        let given = pass_on(&call);
        let Ok(mut json) = serde_json::from_str::<Json>(&given.body) else { return given };
        let rows: Vec<&mut Json> = match &mut json {
            Json::Array(rows) => rows.iter_mut().collect(),
            one => vec![one],
        };
        for row in rows.into_iter().filter(|row| row.get("apikey").is_some()) {
            row["apikey"] = Json::from(masked);
        }
        given.with_body(json.to_string())
    })
}

const MASKS: [&str; 3] = ["chk_****", "****", "****3c1f"];

/// What a store shows instead of a value is no value to deliver.
#[test]
fn a_store_that_masks_values_gets_no_second_key_and_no_mask_is_delivered() {
    for (masked, source) in MASKS
        .map(|masked| (masked, "{generate: {prefix: chk_}}"))
        .into_iter()
        .chain([("chk_****", "{generate: {by: store}}")])
    {
        let world = one_key(source);
        let area = world.area(&["--now", "2026-11-21T12:00:00Z"]);
        world.point_at_url(&masking(&area, masked), FAST, "", "TEST_");
        for run in 1..=3 {
            let said = world.apply();
            let what = format!("{masked} {source} {run}: {}\n{}", said.exit, said.text);
            assert!(said.exit != 0 && said.exit != 9, "{what}");
            assert!(run > 1 || said.text.contains("shows the value of the"), "{what}");
            assert_eq!(live(&world).len(), 1, "{what}");
            let file = std::fs::read_to_string(world.workspace().join("secrets/checkout.env")).unwrap_or_default();
            assert!(!file.contains('*'), "{what}: {file}");
        }
    }
}

/// The successor of a key whose callers have its value.
#[test]
fn a_mask_is_not_written_over_the_value_of_a_key_that_works() {
    for masked in MASKS {
        let world = World::new(&[TEAM, crate::team::ROTATED_KEY].concat());
        let area = world.area(&["--now", "2026-11-21T12:00:00Z"]);
        world.point_at(&area, FAST, "");
        assert_eq!(world.apply().exit, 0);
        let file = || std::fs::read_to_string(world.workspace().join("secrets/key.env")).unwrap();
        let before = file();
        world.point_at_url(&masking(&area, masked), FAST, "", "TEST_");
        let commands: [&[&str]; 4] = [
            &["apply", "--auto-approve"],
            &["apply", "--auto-approve", "--deliver", "key/production"],
            &["rotate", "key/production", "--auto-approve", "--filename"],
            &["apply", "--auto-approve"],
        ];
        for command in commands {
            let said = world.keywright(command);
            assert_eq!(file(), before, "{masked} {command:?}: {}\n{}", said.exit, said.text);
        }
        assert!(live(&world).len() <= 2, "{masked}");
    }
}
