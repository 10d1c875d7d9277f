//! `drift`: who moved since the last apply. Other hands change the store over the wire or by SQL; the machine has its memory,
//! none, or a wrong one.

use std::fs;

use rusqlite::Connection;
use serde_json::Value;
use serde_json::json;

use crate::cloud::area::World;
use crate::console::Console;
use crate::console::Ran;
use crate::emulator::caller::Emulator;
use crate::emulator::caller::id;
use crate::team::TEAM;

const KEY: &str = "---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: k}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  settings: {status: active}
  deliver: [{file: secrets/k.env, as: K}]
";

/// A workspace on an embedded store that holds all of it.
struct Story {
    folder: tempfile::TempDir,
    console: Console,
}

impl Story {
    fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        let story = Self { folder, console };
        let head = "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: w}\n";
        story.write("keywright.yaml", &format!("{head}spec: {{{settings}}}\n"));
        story.write("m.yaml", &format!("{TEAM}{KEY}"));
        let ran = story.console.run("apply --auto-approve");
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
        story
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder.path().join("m.yaml")).unwrap();
        assert!(text.contains(from), "{from}");
        self.write("m.yaml", &text.replace(from, to));
    }

    fn by_hand(&self, sql: &str) {
        let database = Connection::open(self.folder.path().join(".keywright/keywright.db")).unwrap();
        assert!(database.execute(sql, []).unwrap() > 0, "{sql}");
    }

    /// Sets one attribute of the only row of a table.
    fn set(&self, table: &str, attribute: &str, value: &str) {
        let value = value.replace('\'', "''");
        self.by_hand(&format!("UPDATE {table} SET attributes = json_set(attributes, '$.\"{attribute}\"', '{value}')"));
    }

    fn drift(&self) -> (Value, Ran) {
        let ran = self.console.run("drift --format json");
        let document = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err));
        (document, ran)
    }

    /// `address difference side`, for each object.
    fn sides(&self) -> (Vec<String>, u8) {
        let (document, ran) = self.drift();
        let word = |object: &Value, field: &str| object[field].as_str().unwrap().to_owned();
        let line = |object: &Value| {
            format!("{} {} {}", word(object, "address"), word(object, "difference"), word(object, "side"))
        };
        (document["objects"].as_array().unwrap().iter().map(line).collect(), ran.exit)
    }
}

fn schema(kind: &str) -> jsonschema::Validator {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf();
    let ran = Console::new(root).run(&format!("schema {kind}"));
    jsonschema::validator_for(&serde_json::from_str(&ran.out).unwrap()).unwrap()
}

#[test]
fn each_difference_has_the_side_that_made_it() {
    let story = Story::new("");
    assert_eq!(story.sides(), (vec![], 0));
    story.edit("displayName: Alice", "displayName: Ann");
    assert_eq!(story.sides(), (vec!["user/alice changed ours".to_owned()], 0));
    story.set("users", "displayName", "Alicia");
    assert_eq!(story.sides(), (vec!["user/alice changed both".to_owned()], 2));
    story.edit("displayName: Ann", "displayName: Alice");
    assert_eq!(story.sides(), (vec!["user/alice changed theirs".to_owned()], 2));
    let ran = story.console.run("drift");
    assert!(ran.out.contains("displayName: applied Alice · store Alicia · manifest Alice"), "{}", ran.out);
    assert!(ran.out.contains("m.yaml:3") && ran.out.contains("1 changed in the store (theirs)"), "{}", ran.out);
    // Both moved to the same value.
    story.edit("displayName: Alice", "displayName: Alicia");
    assert_eq!(story.sides(), (vec![], 0));
}

#[test]
fn a_key_that_a_person_disabled_is_drift_and_a_due_delivery_is_not() {
    let story = Story::new("");
    fs::write(story.folder.path().join("secrets/k.env"), "K=other\n").unwrap();
    assert_eq!(story.sides(), (vec![], 0));
    story.set("package_keys", "settings.status", "disabled");
    assert_eq!(story.sides(), (vec!["key/k changed theirs".to_owned()], 2));
}

#[test]
fn objects_that_are_gone_new_or_made_by_hand() {
    let story = Story::new("ownership: {users: all, packageKeys: ofDeclaredApplications}");
    story.by_hand("DELETE FROM package_keys");
    story.edit("---\napiVersion: keywright.dev/v1\nkind: Plan", &format!("---\n{}---\napiVersion: keywright.dev/v1\nkind: Plan", "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: bob}\nspec: {email: bob@example.com, displayName: Bob}\n"));
    story.by_hand(
        "INSERT INTO users (id, username, attributes, created, updated)
         SELECT 'by-hand', 'carl', json_set(attributes, '$.email', 'carl@example.com'), created, updated FROM users",
    );
    let expected = ["key/k missing theirs", "user/bob missing ours", "user/carl undeclared theirs"];
    let (mut sides, exit) = story.sides();
    sides.sort();
    assert_eq!((sides, exit), (expected.map(str::to_owned).to_vec(), 2));
    let ran = story.console.run("drift --format github");
    assert!(ran.out.contains("key/k was deleted in the store"), "{}", ran.out);
    assert!(ran.out.contains("user/carl was made in the store"), "{}", ran.out);
    assert_eq!(ran.exit, 2);
}

#[test]
fn without_a_record_the_comparison_has_two_sides_and_says_so() {
    let story = Story::new("");
    for table in ["objects", "applied", "writes", "runs"] {
        story.by_hand(&format!("DELETE FROM {table}"));
    }
    assert_eq!(story.sides(), (vec![], 0));
    story.edit("displayName: Alice", "displayName: Ann");
    assert_eq!(story.sides(), (vec!["user/alice changed unknown".to_owned()], 2));
    let ran = story.console.run("drift");
    assert!(ran.err.contains("info[KW-155]") && ran.err.contains("user/alice"), "{}", ran.err);
    // A wrong record calls it a change of both.
    let wrong = Story::new("");
    wrong.by_hand("UPDATE applied SET fields = json_set(fields, '$.displayName', 'Zoe') WHERE kind = 'User'");
    assert_eq!(wrong.sides(), (vec![], 0));
    wrong.edit("displayName: Alice", "displayName: Ann");
    assert_eq!(wrong.sides(), (vec!["user/alice changed both".to_owned()], 2));
}

#[test]
fn drift_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.yaml"), TEAM).unwrap();
    let console = Console::new(folder.path().to_path_buf());
    let ran = console.run("drift");
    assert_eq!(ran.exit, 2, "{}{}", ran.out, ran.err);
    assert!(!folder.path().join(".keywright").exists());
    let story = Story::new("");
    let database = story.folder.path().join(".keywright/keywright.db");
    Connection::open(&database).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let before = fs::read(&database).unwrap();
    story.edit("displayName: Alice", "displayName: Ann");
    assert_eq!(story.console.run("drift").exit, 0);
    assert!(fs::read(&database).unwrap() == before, "drift changed the database");
}

#[test]
fn every_format_has_the_drift_and_no_key() {
    let story = Story::new("");
    story.set("users", "displayName", "A|<b>\u{202e}::error::x");
    let value = fs::read_to_string(story.folder.path().join("secrets/k.env")).unwrap();
    let value = value.trim().strip_prefix("K=").unwrap();
    let (document, _) = story.drift();
    for kind in ["DriftOutput", "Output"] {
        let errors: Vec<String> = schema(kind).iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    for format in ["text", "json", "markdown", "sarif", "github", "gitlab", "junit"] {
        let ran = story.console.run(&format!("drift --format {format}"));
        assert_eq!(ran.exit, 2, "{format}: {}", ran.err);
        assert!(ran.out.contains("alice") && !ran.out.contains(value), "{format}: {}", ran.out);
        assert!(!ran.out.contains('\u{202e}'), "{format}: {}", ran.out);
        let filed = story.console.run(&format!("drift --format {format} --out report.txt"));
        assert_eq!((filed.exit, filed.out.as_str()), (2, ""), "{format}: {}", filed.err);
        let file = fs::read_to_string(story.folder.path().join("report.txt")).unwrap();
        assert_eq!(file.trim(), ran.out.trim(), "{format}");
    }
    let ran = story.console.run("drift --out m.yaml");
    assert!(ran.exit == 1 && ran.err.contains("it would be a manifest"), "{}", ran.err);
    assert!(fs::read_to_string(story.folder.path().join("m.yaml")).unwrap().contains("kind: User"));
    // A failure is in the file, too.
    story.edit("displayName: Alice", "displayNmae: Alice");
    let ran = story.console.run("drift --format json --out report.txt");
    assert_eq!(ran.exit, 3, "{}", ran.err);
    assert!(fs::read_to_string(story.folder.path().join("report.txt")).unwrap().contains("\"kind\": \"diagnostics\""));
}

/// Another client edits the area, over the wire.
#[test]
fn an_edit_over_the_wire_is_found() {
    let emulator = Emulator::start(&[]);
    let ids = emulator.world();
    let key = id(&emulator.key(&ids, json!({"apikey": "wild-value-that-is-not-real", "status": "active"})));
    let manifests = format!(
        "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: alice}}\nspec: {{email: alice@example.com, displayName: Alice, status: active}}
---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: shop}}\nspec: {{user: alice}}
---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: pay}}\nspec: {{description: Pay}}
---\napiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {{name: gold}}\nspec: {{package: pay}}
---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: k}}\nspec: {{user: alice, application: shop, package: pay, plan: gold, key: {{existing: {key}}}, settings: {{status: active}}}}\n"
    );
    let world = World::new(&manifests);
    world.point_at_url(&format!("http://{}", emulator.address()), "{callsPerSecond: 1000}", "", "TEST_");
    assert_eq!(world.apply().exit, 0);
    let said = world.keywright(&["drift"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    emulator.put(&format!("/packageKeys/{key}"), json!({"status": "disabled"})).ok();
    let said = world.keywright(&["drift"]);
    assert!(said.exit == 2 && said.text.contains("settings.status: applied active · store disabled"), "{}", said.text);
    assert!(said.text.contains("last changed 20"), "{}", said.text);
    assert!(!said.text.contains("wild-value"), "{}", said.text);
    // A fresh machine has no record of the apply.
    fs::remove_dir_all(world.workspace().join(".keywright")).unwrap();
    let said = world.keywright(&["drift"]);
    assert!(said.exit == 2 && said.text.contains("KW-155"), "{}", said.text);
    assert!(!world.workspace().join(".keywright").exists(), "drift made a database");
}

/// New objects are missing from the next three lists.
#[test]
fn a_lagging_list_is_not_taken_for_a_deletion() {
    let world = World::new(&format!("{TEAM}{KEY}"));
    let area = world.area(&["--quirk", "late-lists=3"]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 4s}", "");
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    let said = world.keywright(&["drift"]);
    assert!(said.exit == 0 && !said.text.contains("not in the store"), "{}", said.text);
}

#[test]
fn adopted_edits_leave_nothing_to_do_and_every_other_byte() {
    let story = Story::new("");
    let package = |emails: &str| format!("metadata: {{name: payments}}\nspec: {{notifyAdminEmails: {emails}}} # who");
    story.edit("metadata: {name: payments}\nspec: {}", &package("[z@example.com, a@example.com]"));
    assert_eq!(story.console.run("apply --auto-approve").exit, 0);
    story.by_hand(
        "UPDATE packages SET attributes = json_set(attributes, '$.notifyAdminEmails', json('[\"z@example.com\"]'))",
    );
    story.set("users", "displayName", "Alicia: the first");
    story.set("package_keys", "settings.status", "disabled");
    let before = fs::read_to_string(story.folder.path().join("m.yaml")).unwrap();
    let ran = story.console.run("drift --adopt");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("+  settings: {status: disabled}"), "{}", ran.out);
    let after = fs::read_to_string(story.folder.path().join("m.yaml")).unwrap();
    let expected = before
        .replace("[z@example.com, a@example.com]", "[z@example.com]")
        .replace("displayName: Alice", "displayName: \"Alicia: the first\"")
        .replace("{status: active}\n  deliver", "{status: disabled}\n  deliver");
    assert_eq!(after, expected);
    for command in ["validate", "drift", "plan --detailed-exitcode"] {
        let ran = story.console.run(command);
        assert_eq!(ran.exit, 0, "{command}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn what_cannot_be_adopted_is_named_and_stays() {
    let story = Story::new("");
    // The manifest changed, too; and a machine without a record cannot know which one is newer.
    story.edit("displayName: Alice", "displayName: Ann");
    story.set("users", "displayName", "Alicia");
    let before = fs::read_to_string(story.folder.path().join("m.yaml")).unwrap();
    let ran = story.console.run("drift --adopt");
    assert!(ran.exit == 2 && ran.err.contains("warning[KW-156]"), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("m.yaml:4") && ran.err.contains("write Alicia to the manifest by hand"), "{}", ran.err);
    story.by_hand("DELETE FROM applied");
    let ran = story.console.run("drift --adopt");
    assert!(ran.exit == 2 && ran.err.contains("no apply is recorded"), "{}{}", ran.out, ran.err);
    // A deleted object is no edit, and no manifest is deleted.
    story.by_hand("DELETE FROM package_keys");
    let ran = story.console.run("drift --adopt");
    assert!(ran.exit == 2 && ran.err.contains("removed: true"), "{}{}", ran.out, ran.err);
    assert_eq!(fs::read_to_string(story.folder.path().join("m.yaml")).unwrap(), before);
}

#[test]
fn what_can_be_adopted_is_written_beside_what_cannot() {
    let story = Story::new("");
    story.edit("{status: active}\n  deliver", "&on {status: active}\n  deliver");
    story.edit("displayName: Alice,", "displayName: 'Alice', # the first\n ");
    story.set("users", "displayName", "Lee's");
    story.by_hand("DELETE FROM package_keys");
    let ran = story.console.run("drift --adopt --format json");
    assert!(ran.exit == 2 && ran.err.contains("displayName: 'Lee''s', # the first"), "{}{}", ran.out, ran.err);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let errors: Vec<String> = schema("DriftOutput").iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty() && ran.out.contains("KW-156"), "{errors:?}{}", ran.out);
    assert_eq!(story.sides(), (vec!["key/k missing theirs".to_owned()], 2));
}

/// Mounted configuration is a link to another file.
#[test]
fn nothing_is_written_through_a_link() {
    let story = Story::new("");
    let (link, real) = (story.folder.path().join("m.yaml"), story.folder.path().join(".data/m.yaml"));
    fs::create_dir(real.parent().unwrap()).unwrap();
    fs::rename(&link, &real).unwrap();
    std::os::unix::fs::symlink(".data/m.yaml", &link).unwrap();
    let before = fs::read_to_string(&real).unwrap();
    story.set("users", "displayName", "Alicia");
    assert_eq!(story.sides(), (vec!["user/alice changed theirs".to_owned()], 2));
    let ran = story.console.run("drift --adopt");
    assert!(
        ran.exit == 1 && ran.err.contains("could not adopt") && ran.err.contains("m.yaml"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert!(link.is_symlink() && fs::read_to_string(&real).unwrap() == before);
}

#[test]
fn of_a_long_value_a_digest_shows_the_side() {
    let story = Story::new("");
    let long = |letter: &str| letter.repeat(9_000);
    story.edit(
        "metadata: {name: payments}\nspec: {}",
        &format!("metadata: {{name: payments}}\nspec: {{description: {}}}", long("x")),
    );
    assert_eq!(story.console.run("apply --auto-approve").exit, 0);
    assert_eq!(story.sides(), (vec![], 0));
    story.set("packages", "description", &long("y"));
    assert_eq!(story.sides(), (vec!["package/payments changed theirs".to_owned()], 2));
    let ran = story.console.run("drift");
    assert!(ran.out.contains("description: applied: only a digest is recorded · store y"), "{}", ran.out);
    let ran = story.console.run("drift --format github");
    assert!(
        ran.out.contains("the store changed since the last apply, as the digest of the applied value"),
        "{}",
        ran.out
    );
    // The manifest moves, too, to another value and to the same one.
    story.edit(&long("x"), &long("z"));
    assert_eq!(story.sides(), (vec!["package/payments changed both".to_owned()], 2));
    story.edit(&long("z"), &long("y"));
    assert_eq!(story.sides(), (vec![], 0));
    // A plan that holds back something else keeps the record of a field that it did not touch.
    story.edit(&long("y"), &long("z"));
    story.set("packages", "description", &long("x"));
    assert_eq!(story.sides(), (vec!["package/payments changed ours".to_owned()], 0));
    // It is adopted like any other value, and a value that is not a long one any more has the right side.
    story.edit(&long("z"), &long("x"));
    story.set("packages", "description", "short");
    assert_eq!(story.console.run("drift --adopt").exit, 0);
    let text = fs::read_to_string(story.folder.path().join("m.yaml")).unwrap();
    assert!(text.contains("{description: short}"), "{text}");
    assert!(story.console.run("plan").out.contains("Nothing to do"));
    assert_eq!(story.console.run("apply --auto-approve").exit, 0);
    story.set("packages", "description", &long("y"));
    assert_eq!(story.sides(), (vec!["package/payments changed theirs".to_owned()], 2));
}

#[test]
fn what_a_person_took_out_of_a_long_list_comes_back_only_with_consent() {
    let story = Story::new("");
    let ids: Vec<String> = (100_000..101_000).map(|number| format!("\"id:{number}\"")).collect();
    story.write(
        "key.yaml",
        &format!(
            "apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {{name: erp}}\nspec: {{enabled: true, expires: never, \
             allApis: true, allowedOrgs: [{}]}}\n",
            ids.join(", ")
        ),
    );
    let ran = story.console.run("apply --auto-approve");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    story.by_hand("UPDATE api_keys SET attributes = json_remove(attributes, '$.allowedOrgs[7]')");
    assert_eq!(story.sides(), (vec!["apikey/erp changed theirs".to_owned()], 2));
    let ran = story.console.run("plan");
    assert!(
        ran.exit == 4 && ran.err.contains("of `allowedOrgs` in the store and would get that back"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_value_that_an_earlier_version_did_not_record_is_unknown_and_says_why() {
    let story = Story::new("");
    let long = "x".repeat(1_000_000);
    story.edit(
        "metadata: {name: payments}\nspec: {}",
        &format!("metadata: {{name: payments}}\nspec: {{description: {long}}}"),
    );
    assert_eq!(story.console.run("apply --auto-approve").exit, 0);
    assert_eq!(story.sides(), (vec![], 0));
    // As earlier versions left it.
    story.by_hand("UPDATE applied SET fields = json_remove(fields, '$.description') WHERE json_type(fields, '$.description') IS NOT NULL");
    story.set("packages", "description", &"y".repeat(1_000_000));
    assert_eq!(story.sides(), (vec!["package/payments changed unknown".to_owned()], 2));
    let began = std::time::Instant::now();
    let ran = story.console.run("drift");
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
    assert!(ran.out.contains("y… (1000000 characters) · manifest x"), "{}", ran.out.len());
    assert!(
        ran.err.contains("info[KW-155]: an earlier version recorded no long value of package/payments"),
        "{}",
        ran.err
    );
    assert!(ran.out.len() + ran.err.len() < 10_000, "{}", ran.out.len());
    for format in ["markdown", "sarif", "github", "gitlab", "junit"] {
        let ran = story.console.run(&format!("drift --format {format}"));
        let has_reason = ran.out.contains("an earlier version recorded no value this long");
        assert!(ran.exit == 2 && has_reason && ran.out.len() < 10_000, "{format}: {}", ran.out.len());
    }
    let ran = story.console.run("drift --adopt");
    assert!(ran.exit == 2 && ran.err.contains("write the value of `description` that `keywright drift"), "{}", ran.err);
}

#[test]
fn the_document_lists_what_was_adopted_and_a_list_keeps_its_lines() {
    let story = Story::new("");
    let list = "spec:\n  # who is told\n  notifyAdminEmails:\n    - z@example.com   # the boss\n    # a group\n    - a@example.com\n  description: x";
    story.edit("metadata: {name: payments}\nspec: {}", &format!("metadata: {{name: payments}}\n{list}"));
    assert_eq!(story.console.run("apply --auto-approve").exit, 0);
    story.by_hand(
        "UPDATE packages SET attributes = json_set(attributes, '$.notifyAdminEmails', json('[\"b@example.com\", \"z@example.com\"]'))",
    );
    story.edit("displayName: Alice", "displayName: Ann");
    story.set("users", "displayName", "Alicia");
    let without = story.drift().0;
    assert!(without.get("adopted").is_none(), "{without}");
    let ran = story.console.run("drift --adopt --format json");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    for kind in ["DriftOutput", "Output"] {
        let errors: Vec<String> = schema(kind).iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    let line = fs::read_to_string(story.folder.path().join("m.yaml")).unwrap();
    let line = 1 + line.lines().position(|line| line.contains("z@example.com")).unwrap();
    let field = json!({"address": "package/payments", "field": "notifyAdminEmails", "file": "m.yaml", "line": line});
    assert_eq!((ran.exit, &document["adopted"]), (2, &json!([field])), "{}", ran.out);
    let text = fs::read_to_string(story.folder.path().join("m.yaml")).unwrap();
    let expected = list.replace("    # a group\n    - a@example.com\n", "    - b@example.com\n    # a group\n");
    assert!(text.contains(&expected), "{text}");
    // The field that both changed is a finding.
    assert!(
        ran.out.contains("KW-156") && ran.out.contains("could not adopt `displayName` of user/alice"),
        "{}",
        ran.out
    );
    assert_eq!(story.console.run("validate").exit, 0);
}
