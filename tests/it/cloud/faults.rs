//! After any failure the next run makes the area match, and no key exists twice.

use super::KEYS;
use super::MANIFESTS;
use super::area::World;

const FAST: &str = "{callsPerSecond: 1000, visibilityLag: 1s}";

/// Applies with the fault, then without it, and checks the result.
fn survives(flags: &[&str]) {
    let world = World::new(MANIFESTS);
    let area = world.area(flags);
    world.point_at(&area, FAST, "");
    let first = world.apply();
    assert!(matches!(first.exit, 0 | 1 | 6 | 9), "{flags:?}: {}\n{}", first.exit, first.text);
    drop(area);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    let second = world.apply();
    assert_eq!(second.exit, 0, "{flags:?}\n{}\nand then\n{}", first.text, second.text);
    world.assert_settled(&format!("{flags:?}"));
    assert_eq!(world.keys(), KEYS, "{flags:?}\n{}", first.text);
    let delivered = world.workspace().join("secrets/checkout.env");
    assert!(delivered.is_file(), "{flags:?}: nothing was delivered");
}

/// Faults that happen once at a write, and that a single run recovers from.
#[test]
fn a_run_gets_over_a_fault_at_any_write_by_itself() {
    for kind in [
        "drop-before",
        "drop-after",
        "status-503",
        "late-status-502",
        "truncate",
        "html",
        "over-qps",
        "inactive",
        "forget-tokens",
    ] {
        for write in [1, 5, 8, 11, 12, 13] {
            let fault = format!("{kind}@w{write}");
            let world = World::new(MANIFESTS);
            let area = world.area(&["--fault", &fault]);
            world.point_at(&area, FAST, "");
            let said = world.apply();
            assert_eq!(said.exit, 0, "{fault}: {}", said.text);
            world.assert_settled(&fault);
            assert_eq!(world.keys(), KEYS, "{fault}");
        }
    }
}

#[test]
fn no_fault_doubles_or_loses_a_key() {
    for kind in ["drop-after", "late-status-500", "truncate", "status-400", "over-rate", "not-authorized"] {
        survives(&["--fault", &format!("{kind}@POST:/applications/*/packageKeys")]);
    }
}

#[test]
fn random_faults_are_survived() {
    for seed in 0..6 {
        let seed = seed.to_string();
        let kinds = [
            "drop-before@p0.05",
            "drop-after@p0.05",
            "late-status-500@p0.05",
            "truncate@p0.05",
            "duplicate@p0.05",
            "html@p0.02",
            "inactive@p0.03",
        ];
        let mut flags = vec!["--fault-seed", &seed, "--quirk", "late-visibility"];
        flags.extend(kinds.iter().flat_map(|kind| ["--fault", kind]));
        survives(&flags);
    }
}
