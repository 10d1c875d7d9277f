//! Every quirk of the API and every open question about it: the area matches the manifests, or one clear sentence
//! explains why not.

use super::KEYS;
use super::MANIFESTS;
use super::area::World;

pub(super) const FAST: &str = "{callsPerSecond: 1000, visibilityLag: 1s, pageSize: 2}";

/// Quirks that the client handles.
pub(super) const SETTLES: &[&str] = &[
    "late-visibility",
    "bare-errors",
    "custom-attributes-with-fields",
    "status-ignored-on-create",
    "deleted-keys-count",
    "null-limits",
    "numeric-template-ids",
    "internal-member",
    "disable-removes-keys",
    "page-offset",
    "max-limit=3",
    "email-ignored",
    "display-name-ignored",
    "profile-create-only",
    "case-folding",
    "global-key-values",
    "cascading-deletes",
    "expires-with-time",
    "expires-keeps-on-null",
    "expires-keeps-on-empty",
    "plan-change-resets-limits",
    "plan-change-resets-expiry",
    "inactive-plan-refuses",
    "maximum-enforced",
    "plan-maximum-enforced",
    "review-enforced",
    "self-service-ignored",
    "text-error-code",
    "expired-keys-disabled",
    "no-star",
    "no-nested-fields",
    "plain-nested-plans",
    "no-nested-plans",
    "few-nested-plans=1",
    "unstable-order",
    "unlimited-in-limits",
    "platform-user",
    "trimmed-texts",
    "shared-service-values",
    "duplicate-names",
    "empty-status-refused",
    "application-with-keys-refused",
    "filter-any",
    "null-created",
    "trigger-vetoes",
    "answers-repeat",
    "weekly-quotas",
];

/// Quirks that make a declared object impossible, with the expected message.
pub(super) const SAYS: &[(&str, &str)] =
    &[("secret-required", "secret"), ("no-total", "X-Total-Count"), ("mandatory-attribute", "costCentre")];

#[test]
fn the_area_matches_the_manifests_under_every_quirk() {
    for quirk in SETTLES {
        let world = World::new(MANIFESTS);
        let area = world.area(&["--quirk", quirk]);
        world.point_at(&area, FAST, "");
        let said = world.apply();
        assert_eq!(said.exit, 0, "{quirk}: {}", said.text);
        world.assert_settled(quirk);
        assert_eq!(world.keys(), KEYS, "{quirk}");
    }
}

/// New objects are missing from the next list, so a plan right after an apply would create them again. The second plan
/// sees them.
#[test]
fn a_list_that_is_late_is_only_late() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--quirk", "late-lists"]);
    world.point_at(&area, FAST, "");
    assert_eq!(world.apply().exit, 0);
    let _ = world.keywright(&["plan"]);
    let _ = world.keywright(&["plan"]);
    world.assert_settled("late-lists");
}

#[test]
fn impossible_declarations_are_reported() {
    for (quirk, expected) in SAYS {
        let world = World::new(MANIFESTS);
        let area = world.area(&["--quirk", quirk]);
        world.point_at(&area, FAST, "");
        let said = world.apply();
        assert!(said.exit != 0 && said.text.contains(expected), "{quirk}: {} {}", said.exit, said.text);
    }
}

#[test]
fn a_trigger_that_alters_is_reported_and_does_not_stop_the_run() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--quirk", "trigger-alters"]);
    world.point_at(&area, FAST, "");
    let said = world.apply();
    assert_eq!(said.exit, 9, "{}", said.text);
    assert!(
        said.text.contains("the store kept its own value for `company`") && said.text.contains("CAM-054"),
        "{}",
        said.text
    );
    assert_eq!(world.keys(), KEYS);
}

#[test]
fn one_verification_finds_what_the_answers_hide() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--quirk", "trigger-alters", "--quirk", "answers-repeat"]);
    world.point_at(&area, FAST, "");
    let said = world.apply();
    assert_eq!(said.exit, 9, "{}", said.text);
    assert!(
        said.text.contains("the store kept its own value for `company`") && said.text.contains("CAM-054"),
        "{}",
        said.text
    );
    // What takes access away is tried again and again, and the trigger alters new keys only.
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("1 change done") && said.text.contains("disabled"), "{}", said.text);
    world.assert_settled("what was found is remembered");
    // A single object is verified individually, and fields that match are reported once.
    world.write(&MANIFESTS.replace("displayName: Ann,", "displayName: Ann C.,"));
    let before = area.calls();
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("1 change done"), "{}", said.text);
    let member = |request: &&crate::cloud::area::Request| request.path().contains("/members/");
    let calls: Vec<_> = area.requests()[before..].iter().filter(member).map(|r| r.method().to_owned()).collect();
    assert_eq!(calls[calls.len() - 3..], ["GET", "PUT", "GET"], "{calls:?}");
}

/// Check, write, verification: the apply makes as many calls as the plan forecast.
#[test]
fn an_apply_takes_as_many_calls_as_were_forecast() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "  ownership: {packageKeys: all, applications: all}\n");
    let calls = |text: &str| -> (usize, usize) {
        let line = text.lines().find(|line| line.contains("the forecast was")).unwrap();
        let number = |text: &str| text.split_whitespace().next().unwrap().parse().unwrap();
        (number(line), number(line.split("the forecast was ").nth(1).unwrap()))
    };
    let changed = MANIFESTS.replace("displayName: Ann,", "displayName: Ann C.,").replace("Bookings", "All bookings");
    let fewer =
        changed.split("---\n").filter(|text| !text.contains("checkout-partner")).collect::<Vec<_>>().join("---\n");
    for manifests in [MANIFESTS, &changed, &fewer] {
        world.write(manifests);
        let mut plan = world.command(&["plan", "--format", "json", "--prune", "--max-delete", "100%"]);
        let planned: serde_json::Value = serde_json::from_slice(&plan.output().unwrap().stdout).unwrap();
        let forecast = &planned["forecasts"][0];
        let of_kinds = forecast["kinds"].as_object().unwrap().values().map(|calls| calls.as_u64().unwrap());
        assert_eq!(of_kinds.sum::<u64>(), forecast["calls"].as_u64().unwrap(), "{forecast}");
        let said = world.keywright(&["apply", "--auto-approve", "--prune", "--max-delete", "100%"]);
        assert_eq!(said.exit, 0, "{}", said.text);
        let (made, forecast) = calls(&said.text);
        assert!(made > 0 && made.abs_diff(forecast) * 10 <= forecast, "{made} calls, {forecast} were forecast");
    }
}

#[test]
fn rejected_fields_are_remembered_until_the_manifest_changes() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--quirk", "trigger-alters"]);
    world.point_at(&area, FAST, "");
    assert_eq!(world.apply().exit, 9);
    // Reported once: the next plan skips it, and names the owner of the value.
    let said = world.keywright(&["plan", "--detailed-exitcode"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(
        said.text.contains("the store kept its own value for `company` in run 1; --allow user/alice"),
        "{}",
        said.text
    );
    let before = area.calls();
    assert_eq!(world.apply().exit, 0);
    assert!(area.requests()[before..].iter().all(|request| !request.is_committed()));
    // Retried on request, and if the manifest has a new value.
    let said = world.keywright(&["plan", "--detailed-exitcode", "--allow", "user/alice"]);
    assert!(said.exit == 2 && said.text.contains("~ user/alice"), "{}: {}", said.exit, said.text);
    world.write(&MANIFESTS.replace("company: Example", "company: Another"));
    let said = world.keywright(&["plan", "--detailed-exitcode"]);
    assert!(said.exit == 2 && said.text.contains("→ Another"), "{}: {}", said.exit, said.text);
    world.write(MANIFESTS);
    world.assert_settled("the old wish is still remembered");
    // Once the store accepts the value, the memory is stale: later differences are repaired.
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    let set = "UPDATE users SET attributes = json_set(attributes, '$.company', ?1) WHERE username = 'alice'";
    connection.execute(set, ["Example"]).unwrap();
    assert!(world.apply().text.contains("Nothing to do"));
    connection.execute(set, ["altered by trigger"]).unwrap();
    let said = world.keywright(&["plan", "--detailed-exitcode"]);
    assert!(said.exit == 2 && said.text.contains("~ user/alice"), "{}: {}", said.exit, said.text);
    assert_eq!(world.apply().exit, 9);
    world.assert_settled("remembered again");
    // The area at another port is the same area.
    drop(area);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    world.assert_settled("the area moved to another port");
    // Another area has not been tried yet.
    let path = world.workspace().join("keywright.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("area: an-area", "area: another-area")).unwrap();
    let said = world.keywright(&["plan", "--detailed-exitcode"]);
    assert!(said.exit == 2 && said.text.contains("~ user/alice"), "{}: {}", said.exit, said.text);
    world.write(&MANIFESTS.replace("company: Example", "company: Another"));
    world.point_at(&area, FAST, "");
    assert_eq!(world.apply().exit, 0);
    world.write(MANIFESTS);
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("1 change done"), "{}: {}", said.exit, said.text);
    world.assert_settled("after the trigger went");
}

/// A fresh runner has no memory: only the settings can say what the store ignores.
#[test]
fn what_the_settings_know_as_ignored_is_neither_sent_again_nor_reported() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--quirk", "trigger-alters"]);
    let known = "  ignores: {users: [company], applications: [notes], packageKeys: [settings.status]}\n";
    world.point_at(&area, FAST, known);
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    for _ in 0..2 {
        std::fs::remove_dir_all(world.workspace().join(".keywright")).unwrap();
        let before = area.calls();
        let said = world.apply();
        assert_eq!(said.exit, 0, "{}", said.text);
        assert!(said.text.contains("the store ignores `company`"), "{}", said.text);
        assert!(area.requests()[before..].iter().all(|request| !request.is_committed()));
    }
    // Other fields of the same object are still set.
    world.write(&MANIFESTS.replace("displayName: Alice", "displayName: Alice C."));
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("1 change done"), "{}", said.text);
}

#[test]
fn a_field_that_the_api_ignores_is_reported_under_its_own_rule() {
    let plan = "maxNumKeysAllowed: 20, quota: {calls: 900";
    let world = World::new(&MANIFESTS.replace(plan, &format!("selfServiceKeyProvisioningEnabled: false, {plan}")));
    let area = world.area(&["--quirk", "self-service-ignored"]);
    world.point_at(&area, FAST, "");
    let said = world.apply();
    assert!(said.exit == 9 && said.text.contains("[CAM-057]"), "{}: {}", said.exit, said.text);
}

#[test]
fn a_trigger_that_refuses_stops_only_those_changes() {
    let world = World::new(&MANIFESTS.replace("tags: web", "tags: veto"));
    let area = world.area(&["--quirk", "trigger-vetoes"]);
    world.point_at(&area, FAST, "");
    let said = world.apply();
    assert_eq!(said.exit, 6, "{}", said.text);
    assert!(said.text.contains("could not create application/alice/checkout"), "{}", said.text);
    assert_eq!(world.keys(), 1);
}

#[test]
fn all_quirks_at_once_in_random_combinations() {
    let mut state = 7_u64;
    for _ in 0..8 {
        let mut flags = Vec::new();
        for quirk in SETTLES {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if state >> 62 == 0 {
                flags.extend(["--quirk", quirk]);
            }
        }
        // Answers that repeat what was sent hide that the status is ignored: only the verification finds it, with exit 9.
        let ignored = flags.iter().position(|flag| *flag == "status-ignored-on-create");
        if let Some(at) = ignored.filter(|_| flags.contains(&"answers-repeat")) {
            flags.drain(at - 1..=at);
        }
        let world = World::new(MANIFESTS);
        let area = world.area(&flags);
        world.point_at(&area, FAST, "");
        let said = world.apply();
        assert_eq!(said.exit, 0, "{flags:?}: {}", said.text);
        world.assert_settled(&format!("{flags:?}"));
        assert_eq!(world.keys(), KEYS, "{flags:?}");
    }
}
