//! After any failure nothing is created twice, and the next run makes the site match.

use super::site::KEYS;
use super::site::OTHERS;
use super::site::Team;

/// Applies with the fault, then without it, and checks the result.
fn survives(flags: &[&str]) {
    let team = Team::with_others();
    let area = team.site(flags);
    let first = team.apply();
    assert!(matches!(first.exit, 0 | 1 | 6 | 9), "{flags:?}: {}\n{}", first.exit, first.text);
    team.assert_unharmed(&format!("{flags:?}\n{}", first.text));
    drop(area);
    let _area = team.site(&[]);
    team.assert_applies(&format!("{flags:?}\n{}\nand then", first.text));
    team.assert_unharmed(&format!("{flags:?}\n{}", first.text));
    assert_eq!(team.keys().len(), KEYS + OTHERS.len());
}

#[test]
fn no_fault_at_a_create_doubles_a_key() {
    for kind in ["drop-before", "drop-after", "status-503", "late-status-500", "truncate", "html", "status-400"] {
        for write in [1, 4] {
            survives(&["--fault", &format!("{kind}@w{write}")]);
        }
    }
}

#[test]
fn random_faults_are_survived() {
    for seed in 0..4 {
        let seed = seed.to_string();
        let kinds = ["drop-before@p0.08", "drop-after@p0.08", "late-status-500@p0.08", "truncate@p0.08", "html@p0.04"];
        let mut flags = vec!["--fault-seed", &seed];
        flags.extend(kinds.iter().flat_map(|kind| ["--fault", kind]));
        flags.extend(["--quirk", "mft-duplicate-names=allow"]);
        survives(&flags);
    }
}
