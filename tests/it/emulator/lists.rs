//! Lists: fields, filters, order, pages, totals.

use serde_json::Value as Json;
use serde_json::json;

use super::caller::Emulator;

fn names(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

fn with_packages(arguments: &[&str], names: &[&str]) -> Emulator {
    let emulator = Emulator::start(arguments);
    for (index, name) in names.iter().enumerate() {
        emulator
            .post("/packages", json!({"name": name, "keyLength": 20 - index, "description": format!("about {name}")}))
            .ok();
    }
    emulator
}

#[test]
fn without_fields_only_default_properties_are_returned() {
    let emulator = with_packages(&[], &["a"]);
    let list = emulator.get("/packages").ok();
    assert_eq!((list[0].get("name"), list[0].get("keyLength")), (Some(&json!("a")), None));
    let chosen = emulator.get("/packages?fields=name,%0A%20keyLength&fields=unknown").ok();
    assert_eq!(chosen, json!([{"name": "a", "keyLength": 20}]));
}

#[test]
fn filters_are_parts_and_all_must_be_met() {
    let emulator = with_packages(&[], &["ann", "joanna", "bob", "Ann"]);
    assert_eq!(names(&emulator.get("/packages?filter=name:ann&sort=name").ok()), ["ann", "joanna"]);
    let both = emulator.get("/packages?filter=name:ann&filter=description:jo");
    assert_eq!((names(&both.ok()), both.header("x-total-count")), (vec!["joanna"], Some("1")));
    assert_eq!(emulator.get("/packages?filter=nothing:x").ok(), json!([]));
    assert_eq!(emulator.get("/packages?filter=name").status, 400);
}

#[test]
fn filters_apply_to_nested_objects() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    emulator.key(&world, json!({"apikey": "fake-key-1"})).ok();
    let count = |filter: &str| {
        emulator.get(&format!("/packageKeys?filter={filter}")).header("x-total-count").unwrap().to_owned()
    };
    assert_eq!(count(&format!("package.id:{}", world.package)), "1");
    assert_eq!(count("package.id:nothing"), "0");
    assert_eq!(count("member.username:alice"), "1");
    assert_eq!(count("apikey:fake-key"), "1");
    let members =
        emulator.get("/members?filter=applications.name:shop&fields=username,applications.packageKeys.apikey").ok();
    assert_eq!(members, json!([{"username": "alice", "applications": [{"packageKeys": [{"apikey": "fake-key-1"}]}]}]));
    let below = emulator.get(&format!("/applications/{}/packageKeys?fields=id", world.application));
    assert_eq!(below.header("x-total-count"), Some("1"));
}

#[test]
fn pages_join_to_the_whole_in_the_order_that_is_asked_for() {
    let emulator = with_packages(&[], &["c", "a", "e", "b", "d"]);
    assert_eq!(names(&emulator.get("/packages?sort=name:desc").ok()), ["e", "d", "c", "b", "a"]);
    assert_eq!(names(&emulator.get("/packages?sort=keyLength&fields=name").ok()), ["d", "b", "e", "a", "c"]);
    let page = |offset: usize| emulator.get(&format!("/packages?sort=name&offset={offset}&limit=2"));
    let all: Vec<Json> = (0..3).flat_map(|number| page(number * 2).ok().as_array().unwrap().clone()).collect();
    assert_eq!(names(&Json::Array(all)), ["a", "b", "c", "d", "e"]);
    assert_eq!((page(4).header("x-total-count"), page(9).ok()), (Some("5"), json!([])));
    let by_id = emulator.get("/packages?sort=id&fields=id").ok();
    assert!(by_id.as_array().unwrap().is_sorted_by_key(|row| row["id"].as_str().unwrap()));
    assert_eq!(emulator.get("/packages?limit=0").ok(), json!([]));
    for wrong in ["limit=x", "offset=-1", "sort=name:up"] {
        assert_eq!(emulator.get(&format!("/packages?{wrong}")).status, 400, "{wrong}");
    }
}

#[test]
fn head_returns_the_total_without_a_body() {
    let emulator = with_packages(&[], &["a", "b"]);
    let head = emulator.ask("HEAD", "/packages?filter=name:a", None).unwrap();
    assert_eq!((head.status, head.header("x-total-count"), head.body.len()), (200, Some("1"), 0));
}

#[test]
fn an_order_that_was_kept_does_not_outlive_a_write() {
    let emulator = with_packages(&[], &["b", "c"]);
    assert_eq!(names(&emulator.get("/packages?sort=name").ok()), ["b", "c"]);
    emulator.post("/packages", json!({"name": "a"})).ok();
    assert_eq!(names(&emulator.get("/packages?sort=name").ok()), ["a", "b", "c"]);
}

#[test]
fn quirks_of_lists() {
    let five = &["a", "b", "c", "d", "e"];
    let emulator = with_packages(&["--quirk", "page-offset", "--quirk", "max-limit=2", "--quirk", "no-total"], five);
    let page = emulator.get("/packages?sort=name&offset=1&limit=1000");
    assert_eq!((names(&page.ok()), page.header("x-total-count")), (vec!["c", "d"], None));
    let emulator = with_packages(&["--quirk", "unstable-order"], five);
    assert_ne!(emulator.get("/packages").ok(), emulator.get("/packages").ok());
    assert_eq!(emulator.get("/packages?sort=id").ok(), emulator.get("/packages?sort=id").ok());
    let emulator = with_packages(&["--quirk", "no-star", "--quirk", "no-nested-fields"], five);
    assert_eq!(emulator.get("/packages?fields=*").status, 400);
    assert_eq!(emulator.get("/packages?fields=id,plans.id").status, 400);
    assert_eq!(emulator.get("/packages?fields=id,plans").status, 200);
}

#[test]
fn objects_inside_objects_have_the_properties_that_a_path_of_any_length_names() {
    let start = |quirks: &[&str]| {
        let emulator = Emulator::start(quirks);
        let world = emulator.world();
        emulator.key(&world, json!({"apikey": "fake-key-1"})).ok();
        emulator.post(&format!("/packages/{}/plans", world.package), json!({"name": "silver"})).ok();
        emulator
    };
    let emulator = start(&[]);
    let deep = "applications.packageKeys.member.applications.packageKeys.member.username";
    let members = emulator.get(&format!("/members?fields={deep}")).ok();
    assert!(members.to_string().contains("alice"), "{members}");
    assert_eq!(emulator.get(&format!("/members?fields={}", vec!["a"; 17].join("."))).status, 400);
    let packages = "/packages?fields=name,plans.name,plans.notes,plans.services.endpoints.methods.id";
    let plans = |emulator: &Emulator| emulator.get(packages).ok()[0].get("plans").cloned();
    let all = plans(&emulator).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(
        all[0].as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(),
        ["name", "notes", "services"]
    );
    assert_eq!(plans(&start(&["--quirk", "no-nested-plans"])), None);
    let plain = plans(&start(&["--quirk", "plain-nested-plans"])).unwrap();
    assert!(plain[0].get("notes").is_none() && plain[0].get("id").is_some(), "{plain}");
    let few = plans(&start(&["--quirk", "few-nested-plans=1"])).unwrap();
    assert_eq!(few.as_array().unwrap().len(), 1);
}
