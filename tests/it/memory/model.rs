//! Ownership, `--prune` and memory against a model that shares no code with the plan. The areas are made with SQL, the
//! memory too. `KEYWRIGHT_MEMORY=2000 cargo test --test it memory::model` tries more areas.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use keywright::model::FingerprintKey;
use keywright::model::Secret;
use rusqlite::Connection;

use crate::console::Console;

const KEY: &str = "not-a-real-fingerprint-key-0123456789";
const FOREIGN: &str = "another-machine-fingerprint-key-01234";

/// The kinds with the words of their ownership, and how an address begins.
const OWNERS: [(&str, &[&str]); 5] = [
    ("users", &["declared", "all"]),
    ("applications", &["declared", "ofDeclaredUsers", "all"]),
    ("packages", &["declared", "all"]),
    ("plans", &["declared", "ofDeclaredPackages", "all"]),
    ("packageKeys", &["declared", "ofDeclaredApplications", "all"]),
];
const KINDS: [&str; 5] = ["User", "Application", "Package", "Plan", "PackageKey"];

struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// One object of an area, with the indexes of what it hangs on; the first is the parent that its ownership names.
struct Object {
    kind: usize,
    id: String,
    address: String,
    /// Besides its own, whose consent covers it.
    above: Vec<String>,
    needs: Vec<usize>,
    manifest: String,
    value: String,
    is_declared: bool,
}

struct Row {
    address: String,
    protect: bool,
    is_ours: bool,
}

struct Area {
    objects: Vec<Object>,
    owns: [usize; 5],
    prune: bool,
    rows: BTreeMap<usize, Row>,
    allow: BTreeSet<String>,
}

/// What the model expects.
struct Expected {
    held: BTreeSet<String>,
    deleted: BTreeSet<String>,
    kept: BTreeSet<String>,
    is_blocked: bool,
    unknown: usize,
    protected: usize,
    needs_username: bool,
}

impl Area {
    fn random(random: &mut Random) -> (Self, &'static str) {
        let mut objects = Vec::new();
        for package in 0..=random.below(2) {
            objects.push(object(2, &format!("p{package}"), format!("package/p{package}"), &[], &[], "spec: {}"));
            let at = objects.len() - 1;
            let spec = format!("spec: {{package: p{package}}}");
            objects.push(object(
                3,
                &format!("g{package}"),
                format!("plan/p{package}/g{package}"),
                &[at],
                &[format!("package/p{package}")],
                &spec,
            ));
        }
        let plans: Vec<usize> = (1..objects.len()).step_by(2).collect();
        for user in 0..=random.below(3) {
            let name = format!("u{user}");
            let spec = format!("spec: {{email: {name}@example.com, displayName: U, status: active}}");
            objects.push(object(0, &name, format!("user/{name}"), &[], &[], &spec));
            let owner = objects.len() - 1;
            for application in 0..random.below(3) {
                let app = format!("a{application}");
                let address = format!("application/{name}/{app}");
                let above = [format!("user/{name}")];
                let spec = format!("spec: {{user: {name}}}");
                objects.push(object(1, &app, address.clone(), &[owner], &above, &spec));
                let at = objects.len() - 1;
                objects[at].id = format!("{name}-{app}");
                for number in 0..random.below(4) {
                    let plan = plans[random.below(plans.len())];
                    let package = plan - 1;
                    let (of, terms) = (objects[package].id.clone(), objects[plan].id.clone());
                    let id = format!("{name}-{app}-k{number}");
                    let key = format!("key/{name}/{app}/{of}@{id}");
                    let above = [format!("user/{name}"), address.clone()];
                    let spec = format!(
                        "spec: {{user: {name}, application: {app}, package: {of}, plan: {terms}, key: {{existing: {id}}}}}"
                    );
                    objects.push(object(4, &id, key, &[at, plan, package], &above, &spec));
                }
            }
        }
        for object in &mut objects {
            object.is_declared = random.chance(if object.kind == 4 { 4 } else { 2 });
        }
        // A workspace that declares nothing is an error of its own.
        objects[0].is_declared = true;
        let owns = OWNERS.map(|(_, words)| random.below(words.len()));
        let (prune, memory) = (!random.chance(4), ["none", "right", "wrong"][random.below(3)]);
        let rows = if memory == "none" { BTreeMap::new() } else { rows(&objects, memory == "wrong", random) };
        let mut allow = BTreeSet::new();
        for object in &objects {
            if random.chance(6) {
                allow.insert(object.address.clone());
            }
        }
        (Self { objects, owns, prune, rows, allow }, memory)
    }

    fn is_owned(&self, object: &Object) -> bool {
        match OWNERS[object.kind].1[self.owns[object.kind]] {
            "declared" => false,
            "all" => true,
            // Ownership follows the tree: of what goes itself, and of what was declared in an earlier apply.
            _ => {
                let (parent, index) = (&self.objects[object.needs[0]], object.needs[0]);
                parent.is_declared || self.is_owned(parent) || self.rows.contains_key(&index)
            }
        }
    }

    /// What is held back: what needs consent, what belongs to it, and what these need to be gone.
    fn held(&self, going: &[usize], asked: Vec<usize>) -> Vec<usize> {
        let mut held = asked;
        for _ in 0..4 {
            let below = |index: &usize| self.objects[*index].needs.first().is_some_and(|parent| held.contains(parent));
            let more: Vec<usize> =
                going.iter().copied().filter(|index| !held.contains(index) && below(index)).collect();
            held.extend(more);
        }
        for _ in 0..4 {
            let above = |index: &usize| held.iter().any(|child| self.objects[*child].needs.contains(index));
            let more: Vec<usize> =
                going.iter().copied().filter(|index| !held.contains(index) && above(index)).collect();
            held.extend(more);
        }
        held
    }

    fn expected(&self) -> Expected {
        let wanted: Vec<bool> =
            self.objects.iter().map(|object| !object.is_declared && self.is_owned(object)).collect();
        let mut goes: Vec<bool> = wanted.iter().map(|wanted| *wanted && self.prune).collect();
        // What hangs on an object must go first; each round goes one level up.
        for _ in 0..4 {
            for index in 0..goes.len() {
                let stays = |(child, object): (usize, &Object)| !goes[child] && object.needs.contains(&index);
                if goes[index] && self.objects.iter().enumerate().any(stays) {
                    goes[index] = false;
                }
            }
        }
        let going: Vec<usize> = (0..goes.len()).filter(|index| goes[*index]).collect();
        let allowed = |address: &String| self.allow.contains(address);
        let is_unknown = |index: &usize| {
            let object = &self.objects[*index];
            let is_known = self.rows.get(index).is_some_and(|row| object.kind != 4 || row.is_ours);
            !is_known && !allowed(&object.address) && !object.above.iter().any(allowed)
        };
        let is_protected = |index: &usize| {
            let row = self.rows.get(index).filter(|row| row.protect);
            row.is_some_and(|row| !allowed(&self.objects[*index].address) && !allowed(&row.address))
        };
        let burns = |index: &usize| self.objects[*index].kind == 0 && !allowed(&self.objects[*index].address);
        let addresses = |of: &[usize]| of.iter().map(|index| self.objects[*index].address.clone()).collect();
        let kept: Vec<usize> = (0..wanted.len()).filter(|index| wanted[*index] && !self.prune).collect();
        let asked: Vec<usize> =
            going.iter().copied().filter(|index| is_unknown(index) || is_protected(index) || burns(index)).collect();
        Expected {
            held: addresses(&self.held(&going, asked)),
            deleted: addresses(&going),
            kept: addresses(&kept),
            is_blocked: self.prune && wanted != goes,
            unknown: going.iter().filter(|index| is_unknown(index)).count(),
            protected: going.iter().filter(|index| is_protected(index)).count(),
            needs_username: going.iter().any(burns),
        }
    }
}

fn object(kind: usize, id: &str, address: String, needs: &[usize], above: &[String], spec: &str) -> Object {
    let manifest = format!("apiVersion: keywright.dev/v1\nkind: {}\nmetadata: {{name: {id}}}\n{spec}\n", KINDS[kind]);
    let value = format!("not-a-real-value-of-{id}");
    let (id, above, needs) = (id.to_owned(), above.to_vec(), needs.to_vec());
    Object { kind, id, address, above, needs, manifest, value, is_declared: false }
}

fn rows(objects: &[Object], is_wrong: bool, random: &mut Random) -> BTreeMap<usize, Row> {
    let mut rows = BTreeMap::new();
    for (index, object) in objects.iter().enumerate() {
        if random.chance(3) {
            continue;
        }
        let address = if object.kind == 4 { format!("key/label-{}", object.id) } else { object.address.clone() };
        let protect = random.chance(if is_wrong { 3 } else { 8 });
        rows.insert(index, Row { address, protect, is_ours: !(is_wrong && random.chance(2)) });
    }
    rows
}

/// Fills the tables of an empty workspace database.
fn fill(area: &Area, is_wrong: bool, database: &Connection) {
    let scripts = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/database/scripts");
    let mut names: Vec<_> = std::fs::read_dir(scripts).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort_by_key(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.split_once('-').unwrap().0.parse::<u32>().unwrap()
    });
    for path in &names {
        database.execute_batch(&std::fs::read_to_string(path).unwrap()).unwrap();
    }
    let pragmas = format!("PRAGMA application_id = 1264018530; PRAGMA user_version = {}", names.len());
    database.execute_batch(&pragmas).unwrap();
    let row_of = |index: usize| i64::try_from(index + 1).unwrap();
    for (index, object) in area.objects.iter().enumerate() {
        let (row, id, name) = (row_of(index), &object.id, object.address.rsplit('/').next().unwrap());
        let need = |at: usize| object.needs.get(at).map(|need| row_of(*need));
        let sql = match object.kind {
            0 => {
                "INSERT INTO users VALUES (?1, ?2, ?3, '{\"email\":\"' || ?3 || '@example.com\",\"displayName\":\"U\",\"status\":\"active\"}', 0, 0)"
            }
            1 => "INSERT INTO applications VALUES (?1, ?2, ?4, ?3, '{}', 0, 0)",
            2 => "INSERT INTO packages VALUES (?1, ?2, ?3, '{}', 0, 0)",
            3 => "INSERT INTO plans VALUES (?1, ?2, ?4, ?3, '{}', 0, 0)",
            _ => {
                "INSERT INTO package_keys VALUES (?1, ?2, ?4, ?6, ?5, ?7, NULL, '{\"settings.status\":\"disabled\"}', 0, 0)"
            }
        };
        let mut statement = database.prepare(sql).unwrap();
        let values: [(usize, &dyn rusqlite::ToSql); 7] =
            [(1, &row), (2, id), (3, &name), (4, &need(0)), (5, &need(1)), (6, &need(2)), (7, &object.value)];
        let count = statement.parameter_count();
        for (number, value) in values.iter().filter(|(number, _)| *number <= count) {
            statement.raw_bind_parameter(*number, value).unwrap();
        }
        statement.raw_execute().unwrap();
    }
    let insert = "INSERT INTO objects VALUES ('', 'embedded', ?1, ?2, ?3, 'other', ?4, ?5, 0, 0, 0)";
    for (index, row) in &area.rows {
        let object = &area.objects[*index];
        let key = FingerprintKey::new(Secret::new(if row.is_ours { KEY } else { FOREIGN })).unwrap();
        let value = (object.kind == 4).then(|| key.of_value(&Secret::new(object.value.as_str())).as_str().to_owned());
        database
            .execute(insert, rusqlite::params![KINDS[object.kind], object.id, row.address, value, row.protect])
            .unwrap();
    }
    if is_wrong {
        // Ids of another store, another kind and nothing at all.
        for object in &area.objects {
            let other = KINDS[(object.kind + 1) % KINDS.len()];
            database.execute(insert, rusqlite::params![other, object.id, "user/x", None::<String>, true]).unwrap();
        }
        database
            .execute(
                &insert.replace("embedded", "area x"),
                rusqlite::params!["User", "u0", "user/u0", None::<String>, true],
            )
            .unwrap();
    }
}

/// The ids of everything in the store.
fn ids(database: &Connection) -> BTreeSet<String> {
    let sql = "SELECT id FROM users UNION SELECT id FROM applications UNION SELECT id FROM packages
               UNION SELECT id FROM plans UNION SELECT id FROM package_keys";
    database.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// A workspace for an area, with its filled database.
fn workspace(area: &Area, is_wrong: bool, folder: &std::path::Path) -> (Console, Connection) {
    let workspace = folder.canonicalize().unwrap().join("w");
    std::fs::create_dir_all(workspace.join(".keywright")).unwrap();
    std::fs::write(workspace.join(".keywright/.gitignore"), "*\n").unwrap();
    let database = Connection::open(workspace.join(".keywright/keywright.db")).unwrap();
    fill(area, is_wrong, &database);
    let declared: Vec<&str> =
        area.objects.iter().filter(|object| object.is_declared).map(|object| object.manifest.as_str()).collect();
    std::fs::write(workspace.join("all.yaml"), declared.join("---\n")).unwrap();
    let owned: Vec<String> =
        OWNERS.iter().zip(area.owns).map(|((kind, words), word)| format!("{kind}: {}", words[word])).collect();
    let settings = format!(
        "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  ownership: {{{}}}\n  fingerprints: {{key: {{env: KEYWRIGHT_FINGERPRINT_KEY}}}}\n",
        owned.join(", ")
    );
    std::fs::write(workspace.join("keywright.yaml"), settings).unwrap();
    let mut console = Console::new(workspace);
    console.environment.insert("KEYWRIGHT_FINGERPRINT_KEY".to_owned(), KEY.to_owned());
    (console, database)
}

fn check(seed: u64) -> (&'static str, bool) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (area, memory) = Area::random(&mut random);
    let folder = tempfile::tempdir().unwrap();
    let (console, database) = workspace(&area, memory == "wrong", folder.path());
    let prune = if area.prune { " --prune" } else { "" };
    let allow: String = area.allow.iter().map(|address| format!(" --allow {address}")).collect();
    let arguments = format!("{prune}{allow} --max-delete 100%");
    let ran = console.run(&format!("plan{arguments} --format json"));
    let expected = area.expected();
    let about = || format!("seed {seed}, memory {memory}:{arguments}\n{}\n{}", ran.out, ran.err);
    let plan: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", about()));
    let texts = |list: &str, is_it: &dyn Fn(&serde_json::Value) -> bool, field: &str| -> BTreeSet<String> {
        let rows = plan[list].as_array().unwrap_or_else(|| panic!("{list}: {}", about()));
        rows.iter().filter(|row| is_it(row)).map(|row| row[field].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts("changes", &|row| row["action"] == "delete", "address"), expected.deleted, "{}", about());
    assert_eq!(texts("kept", &|_| true, "address"), expected.kept, "{}", about());
    let rules = texts("diagnostics", &|row| row["severity"] == "error", "rule");
    let found = |rule: &str| rules.contains(rule);
    let messages = |rule: &str| texts("diagnostics", &|row| row["rule"] == rule, "message");
    // One finding counts all objects.
    let counted = messages("KW-110").first().map_or(0, |message| {
        let count = message.strip_prefix("--prune would remove ").unwrap().split(' ').next().unwrap();
        count.parse::<usize>().unwrap()
    });
    assert_eq!(counted, expected.unknown, "{}", about());
    assert_eq!(messages("KW-109").len(), expected.protected, "{}", about());
    assert_eq!(found("KW-106"), expected.needs_username, "{}", about());
    let is_stopped = expected.unknown + expected.protected > 0 || expected.needs_username;
    assert_eq!(found("CAM-044") || found("CAM-045"), expected.is_blocked, "{}", about());
    let exit = match (is_stopped, expected.is_blocked) {
        (_, true) => 3,
        (true, false) => 4,
        (false, false) => 0,
    };
    assert_eq!(ran.exit, exit, "{}", about());
    // What the model lets go is gone after the apply, and nothing else.
    let before = ids(&database);
    let applied = console.run(&format!("apply --auto-approve{arguments}"));
    // What a child blocks stays, and the rest is done.
    let is_any_made = expected.deleted.difference(&expected.held).next().is_some();
    let exit = if exit == 3 && is_any_made { 6 } else { exit };
    assert_eq!(applied.exit, exit, "{}\n{}{}", about(), applied.out, applied.err);
    let gone: BTreeSet<String> = before.difference(&ids(&database)).cloned().collect();
    let goes = |address: &String| expected.deleted.contains(address) && !expected.held.contains(address);
    let deleted = area.objects.iter().filter(|object| goes(&object.address));
    let deleted: BTreeSet<String> = deleted.map(|object| object.id.clone()).collect();
    assert_eq!(gone, deleted, "{}", about());
    (memory, is_stopped)
}

#[test]
fn the_plan_deletes_keeps_and_stops_as_an_independent_model() {
    let tries = std::env::var("KEYWRIGHT_MEMORY").map_or(40, |tries| tries.parse().unwrap());
    let mut seen: BTreeMap<(&str, bool), u64> = BTreeMap::new();
    for seed in 0..tries {
        *seen.entry(check(seed)).or_default() += 1;
    }
    println!("areas by memory and whether a guard stopped: {seen:?}");
    assert_eq!(seen.len(), 6, "every memory stops and passes at least once: {seen:?}");
}
