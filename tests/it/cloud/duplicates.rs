//! Objects of one name, which the service does not exclude, and keys of one value, which it refuses.

use serde_json::json;

use super::CUSTOM;
use super::area::World;
use super::quirks::FAST;
use crate::emulator::caller::Emulator;
use crate::emulator::caller::id;

const MANIFESTS: &str = "apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
apiVersion: keywright.dev/v1
kind: User
metadata: {name: ann}
spec: {email: ann@example.com, displayName: Ann, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: shop}
spec: {user: alice, description: Web shop}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: pay}
spec: {description: Payments}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: pay, description: Gold}
";

/// A key with the value of another application's.
const KIOSK: &str = "apiVersion: keywright.dev/v1
kind: Application
metadata: {name: kiosk}
spec: {user: alice}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: kiosk}
spec: {user: alice, application: kiosk, package: other, plan: basic, key: {custom: {env: TEST_KEY}}}
";

#[test]
fn objects_of_one_name_are_ambiguous_and_not_changed() {
    for (path, object) in
        [("members", "application/alice/shop"), ("packages", "package/pay"), ("plans", "plan/pay/gold")]
    {
        let emulator = Emulator::start(&["--quirk", "duplicate-names"]);
        let made = emulator.world();
        let (list, name) = match path {
            "members" => (format!("/members/{}/applications", made.member), "shop"),
            "packages" => ("/packages".to_owned(), "pay"),
            _ => (format!("/packages/{}/plans", made.package), "gold"),
        };
        emulator.post(&list, json!({"name": name})).ok();
        let world = World::new(MANIFESTS);
        world.point_at_url(&format!("http://{}", emulator.address()), FAST, "", "TEST_");
        let said = world.apply();
        assert!(said.exit == 6 && said.text.contains("error[CAM-049]"), "{object}: {} {}", said.exit, said.text);
        assert!(said.text.contains(object), "{object}: {}", said.text);
        let rows = emulator.get(&format!("{list}?fields=name,description")).ok();
        assert_eq!(rows, json!([{"name": name, "description": ""}, {"name": name, "description": ""}]), "{object}");
        // The others are done.
        assert_eq!(emulator.get("/members?filter=username:ann").header("x-total-count"), Some("1"), "{object}");
        let said = world.keywright(&["export"]);
        assert!(said.exit == 6 && said.text.contains(name), "{object}: {} {}", said.exit, said.text);
    }
}

#[test]
fn a_value_of_another_application_is_reported_before_and_explained_after() {
    let emulator = Emulator::start(&["--quirk", "shared-service-values"]);
    let made = emulator.world();
    let other = id(&emulator.post("/packages", json!({"name": "other", "plans": [{"name": "basic"}]})));
    let plans = emulator.get(&format!("/packages/{other}/plans?fields=id")).ok();
    for plan in
        [format!("{}/plans/{}", made.package, made.plan), format!("{other}/plans/{}", plans[0]["id"].as_str().unwrap())]
    {
        emulator.post(&format!("/packages/{plan}/services"), json!({"id": "fakeservice0000000000001"})).ok();
    }
    emulator.key(&made, json!({"apikey": CUSTOM})).ok();
    let world = World::new(KIOSK);
    world.point_at_url(&format!("http://{}", emulator.address()), FAST, "", "TEST_");
    let said = world.keywright(&["plan"]);
    let warning = "warning[CAM-085]: key/kiosk has the value of a key of application/alice/shop in package/pay";
    assert!(said.exit == 0 && said.text.contains(warning), "{}: {}", said.exit, said.text);
    let said = world.apply();
    assert!(said.exit == 6 && said.text.contains("[CAM-085]"), "{}: {}", said.exit, said.text);
    assert!(said.text.contains("whose plan shares a service with this one: choose another value"), "{}", said.text);
    assert_eq!(emulator.get("/packageKeys").header("x-total-count"), Some("1"));
    assert_eq!(emulator.get("/applications?filter=name:kiosk").header("x-total-count"), Some("1"));
}
