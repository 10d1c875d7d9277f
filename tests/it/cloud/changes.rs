//! The area matches the manifests: objects are created, changed, moved and deleted over the wire.

use super::KEYS;
use super::MANIFESTS;
use super::OBJECTS;
use super::area::World;

/// Sends calls without a rate limit.
const FAST: &str = "{callsPerSecond: 1000}";

fn applied(world: &World, what: &str) {
    let said = world.apply();
    assert!(said.exit == 0, "{what}: {}\n{}", said.exit, said.text);
    world.assert_settled(what);
}

#[test]
fn declared_objects_are_created_once_and_delivered() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    let said = world.apply();
    assert!(said.text.contains(&format!("Applied: {OBJECTS} changes done.")), "{}", said.text);
    world.assert_settled("made");
    assert_eq!(world.keys(), KEYS);
    let delivered = std::fs::read_to_string(world.workspace().join("secrets/checkout.env")).unwrap();
    assert!(delivered.starts_with("CHECKOUT_KEY=chk_"));
    // The plan printed the fields that a create sent; only objects were written to.
    for request in area.requests().iter().filter(|request| matches!(request.method(), "PUT" | "DELETE")) {
        assert!(request.path().split('/').count() > 4, "{} {}", request.method(), request.path());
    }
}

#[test]
fn every_field_of_every_kind_can_be_changed() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    applied(&world, "made");
    let edits = [
        (
            "displayName: Alice, status: active, company: Example, roles: [Member]",
            "displayName: Alice B., status: active, company: \"\", phone: \"+1\", roles: []",
        ),
        ("description: Web checkout, tags: web, commercial: true", "description: \"\", tags: shop, commercial: false"),
        (
            "notifyAdminEmails: [a@example.com, b@example.com], eav: {team: pay}",
            "notifyAdminEmails: [c@example.com], keyLength: 30, eav: {team: pay, floor: \"3\"}",
        ),
        ("quota: {unlimited: true, keyOverride: true}", "quota: {calls: 700, per: month, keyOverride: true}"),
        ("expires: 2027-06-30", "expires: 2027-07-31"),
        (
            "settings: {status: active, throttle: 50, quota: unlimited}",
            "settings: {status: active, throttle: plan, quota: 30}",
        ),
        ("plan: silver\n  key", "plan: gold\n  key"),
        ("settings: {status: disabled}", "settings: {status: active}"),
    ];
    let mut manifests = MANIFESTS.to_owned();
    for (before, after) in edits {
        assert!(manifests.contains(before), "{before}");
        manifests = manifests.replace(before, after);
        world.write(&manifests);
        // For limits below half, and for the key that is disabled.
        let allow = ["plan/payments/gold", "key/checkout-production", "key/checkout-partner"];
        let allow: Vec<String> = allow.iter().map(|address| format!("--allow={address}")).collect();
        let arguments: Vec<&str> =
            ["apply", "--auto-approve"].into_iter().chain(allow.iter().map(String::as_str)).collect();
        let said = world.keywright(&arguments);
        assert!(said.exit == 0, "{after}: {}\n{}", said.exit, said.text);
        world.assert_settled(after);
    }
    assert_eq!(world.keys(), KEYS);
}

#[test]
fn a_renamed_object_keeps_its_keys() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    applied(&world, "made");
    let renamed = MANIFESTS
        .replace("metadata: {name: gold}", "metadata: {name: platinum, previously: [gold]}")
        .replace("plan: gold", "plan: platinum")
        .replace("metadata: {name: payments}", "metadata: {name: wallet, previously: [payments]}")
        .replace("package: payments", "package: wallet")
        .replace("metadata: {name: checkout}", "metadata: {name: till, previously: [checkout]}")
        .replace("application: checkout", "application: till")
        .replace("throttle: 50", "throttle: 60");
    world.write(&renamed);
    applied(&world, "renamed");
    assert_eq!(world.keys(), KEYS);
}

#[test]
fn a_key_moves_with_its_value() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    applied(&world, "made");
    let before = value_of_custom(&world);
    let moved = MANIFESTS.replace(
        "package: payments\n  plan: silver\n  key: {custom: {env: TEST_KEY}}",
        "package: ledger\n  plan: basic\n  key: {custom: {env: TEST_KEY}}",
    );
    world.write(&moved);
    let said = world.apply();
    assert_eq!(said.exit, 4, "{}", said.text);
    let said = world.keywright(&["apply", "--auto-approve", "--allow", "key/checkout-partner"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    world.assert_settled("moved to another package");
    let moved = moved.replace(
        "user: alice\n  application: checkout\n  package: ledger\n  plan: basic\n  key: {custom",
        "user: ann\n  application: kiosk\n  package: ledger\n  plan: basic\n  key: {custom",
    );
    world.write(&moved);
    let said = world.keywright(&["apply", "--auto-approve", "--allow", "key/checkout-partner"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    world.assert_settled("moved to another application");
    assert_eq!((world.keys(), value_of_custom(&world)), (KEYS, before));
}

fn value_of_custom(world: &World) -> u32 {
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    connection
        .query_row("SELECT count(*) FROM package_keys WHERE value = ?1", [super::CUSTOM], |row| row.get(0))
        .unwrap()
}

#[test]
fn owned_undeclared_objects_are_deleted_bottom_up() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    let owns = "  ownership: {users: all, applications: all, packages: all, plans: all, packageKeys: all}\n";
    world.point_at(&area, FAST, owns);
    applied(&world, "made");
    let first = MANIFESTS.split("---\n").next().unwrap();
    world.write(first);
    let allowed = ["--allow", "user/ann", "--allow", "application/alice/checkout", "--allow", "application/ann/kiosk"];
    let arguments = [&["apply", "--auto-approve", "--prune", "--max-delete", "100%"][..], &allowed[..]].concat();
    let said = world.keywright(&arguments);
    assert_eq!(said.exit, 0, "{}", said.text);
    world.assert_settled("deleted");
    assert_eq!(world.keys(), 0);
    assert!(area.requests().iter().all(|request| request.method() != "DELETE" || request.status() == 200));
}

#[test]
fn an_object_that_changed_in_the_meantime_is_stale() {
    let world = World::new(MANIFESTS);
    // The last check is the only GET of a single member, so another client's change is simulated there.
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    applied(&world, "made");
    drop(area);
    let area = world.area(&["--fault", "status-404@GET:/members/*"]);
    world.point_at(&area, FAST, "");
    world.write(&MANIFESTS.replace("displayName: Ann,", "displayName: Ann C.,"));
    let said = world.apply();
    assert!(said.exit == 5 && said.text.contains("stale"), "{}: {}", said.exit, said.text);
}

/// The examples that users start from, applied over the wire: the area must match the embedded store.
#[test]
fn an_area_is_exported_as_the_embedded_store_is() {
    for example in ["quickstart", "payments-platform"] {
        let exports = [false, true].map(|is_remote| {
            let world = World::of_example(example);
            let area = world.area(&[]);
            if is_remote {
                world.name_store(&area, FAST);
            }
            let said = world.apply();
            assert_eq!(said.exit, 0, "{example}: {}", said.text);
            world.assert_settled(example);
            world.keywright(&["export"]).text
        });
        let [embedded, remote] = exports.map(|text| without_ids(&text));
        assert!(embedded.len() >= 6 && embedded.len() == remote.len());
        let differ = embedded.iter().zip(&remote).find(|(a, b)| a != b);
        assert!(differ.is_none(), "{example}: {differ:?}");
    }
}

/// A runner with nothing but what was committed: no database, no files of values, and at first no key for fingerprints.
#[test]
fn a_fresh_checkout_of_a_settled_example_has_nothing_to_do() {
    let (pipeline, fresh) = (World::of_example("payments-platform"), World::of_example("payments-platform"));
    let area = pipeline.area(&[]);
    for world in [&pipeline, &fresh] {
        world.name_store(&area, FAST);
        // Keys of MFT have no place of delivery.
        let settings = world.workspace().join("keywright.yaml");
        let text = std::fs::read_to_string(&settings).unwrap();
        std::fs::write(&settings, text.replace("[catalog, teams, keys, transfer]", "[catalog, teams, keys]")).unwrap();
    }
    let said = pipeline.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    pipeline.assert_settled("the pipeline");
    assert!(!fresh.workspace().join("sealed").exists());
    super::area::copy(&pipeline.workspace().join("sealed"), &fresh.workspace().join("sealed"));
    let key = std::fs::read_to_string(pipeline.workspace().join(".keywright/fingerprint.key")).unwrap();
    for key in [None, Some(key)] {
        if let Some(key) = &key {
            std::fs::create_dir_all(fresh.workspace().join(".keywright")).unwrap();
            std::fs::write(fresh.workspace().join(".keywright/fingerprint.key"), key).unwrap();
        }
        let before = area.requests().len();
        fresh.assert_settled("a fresh checkout");
        let said = fresh.apply();
        assert!(said.exit == 0 && said.text.contains("Nothing to do"), "{}: {}", said.exit, said.text);
        let requests = area.requests();
        let is_read = |request: &super::area::Request| request.method() == "GET" || request.path().ends_with("/token");
        assert!(requests.iter().skip(before).all(is_read), "only reads");
        assert!(!fresh.workspace().join("secrets").exists(), "no value is written");
        // Without the key, what the encrypted files hold is unknown, too.
        assert_eq!(said.text.contains("wallet-app-sandbox"), key.is_none(), "{}", said.text);
    }
}

/// The exported documents without what differs from store to store: the ids, and the labels, which follow their order.
pub(crate) fn without_ids(export: &str) -> Vec<String> {
    let is_own = |line: &&str| !line.contains("existing: ") && !line.starts_with("  name: ");
    let documents =
        export.split("---\n").map(|document| document.lines().filter(is_own).collect::<Vec<_>>().join("\n"));
    let mut documents: Vec<String> = documents.collect();
    documents.sort();
    documents
}
