//! A saved plan over the wire: only its writes, and none to objects that another client has changed since.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use super::MANIFESTS;
use super::area::Said;
use super::area::World;
use crate::proxy::Answer;
use crate::proxy::between;

const FAST: &str = "{callsPerSecond: 1000}";

/// The changes in the plan: a rename, updates, and a key of the renamed application.
fn edited() -> String {
    let edits = [
        ("displayName: Alice,", "displayName: Alice B.,"),
        ("metadata: {name: checkout}", "metadata: {name: shop, previously: [checkout]}"),
        ("application: checkout", "application: shop"),
        ("description: Bookings", "description: Ledger"),
        ("calls: 900, per: hour", "calls: 700, per: hour"),
    ];
    let more = "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: shop-sandbox}\nspec: {user: alice, \
                application: shop, package: ledger, plan: basic, key: {generate: {prefix: sbx_}}}\n";
    // The store generates this key without a prefix that could distinguish it from the new one.
    let mut manifests = MANIFESTS.rsplit_once("---").unwrap().0.to_owned() + more;
    for (before, after) in edits {
        assert!(manifests.contains(before), "{before}");
        manifests = manifests.replace(before, after);
    }
    manifests
}

fn saved(world: &World) -> String {
    world.write(&edited());
    let file = world.path().join("plan").to_str().unwrap().to_owned();
    // The manifest of another key of the application is gone at the same time (KW-149).
    let said = world.keywright(&["plan", "--out", &file, "--allow", "key/shop-sandbox"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    file
}

fn apply(world: &World, file: &str, more: &[&str]) -> Said {
    world.keywright(&[&["apply", file], more, &["-f"]].concat())
}

#[test]
fn a_saved_plan_makes_its_writes_and_no_others() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    assert_eq!(world.apply().exit, 0);
    let file = saved(&world);
    let before = area.requests().len();
    let said = apply(&world, &file, &["--strict"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    let requests = area.requests();
    let writes = requests[before..].iter().filter(|request| request.path() != "/v3/token" && request.method() != "GET");
    let mut writes: Vec<&str> = writes.map(super::area::Request::method).collect();
    writes.sort_unstable();
    assert_eq!(writes, ["POST", "PUT", "PUT", "PUT", "PUT"], "{}", said.text);
    world.assert_settled("the plan");
    let again = apply(&world, &file, &[]);
    assert!(again.exit == 0 && again.text.contains("was applied in run 2"), "{}", again.text);
}

/// The first try of the job made all changes and could not verify them.
#[test]
fn a_repeated_job_verifies_what_the_first_try_could_not() {
    let world = World::new(&MANIFESTS.replace("Web checkout", "Checkout of the web shop"));
    let area = world.area(&[]);
    let is_broken = Arc::new(AtomicBool::new(false));
    let (breaks, was_written) = (Arc::clone(&is_broken), AtomicBool::new(false));
    let url = between(&area.url, move |request, pass_on| {
        was_written.fetch_or(request.method == "PUT", Ordering::SeqCst);
        if request.method == "GET" && breaks.load(Ordering::SeqCst) && was_written.load(Ordering::SeqCst) {
            return Answer::of(500, "{}");
        }
        pass_on(&request)
    });
    world.point_at_url(&url, FAST, "", "TEST_");
    assert_eq!(world.apply().exit, 0);
    world.write(&MANIFESTS.replace("Web checkout", "The checkout"));
    let file = world.path().join("plan").to_str().unwrap().to_owned();
    assert_eq!(world.keywright(&["plan", "--out", &file]).exit, 0);
    is_broken.store(true, Ordering::SeqCst);
    let said = apply(&world, &file, &[]);
    assert!(said.exit == 9 && said.text.contains("1 unverified"), "{}", said.text);
    is_broken.store(false, Ordering::SeqCst);
    // Someone changes it before the job is repeated, and then back.
    let database = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    let set = |from: &str, to: &str| {
        let sql = "UPDATE applications SET attributes = replace(attributes, ?1, ?2) WHERE name = 'checkout'";
        assert_eq!(database.execute(sql, [from, to]).unwrap(), 1);
    };
    set("The checkout", "Another text");
    let said = apply(&world, &file, &[]);
    assert!(said.exit == 9 && !said.text.contains("stale"), "{}", said.text);
    assert!(said.text.contains("could not verify application/alice/checkout"), "{}", said.text);
    let json = apply(&world, &file, &["--format", "json"]);
    assert!(json.exit == 9 && json.text.contains(r#""outcome": "unverified""#), "{}", json.text);
    set("Another text", "The checkout");
    let said = apply(&world, &file, &[]);
    assert!(said.exit == 0 && said.text.contains("was applied in run 2"), "{}", said.text);
    let said = world.here(&["runs", "show", "2"]);
    assert!(said.text.contains("done ") && !said.text.contains("unverified"), "{}", said.text);
}

#[test]
fn only_objects_that_changed_in_the_meantime_are_stale() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    assert_eq!(world.apply().exit, 0);
    let file = saved(&world);
    world.write(&MANIFESTS.replace("calls: 900, per: hour", "calls: 800, per: hour"));
    assert_eq!(world.apply().exit, 0);
    world.write(&edited());
    let before = area.requests().len();
    let refused = apply(&world, &file, &["--strict"]);
    assert_eq!(refused.exit, 5, "{}", refused.text);
    let writes = area.requests()[before..].iter().filter(|r| matches!(r.method(), "PUT" | "DELETE")).count();
    assert_eq!(writes, 0, "{}", refused.text);
    let said = apply(&world, &file, &[]);
    assert!(said.exit == 5 && said.text.contains("stale    ~ plan/payments/silver"), "{}", said.text);
    assert!(said.text.contains("Applied: 4 done, 1 stale."), "{}", said.text);
}

#[test]
fn an_application_that_moved_to_another_user_is_not_changed() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    assert_eq!(world.apply().exit, 0);
    let before = MANIFESTS.replace("Web checkout", "Checkout of the web shop");
    world.write(&before);
    let file = world.path().join("plan").to_str().unwrap().to_owned();
    assert_eq!(world.keywright(&["plan", "--out", &file]).exit, 0);
    let host = area.url.clone();
    drop(area);
    let database = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    let give = "UPDATE applications SET user = (SELECT row FROM users WHERE username = 'ann') WHERE name = 'checkout'";
    assert_eq!(database.execute(give, []).unwrap(), 1);
    drop(database);
    // The emulator is a new process on another port.
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    let host_of = |url: &str| url.split('/').nth(2).unwrap().to_owned();
    let text = std::fs::read_to_string(&file).unwrap().replace(&host_of(&host), &host_of(&area.url));
    std::fs::write(&file, keywright::saved_plan::sealed(text.as_bytes()).unwrap()).unwrap();
    let said = apply(&world, &file, &[]);
    assert_eq!(said.exit, 5, "{}", said.text);
    assert!(said.text.contains("application/alice/checkout has changed since the plan was made"), "{}", said.text);
    assert!(!area.requests().iter().any(|request| request.method() == "PUT"), "{}", said.text);
}
