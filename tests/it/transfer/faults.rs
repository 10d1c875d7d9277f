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

/// The site disables the key, its answer takes too long, and there is no time left to look: exit 8 would promise that
/// nothing changed.
#[test]
fn a_write_that_the_limit_of_the_run_cuts_may_have_been_made() {
    let manifest = |enabled: bool| {
        format!(
            "apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {{name: cut}}\n\
             spec: {{enabled: {enabled}, allApis: true, allOrgs: true, expires: never}}\n"
        )
    };
    let team = Team::new();
    team.declare(&manifest(true));
    let area = team.site(&[]);
    team.assert_applies("the key");
    drop(area);
    team.declare(&manifest(false));
    let area = team.site(&["--fault", "drip-40s@w1"]);
    let said = team.run(&["apply", "--auto-approve", "--max-time", "6s"]);
    assert_eq!(said.exit, 6, "{}", said.text);
    assert!(
        said.text.contains("could not disable apikey/cut: it is unknown whether the store did it"),
        "{}",
        said.text
    );
    drop(area);
    let _area = team.site(&[]);
    team.assert_applies("the next run");
}
