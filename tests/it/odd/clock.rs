//! Keys that pass their end, and prefixes that are too long for new values: only what concerns the key is stopped.

use crate::console::Console;

const TEAM: &str = "apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice, description: Web checkout}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Payments}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, maxNumKeysAllowed: 20}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: old}
spec: {user: alice, application: checkout, package: payments, plan: gold, expires: 2026-11-22, key: {generate: {prefix: old_}}}
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: ended}
spec: {enabled: true, allowedApis: [audit], allOrgs: true, expires: 2026-11-22T00:00:00Z}
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: other}
spec: {enabled: true, allowedApis: [audit], allOrgs: true, expires: 2027-06-30T00:00:00Z}
";

struct Team {
    folder: tempfile::TempDir,
    console: Console,
}

impl Team {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        Self { folder, console }
    }

    /// What a command says about the manifests at a time, and its exit code.
    fn run(&mut self, manifests: &str, now: &str, line: &str) -> (String, i32) {
        std::fs::write(self.folder.path().join("m.yaml"), manifests).unwrap();
        now.clone_into(&mut self.console.now);
        let ran = self.console.run(line);
        (format!("{}{}", ran.out, ran.err), i32::from(ran.exit))
    }

    fn sql(&self, sql: &str) {
        let path = self.folder.path().join(".keywright/keywright.db");
        rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
    }
}

const BEFORE: &str = "2026-11-21T12:00:00Z";
const AFTER: &str = "2026-12-24T12:00:00Z";

#[test]
fn validate_does_not_depend_on_the_clock() {
    let mut team = Team::new();
    let said: Vec<_> = ["2020-01-01T00:00:00Z", BEFORE, AFTER, "2030-01-01T00:00:00Z"]
        .map(|now| team.run(TEAM, now, "validate"))
        .into();
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]) && said[0].1 == 0, "{said:?}");
}

#[test]
fn a_key_past_its_end_does_not_stop_the_revocation_of_another() {
    let mut team = Team::new();
    let (said, exit) = team.run(TEAM, BEFORE, "apply --auto-approve");
    assert_eq!(exit, 0, "{said}");
    let revoked =
        TEAM.replace("metadata: {name: other}\nspec: {enabled: true", "metadata: {name: other}\nspec: {enabled: false");
    let (said, exit) = team.run(&revoked, AFTER, "apply --auto-approve");
    assert!(exit == 0 && said.contains("1 change done"), "{exit}: {said}");
    assert!(said.contains("warning[CAM-033]") && said.contains("warning[MFT-014]"), "{said}");
    // Gone: not created again, and that is said; the rest is applied.
    team.sql("DELETE FROM package_keys; DELETE FROM api_keys WHERE name = 'ended'");
    let (said, exit) = team.run(TEAM, AFTER, "apply --auto-approve");
    assert!(exit == 6 && said.contains("1 change done"), "{exit}: {said}");
    assert!(said.contains("error[CAM-033]") && said.contains("error[MFT-014]"), "{said}");
    let (said, exit) = team.run(TEAM, AFTER, "plan");
    assert!(exit == 3 && !said.contains("Nothing to do"), "{exit}: {said}");
    let lowered =
        "apiVersion: keywright.dev/v1\nkind: Workspace\nspec: {rules: {CAM-033: warning, MFT-014: warning}}\n";
    std::fs::write(team.folder.path().join("keywright.yaml"), lowered).unwrap();
    let (said, exit) = team.run(TEAM, AFTER, "apply --auto-approve");
    assert!(exit == 0 && said.contains("past its end"), "{exit}: {said}");
}

#[test]
fn a_prefix_that_is_too_long_stops_only_new_values() {
    let mut team = Team::new();
    let long = TEAM.replace("expires: 2026-11-22, ", "").replace("prefix: old_", "prefix: checkout_");
    let short = long.replace("spec: {description: Payments}", "spec: {description: Payments, keyLength: 20}");
    let (said, exit) = team.run(&short, BEFORE, "apply --auto-approve");
    assert!(exit == 3 && said.contains("KW-017"), "{exit}: {said}");
    assert_eq!(team.run(&long, BEFORE, "apply --auto-approve").1, 3, "24 characters are too few as well");
    let long = long.replace("spec: {description: Payments}", "spec: {description: Payments, keyLength: 30}");
    let (said, exit) = team.run(&long, BEFORE, "apply --auto-approve");
    assert_eq!(exit, 0, "{said}");
    let (said, exit) = team.run(&short, BEFORE, "apply --auto-approve");
    assert!(exit == 0 && !said.contains("KW-017"), "{exit}: {said}");
}
