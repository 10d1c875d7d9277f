//! How much a run requests, and which answers it trusts.

use super::MANIFESTS;
use super::area::World;

const FAST: &str = "{callsPerSecond: 1000}";

#[test]
fn a_run_without_changes_makes_no_call_for_a_single_object() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    assert_eq!(world.apply().exit, 0);
    let before = area.calls();
    world.assert_settled("again");
    // Four lists, and the roles that a manifest names.
    assert_eq!(area.calls() - before, 5);
}

#[test]
fn a_small_workspace_does_not_read_a_large_area() {
    let others = |kind: &str| -> String {
        (0..400)
            .map(|number| match kind {
                "User" => format!("---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: user-{number}}}\nspec: {{email: u@example.com, displayName: U, status: active}}\n"),
                _ => format!("---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: app}}\nspec: {{user: user-{number}, packages: [{{package: shared, plan: free}}]}}\n"),
            })
            .collect()
    };
    let shared = "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: shared}\nspec: {description: For all}\n---\napiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {name: free}\nspec: {package: shared, maxNumKeysAllowed: 1000}\n";
    let world = World::new(MANIFESTS);
    let seed = world.path().join("seed.yaml");
    std::fs::write(&seed, format!("{shared}{}{}", others("User"), others("Application"))).unwrap();
    let area = world.area(&["--seed", seed.to_str().unwrap()]);
    world.point_at(&area, "{callsPerSecond: 1000, pageSize: 20}", "");
    assert_eq!(world.apply().exit, 0);
    let before = area.calls();
    world.assert_settled("in a large area");
    // Complete lists of users, applications and keys would be more than 60 pages.
    let calls = area.calls() - before;
    assert!(calls <= 14, "{calls} calls");
    world.point_at(&area, "{callsPerSecond: 1000, pageSize: 1000}", "");
    let before = area.calls();
    world.assert_settled("with large pages");
    assert_eq!(area.calls() - before, 5);
}

#[test]
fn a_run_outlives_its_tokens() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--token-lifetime", "1s"]);
    world.point_at(&area, "{callsPerSecond: 8}", "");
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    let tokens = area.requests().iter().filter(|request| request.path() == "/v3/token").count();
    assert!(tokens > 2, "{tokens}");
    world.assert_settled("with short tokens");
}

#[test]
fn no_call_is_too_fast_at_the_configured_rate() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--calls-per-second", "10", "--latency", "40ms"]);
    world.point_at(&area, "{callsPerSecond: 10}", "");
    assert_eq!(world.apply().exit, 0);
    assert!(area.requests().iter().all(|request| request.status() != 403));
}

#[test]
fn a_rate_that_is_too_high_is_reduced_to_the_servers_limit() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--calls-per-second", "10"]);
    world.point_at(&area, "{callsPerSecond: 500}", "");
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    world.assert_settled("after waiting");
}

#[test]
fn a_spent_quota_stops_the_run_and_the_next_day_goes_on() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--calls-per-day", "12"]);
    world.point_at(&area, FAST, "");
    let said = world.apply();
    assert!(said.exit == 6 && said.text.contains("daily quota of the API is used up"), "{}: {}", said.exit, said.text);
    assert!(said.text.contains("it resets at"), "{}", said.text);
    let after = area.calls();
    assert!(after <= 12 + 8, "{after} calls after the quota was spent");
    drop(area);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    assert_eq!(world.apply().exit, 0);
    world.assert_settled("the next day");
    assert_eq!(world.keys(), super::KEYS);
}

#[test]
fn calls_per_day_of_the_workspace_are_not_exceeded() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000, callsPerDay: 10}", "");
    let said = world.apply();
    assert!(said.exit == 6 && said.text.contains("callsPerDay"), "{}: {}", said.exit, said.text);
    assert_eq!(area.calls(), 10);
}

#[test]
fn wrong_credentials_are_reported_without_showing_them() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--credential", "one:two:three:four"]);
    world.point_at(&area, FAST, "");
    let said = world.keywright(&["plan"]);
    assert!(said.exit == 1 && said.text.contains("could not sign in"), "{}: {}", said.exit, said.text);
    assert!(said.text.contains("help:"), "{}", said.text);
}

#[test]
fn a_missing_area_is_reported_with_the_request() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    drop(area);
    let said = world.keywright(&["plan"]);
    assert!(said.exit == 1 && said.text.contains("could not sign in"), "{}: {}", said.exit, said.text);
}

#[test]
fn a_workspace_that_declares_the_whole_area_reads_each_page_once() {
    let manifests: String = (0..50)
        .map(|number| format!("---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: user-{number}}}\nspec: {{email: u@example.com, displayName: U, status: active}}\n---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: app}}\nspec: {{user: user-{number}, description: Shop}}\n"))
        .collect();
    let world = World::new(&manifests);
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.yaml");
    std::fs::write(&seed, &manifests).unwrap();
    let area = world.area(&["--seed", seed.to_str().unwrap()]);
    world.point_at(&area, "{callsPerSecond: 1000, pageSize: 20}", "");
    world.assert_settled("all of it");
    let mut pages: Vec<String> = area.requests().iter().map(|request| request.path().to_owned()).collect();
    pages.sort();
    let list = |name: &str, count: usize| vec![format!("/v3/rest/{name}"); count];
    let listed = [list("applications", 3), list("members", 3), list("packageKeys", 1), list("packages", 1)].concat();
    assert_eq!(pages, [listed, vec!["/v3/token".to_owned()]].concat());
}
