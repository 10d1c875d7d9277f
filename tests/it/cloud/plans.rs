//! Plans are read in the packages' list, unless something speaks against what it shows.

use std::fmt::Write;

use super::area::World;

const FAST: &str = "{callsPerSecond: 1000, visibilityLag: 1s}";

/// `packages` packages with `plans` plans each.
fn manifests(packages: usize, plans: usize) -> String {
    let mut text = String::new();
    let mut add = |kind: &str, name: String, spec: String| {
        write!(text, "---\napiVersion: keywright.dev/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n")
            .unwrap();
    };
    for package in 0..packages {
        add("Package", format!("package-{package}"), "description: D".into());
        for plan in 0..plans {
            add("Plan", format!("plan-{plan}"), format!("package: package-{package}, notes: N {plan}"));
        }
    }
    text
}

/// The calls of a plan without changes, and those of them that list the plans of one package.
fn calls(quirk: &str, manifests: &str, limits: &str) -> (usize, usize) {
    let world = World::new(manifests);
    let seed = world.workspace().join("all.yaml");
    let mut flags = vec!["--seed", seed.to_str().unwrap()];
    flags.extend(["--quirk", quirk].iter().filter(|_| !quirk.is_empty()));
    let area = world.area(&flags);
    world.point_at(&area, limits, "");
    world.assert_settled(quirk);
    let requests = area.requests();
    (area.calls(), requests.iter().filter(|request| request.path().ends_with("/plans")).count())
}

#[test]
fn one_list_shows_the_plans_of_all_packages() {
    assert_eq!(calls("", &manifests(30, 3), FAST), (4, 0));
    assert_eq!(calls("", &manifests(30, 3), "{callsPerSecond: 1000, pageSize: 10}"), (6, 0));
    assert_eq!(calls("page-offset", &manifests(30, 3), "{callsPerSecond: 1000, pageSize: 10}").1, 0);
    assert_eq!(calls("max-limit=7", &manifests(30, 3), FAST), (3 + 5, 0));
}

#[test]
fn plans_that_the_list_does_not_show_completely_are_read_apart() {
    for quirk in ["no-nested-plans", "plain-nested-plans"] {
        assert_eq!(calls(quirk, &manifests(30, 3), FAST), (4 + 30, 30), "{quirk}");
        // The first page shows it, so that the others are asked for without the plans.
        assert_eq!(calls(quirk, &manifests(30, 3), "{callsPerSecond: 1000, pageSize: 10}"), (6 + 30, 30), "{quirk}");
    }
    assert_eq!(calls("no-nested-fields", &manifests(30, 3), FAST), (6 + 30, 30));
    // A manifest names plans that are not shown.
    assert_eq!(calls("few-nested-plans=2", &manifests(30, 3), FAST), (4 + 30, 30));
}

#[test]
fn a_list_of_the_first_plans_of_each_package_is_not_believed() {
    let all = manifests(4, 12);
    let world = World::new(&all);
    let seed = world.workspace().join("all.yaml");
    let area = world.area(&["--quirk", "few-nested-plans=10", "--seed", seed.to_str().unwrap()]);
    // Two plans that no manifest declares are deleted although only a package's own list shows them.
    let fewer: Vec<&str> =
        all.split("---\n").filter(|text| !text.contains("name: plan-1}") && !text.contains("plan-11")).collect();
    world.write(&fewer.join("---\n"));
    world.point_at(&area, FAST, "  ownership: {plans: all}\n");
    let said = world.keywright(&["plan", "--prune"]);
    assert!(said.text.contains("8 held back · 44 unchanged"), "{}", said.text);
    // Packages that really have that many.
    assert_eq!(calls("", &manifests(20, 10), FAST), (4 + 3, 3));
}

#[test]
fn the_list_shows_the_services_of_plans_as_well() {
    let with_services = manifests(30, 3).replace("notes: N", "services: [], notes: N");
    assert_eq!(calls("", &with_services, FAST), (5, 0));
    for quirk in ["no-nested-plans", "plain-nested-plans"] {
        assert_eq!(calls(quirk, &with_services, FAST), (5 + 30, 30), "{quirk}");
    }
}

#[test]
fn changed_plans_are_checked_and_verified_with_their_services_in_one_list() {
    let all = manifests(30, 3).replace("notes: N", "services: [], notes: N");
    let world = World::new(&all);
    let seed = world.workspace().join("all.yaml");
    let area = world.area(&["--seed", seed.to_str().unwrap()]);
    world.point_at(&area, FAST, "");
    world.write(&all.replace("notes: N 1", "notes: M 1"));
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("Applied: 30 changes done"), "{}", said.text);
    // What the plan reads, the check, the writes, and the verification.
    assert_eq!(area.calls(), 5 + 1 + 30 + 1, "{}", said.text);
}
