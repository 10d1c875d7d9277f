//! Random worlds under random faults: each clean run afterwards converges, nothing is created twice, and foreign
//! objects are unchanged. `KEYWRIGHT_SOAK=1000 cargo test --release --test it cloud::soak -- --nocapture` runs many.

use std::collections::BTreeMap;
use std::path::Path;

use super::area::World;

const FAST: &str = "{callsPerSecond: 1000, visibilityLag: 1s, pageSize: 7}";
const FAULTS: [&str; 9] = [
    "drop-before",
    "drop-after",
    "late-status-500",
    "status-503",
    "truncate",
    "duplicate",
    "html",
    "inactive",
    "over-qps",
];
const QUIRKS: [&str; 8] = [
    "late-visibility",
    "status-ignored-on-create",
    "page-offset",
    "no-nested-fields",
    "max-limit=3",
    "null-limits",
    "few-nested-plans=1",
    "plain-nested-plans",
];

/// Foreign objects that no manifest names.
const OTHERS: &str = "apiVersion: keywright.dev/v1
kind: User
metadata: {name: somebody-else}
spec: {email: else@example.com, displayName: E, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: theirs}
spec: {user: somebody-else, packages: [{package: their-package, plan: theirs}]}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: their-package}
spec: {description: Not ours}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: theirs}
spec: {package: their-package}
";

/// Replaces every manifest of a workspace with the texts.
pub(crate) fn write(workspace: &Path, texts: &[(String, String)]) {
    for entry in std::fs::read_dir(workspace).unwrap().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|extension| extension == "yaml") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    for (name, text) in texts {
        let path = workspace.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// How many keys each slot of a store has.
fn slots(database: &Path) -> BTreeMap<String, u32> {
    let connection = rusqlite::Connection::open(database).unwrap();
    let sql = "SELECT u.username || '/' || a.name || '/' || p.name, count(*) FROM package_keys k
               JOIN applications a ON a.row = k.application JOIN users u ON u.row = a.user
               JOIN packages p ON p.row = k.package WHERE u.username <> 'somebody-else' GROUP BY 1";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0).unwrap(), row.get(1).unwrap()))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Returns whether the version could be applied to the embedded store, which has no faults.
fn reference(world: &World, texts: &[(String, String)]) -> bool {
    write(&world.workspace(), texts);
    let settings =
        "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: test}\nspec: {environment: {allow: [LAW_]}}\n";
    std::fs::write(world.workspace().join("keywright.yaml"), settings).unwrap();
    world.keywright(&["apply", "--auto-approve", "--max-delete", "100%"]).exit == 0
}

fn soak(seed: u64) -> u32 {
    let versions = crate::laws::two_random_versions(seed);
    let (embedded, world) = (World::new(""), World::new(""));
    let others = world.path().join("others.yaml");
    std::fs::write(&others, OTHERS).unwrap();
    let mut applies = 0;
    for (number, texts) in versions.iter().enumerate() {
        if !reference(&embedded, texts) {
            break;
        }
        let seed = (seed * 2 + number as u64).to_string();
        let pick = |from: &[&'static str], shift: usize| from[seed.parse::<usize>().unwrap() / shift % from.len()];
        let faults = [pick(&FAULTS, 1), pick(&FAULTS, 9)].map(|fault| format!("{fault}@p0.08"));
        let mut flags = vec!["--fault-seed", &seed, "--quirk", pick(&QUIRKS, 3)];
        flags.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
        if number == 0 {
            flags.extend(["--seed", others.to_str().unwrap()]);
        }
        write(&world.workspace(), texts);
        for clean in [false, true] {
            let area = world.area(if clean { &[] } else { &flags });
            world.point_at_also(&area, FAST, "", "LAW_");
            let said = world.keywright(&["apply", "--auto-approve", "--max-delete", "100%"]);
            applies += 1;
            assert!(!clean || said.exit == 0, "seed {seed}, {flags:?}: {}", said.text);
            assert!(matches!(said.exit, 0 | 1 | 5 | 6 | 9), "seed {seed}, {flags:?}: {} {}", said.exit, said.text);
            if clean {
                world.assert_settled(&format!("seed {seed}, {flags:?}"));
                let theirs = said.text.contains("somebody-else") || said.text.contains("their-package");
                assert!(!theirs, "seed {seed}: {}", said.text);
            }
        }
        let expected = slots(&embedded.workspace().join(".keywright/keywright.db"));
        assert_eq!(slots(&world.path().join("area.db")), expected, "seed {seed}, {flags:?}");
        assert_eq!(theirs(&world.path().join("area.db")), 4, "seed {seed}: somebody else's objects");
    }
    applies
}

/// How many foreign objects are unchanged.
fn theirs(database: &Path) -> u32 {
    let connection = rusqlite::Connection::open(database).unwrap();
    let sql = "SELECT (SELECT count(*) FROM users WHERE username = 'somebody-else')
                    + (SELECT count(*) FROM packages WHERE name = 'their-package')
                    + (SELECT count(*) FROM applications WHERE name = 'theirs')
                    + (SELECT count(*) FROM package_keys k JOIN packages p ON p.row = k.package
                        WHERE p.name = 'their-package')";
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn random_worlds_converge_under_random_faults() {
    let wanted: u32 = std::env::var("KEYWRIGHT_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let (mut applies, mut seed) = (0, 0);
    while applies < wanted {
        applies += soak(seed);
        seed += 1;
    }
    println!("{applies} applies of {seed} worlds");
}
