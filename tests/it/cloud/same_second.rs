//! Another run creates keys for the same manifests in the same second, does not see those of this run, and keeps its own.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value as Json;

use super::area::World;
use crate::proxy::Answer;
use crate::proxy::Request;
use crate::proxy::ask;
use crate::proxy::between;
use crate::team::TEAM;

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn manifests() -> String {
    let key = |name: &str| {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: {name}}}\nspec: {{user: alice, \
             application: checkout, package: payments, plan: gold, key: {{generate: {{prefix: {name}_}}}}, deliver: [{{file: \
             secrets/{name}.env, as: KEY}}]}}\n"
        )
    };
    TEAM.to_owned() + &NAMES.map(key).concat()
}

/// The same create with the value of another run.
fn rival_of(call: &Request) -> Request {
    let mut body: Json = serde_json::from_str(&call.body).unwrap();
    let prefix = body["apikey"].as_str().unwrap()[..2].to_owned();
    body["apikey"] = Json::from(format!("{prefix}key-of-another-run"));
    call.instead("POST", &body.to_string())
}

/// What deletes the only key that is left.
fn delete_of_the_last(call: &Request, pass_on: &dyn Fn(&Request) -> Answer) -> Request {
    let (mut list, mut delete) = (call.instead("GET", ""), call.instead("DELETE", ""));
    "/v3/rest/packageKeys?fields=id".clone_into(&mut list.target);
    let keys: Json = serde_json::from_str(&pass_on(&list).body).unwrap();
    delete.target = format!("/v3/rest/packageKeys/{}", keys[0]["id"].as_str().unwrap());
    delete
}

/// Creates the key of this run and then one with another value, again and again until both are of the same second.
fn both(call: &Request, other: &Request, pass_on: &dyn Fn(&Request) -> Answer) -> Answer {
    loop {
        let answers = [call, other].map(pass_on);
        let keys = answers.each_ref().map(|answer| serde_json::from_str::<Json>(&answer.body).unwrap());
        if keys[0]["created"] == keys[1]["created"] {
            return answers.into_iter().next().unwrap();
        }
        for key in keys {
            let mut delete = call.instead("DELETE", "");
            delete.target = format!("/v3/rest/packageKeys/{}", key["id"].as_str().unwrap());
            assert_eq!(pass_on(&delete).status(), 200);
        }
    }
}

#[test]
fn a_key_that_another_run_keeps_is_used() {
    let world = World::new(&manifests());
    let area = world.area(&[]);
    let url = between(&area.url, |call, pass_on| {
        if !call.is("POST", "/packageKeys") {
            return pass_on(&call);
        }
        both(&call, &rival_of(&call), pass_on)
    });
    world.point_at_url(&url, "{callsPerSecond: 1000, visibilityLag: 1s, concurrency: 1}", "", "TEST_");
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    for name in NAMES {
        let of_name = "SELECT value FROM package_keys WHERE value LIKE ?1 || '\\_%' ESCAPE '\\'";
        let mut statement = connection.prepare(of_name).unwrap();
        let live: Vec<String> = statement.query_map([name], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(live, [format!("{name}_key-of-another-run")]);
        let delivered = std::fs::read_to_string(world.workspace().join(format!("secrets/{name}.env"))).unwrap();
        assert_eq!(delivered.trim(), format!("KEY={}", live[0]));
    }
    world.assert_settled("after the rivals");
}

/// The manifests of the first key.
fn manifests_of_one() -> String {
    manifests().split("---\n").take(5).collect::<Vec<_>>().join("---\n")
}

/// A key whose value is another one than in the answer is not the only one because of that.
#[test]
fn a_key_with_an_altered_answer_also_has_rivals() {
    for (generated, exit) in [("generate: {by: store}", 6), ("generate: {prefix: a_}", 0)] {
        let world = World::new(&manifests_of_one().replace("generate: {prefix: a_}", generated));
        let area = world.area(&[]);
        let url = between(&area.url, |call, pass_on| {
            if !call.is("POST", "/packageKeys") {
                return pass_on(&call);
            }
            let is_minted = call.body.contains("apikey");
            let other = if is_minted { rival_of(&call) } else { call.clone() };
            // The other run was first.
            let _ = pass_on(&other);
            std::thread::sleep(Duration::from_millis(1_100));
            let answer = pass_on(&call);
            let mut body: Json = serde_json::from_str(&answer.body).unwrap();
            body["apikey"] = Json::from("a_another-value-00000001");
            answer.with_body(body.to_string())
        });
        world.point_at_url(&url, "{callsPerSecond: 1000, visibilityLag: 1s, concurrency: 1}", "", "TEST_");
        let said = world.apply();
        assert_eq!(said.exit, exit, "{}", said.text);
        let delivered = std::fs::read_to_string(world.workspace().join("secrets/a.env"));
        if exit == 0 {
            assert!(world.keys() == 1 && delivered.unwrap().trim() == "KEY=a_key-of-another-run", "{}", said.text);
        } else {
            assert!(delivered.is_err() && said.text.contains("delete the others in the store"), "{}", said.text);
        }
    }
}

/// The other run gives way in the same moment: then no key is left, and the dead value is not delivered.
#[test]
fn a_key_that_is_gone_when_this_run_has_given_way_is_not_delivered() {
    let world = World::new(&manifests_of_one());
    let area = world.area(&[]);
    let gives_way = AtomicBool::new(true);
    let url = between(&area.url, move |call, pass_on| {
        let is_rival = gives_way.load(Ordering::SeqCst);
        if is_rival && call.is("POST", "/packageKeys") {
            return both(&call, &rival_of(&call), pass_on);
        }
        let answer = pass_on(&call);
        if call.is("DELETE", "/packageKeys/") && gives_way.swap(false, Ordering::SeqCst) {
            assert_eq!(pass_on(&delete_of_the_last(&call, pass_on)).status(), 200);
        }
        answer
    });
    world.point_at_url(&url, "{callsPerSecond: 1000, visibilityLag: 1s, concurrency: 1}", "", "TEST_");
    let said = world.apply();
    assert!(said.exit != 0 && said.text.contains("both runs deleted their own"), "{}", said.text);
    assert!(world.keys() == 0 && !world.workspace().join("secrets/a.env").exists(), "{}", said.text);
    let said = world.apply();
    assert!(said.exit == 0 && world.keys() == 1, "{}", said.text);
    world.assert_settled("after the rivals");
}

/// The other run has asked for the key of this run before this run gave way, and is slow to delete its own.
#[test]
fn a_key_whose_slow_run_gives_way_later_is_not_delivered() {
    let world = World::new(&manifests_of_one());
    let area = world.area(&[]);
    let (gives_way, url_of_area) = (AtomicBool::new(true), area.url.clone());
    let url = between(&area.url, move |call, pass_on| {
        if call.is("POST", "/packageKeys") && gives_way.load(Ordering::SeqCst) {
            return both(&call, &rival_of(&call), pass_on);
        }
        let answer = pass_on(&call);
        if call.is("DELETE", "/packageKeys/") && gives_way.swap(false, Ordering::SeqCst) {
            let (delete, url) = (delete_of_the_last(&call, pass_on), url_of_area.clone());
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(3));
                assert_eq!(ask(&url, &delete).unwrap().status(), 200);
            });
        }
        answer
    });
    world.point_at_url(&url, "{callsPerSecond: 1000, visibilityLag: 1s, concurrency: 1}", "", "TEST_");
    let said = world.apply();
    assert!(said.exit != 0 && said.text.contains("both runs deleted their own"), "{}", said.text);
    assert!(world.keys() == 0 && !world.workspace().join("secrets/a.env").exists(), "{}", said.text);
    let said = world.apply();
    assert!(said.exit == 0 && world.keys() == 1, "{}", said.text);
    world.assert_settled("after the rivals");
}

/// The list still shows an older key whose run has given way. Deleting the own key as well would leave none.
#[test]
fn a_run_does_not_give_way_to_a_key_that_is_gone() {
    let world = World::new(&manifests_of_one());
    let area = world.area(&[]);
    let url = between(&area.url, |call, pass_on| {
        let answer = pass_on(&call);
        if !(call.is("GET", "/packageKeys?") && answer.body.contains("\"a_")) {
            return answer;
        }
        let mut rows: Vec<Json> = serde_json::from_str(&answer.body).unwrap();
        let mut gone = rows[0].clone();
        gone["id"] = Json::from("00000000-0000-4000-8000-000000000001");
        gone["apikey"] = Json::from("a_key-that-is-gone");
        rows.push(gone);
        let count = rows.len().to_string();
        answer.with_body(Json::from(rows).to_string()).with_header("X-Total-Count", &count)
    });
    world.point_at_url(&url, "{callsPerSecond: 1000, visibilityLag: 1s, concurrency: 1}", "", "TEST_");
    let said = world.apply();
    assert!(said.exit == 0 && world.keys() == 1, "{}", said.text);
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    let live: String = connection.query_row("SELECT value FROM package_keys", [], |row| row.get(0)).unwrap();
    let delivered = std::fs::read_to_string(world.workspace().join("secrets/a.env")).unwrap();
    assert_eq!(delivered.trim(), format!("KEY={live}"));
}
