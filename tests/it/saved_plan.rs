//! Saved plans whose workspace has changed, and the content of their files.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::console::Console;
use crate::console::Ran;
use crate::team::CUSTOM_KEY;
use crate::team::TEAM;

const OLD: &str = "---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: old}
spec: {user: alice}
";
const OWNER: &str = "apiVersion: keywright.dev/v1
kind: Workspace
metadata: {name: team}
spec:
  environment: {allow: [APP_]}
";

struct Team {
    folder: TempDir,
    console: Console,
}

impl Team {
    fn new(workspace: &str, manifests: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut console = Console::new(folder.path().to_path_buf());
        let values = [("APP_KEY", "not-a-real-key-value"), ("APP_SECRET", "not-a-real-secret")];
        console.environment = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let team = Self { folder, console };
        team.write(workspace, manifests);
        team
    }

    fn write(&self, workspace: &str, manifests: &[&str]) {
        fs::write(self.path("keywright.yaml"), format!("{OWNER}{workspace}")).unwrap();
        fs::write(self.path("m.yaml"), manifests.concat()).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    fn runs(&self, line: &str, exit: u8) -> Ran {
        let ran = self.console.run(line);
        assert_eq!(ran.exit, exit, "{line}\n{}{}", ran.out, ran.err);
        ran
    }

    fn saved(&self) -> String {
        fs::read_to_string(self.path("p.json")).unwrap()
    }
}

#[track_caller]
fn says(ran: &Ran, text: &str) {
    assert!(ran.err.contains(text), "`{text}` is not in\n{}", ran.err);
}

#[test]
fn the_file_is_its_owners_only_and_holds_no_secret() {
    let team = Team::new("", &[TEAM, CUSTOM_KEY]);
    team.runs("plan --out p.json", 0);
    let text = team.saved();
    assert!(!text.contains("not-a-real"), "{text}");
    assert!(text.contains("\"value\": \"given\", \"withSecret\": true"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(team.path("p.json")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let said = team.runs("apply p.json", 0);
    assert!(said.out.contains("Applied: 5 changes done."), "{}", said.out);
    team.runs("plan --detailed-exitcode", 0);
}

#[test]
fn the_same_plan_is_the_same_bytes() {
    let team = Team::new("", &[TEAM, CUSTOM_KEY]);
    team.runs("plan --out p.json", 0);
    let first = team.saved();
    team.runs("plan --out p.json", 0);
    assert_eq!(team.saved(), first);
}

#[test]
fn a_wrong_command_line_leaves_no_older_plan() {
    let team = Team::new("", &[TEAM, CUSTOM_KEY]);
    team.runs("plan --out p.json", 0);
    team.runs("plan --out p.json --bogus", 64);
    assert!(!team.path("p.json").exists());
    for wrong in ["--format json --for gitlab", "--format markdown --for nowhere"] {
        team.runs("plan --out p.json", 0);
        team.runs(&format!("plan --out p.json {wrong}"), 64);
        assert!(!team.path("p.json").exists(), "{wrong}");
    }
    fs::write(team.path("note.txt"), "not a plan").unwrap();
    team.runs("plan --out note.txt --bogus", 64);
    assert!(team.path("note.txt").exists());
}

#[test]
fn a_plan_is_applied_from_anywhere_to_the_workspace_that_f_names() {
    let team = Team::new("", &[TEAM]);
    team.runs("plan --out a-plan-by-content", 0);
    let elsewhere = tempfile::tempdir().unwrap();
    fs::rename(team.path("a-plan-by-content"), elsewhere.path().join("plan")).unwrap();
    let console = Console::new(elsewhere.path().to_path_buf());
    let ran = console.run(&format!("apply plan -f {}", team.folder.path().display()));
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    team.runs("plan --detailed-exitcode", 0);
}

#[test]
fn the_guards_are_asked_again_with_the_consent_of_the_plan_and_of_the_run() {
    let owns = "  ownership: {applications: ofDeclaredUsers}\n";
    let team = Team::new(owns, &[TEAM, OLD]);
    team.runs("apply --auto-approve", 0);
    team.write(owns, &[TEAM]);
    team.runs("plan --prune --out p.json", 0);
    let strict = format!("{owns}  guards: {{deletes: {{percent: 0, count: 0}}}}\n");
    team.write(&strict, &[TEAM]);
    let stopped = team.runs("apply p.json", 4);
    says(&stopped, "error[KW-101]: 1 of 2 applications would be deleted or replaced");
    team.runs("plan --prune --out p.json --allow application/alice/old", 0);
    team.runs("apply p.json --format json", 0);
    team.write(&strict, &[TEAM, OLD]);
    team.runs("apply --auto-approve", 0);
    team.write(owns, &[TEAM]);
    team.runs("plan --prune --out p.json", 0);
    team.write(&strict, &[TEAM]);
    team.runs("apply p.json --max-delete 1", 0);
    assert!(!team.runs("export", 0).out.contains("name: old"));
}

/// Nobody has seen what the plan would be now.
#[test]
fn what_a_saved_plan_asks_about_is_held_back_also_when_no_guard_asks_any_more() {
    let team = Team::new("", &[TEAM]);
    team.runs("apply --auto-approve", 0);
    let alike = OLD.replace("name: old", "name: Checkout");
    team.write("", &[TEAM, &alike]);
    let asks = team.runs("plan --out p.json", 4);
    says(&asks, "KW-131");
    let store = rusqlite::Connection::open(team.path(".keywright/keywright.db")).unwrap();
    assert_eq!(store.execute("UPDATE applications SET name = 'till'", []).unwrap(), 1);
    let count = || store.query_row("SELECT count(*) FROM applications", [], |row| row.get::<_, u32>(0)).unwrap();
    for line in ["apply p.json", "apply p.json --allow application/alice/Checkout"] {
        let held = team.runs(line, 4);
        assert!(held.out.contains("KW-131: plan again"), "{}", held.out);
        assert_eq!(count(), 1);
    }
}

#[test]
fn objects_no_longer_owned_or_now_protected_stay() {
    let owns = "  ownership: {applications: ofDeclaredUsers}\n";
    let team = Team::new(owns, &[TEAM, OLD]);
    team.runs("apply --auto-approve", 0);
    team.write(owns, &[TEAM]);
    team.runs("plan --prune --out p.json", 0);
    team.write("", &[TEAM]);
    says(&team.runs("apply p.json", 4), "error[KW-107]: application/alice/old is not declared");
    team.write(owns, &[TEAM, &OLD.replace("name: old", "name: old, protect: true")]);
    assert!(team.runs("apply p.json", 5).out.contains("application/alice/old is declared by the manifests"));
    assert!(team.runs("export", 0).out.contains("name: old"));
}

/// An edited plan with a new checksum passes as one of ours.
#[test]
fn a_forged_plan_neither_writes_other_lines_nor_creates_a_value_that_can_be_guessed() {
    let key = CUSTOM_KEY
        .replace("{custom: {env: APP_KEY}}", "{generate: {prefix: chk_}}\n  deliver: [{file: s/a.env, as: CK}]");
    let team = Team::new("", &[TEAM, &key]);
    team.runs("plan --out p.json", 0);
    let plan = fs::read_to_string(team.path("p.json")).unwrap();
    for (before, after) in [
        ("\"as\": \"CK\"", "\"as\": \"PATH=/x;CK\""),
        ("\"as\": \"CK\"", "\"as\": \"#!/bin/sh\\nCK\""),
        ("\"length\": 24", "\"length\": 5"),
    ] {
        assert!(plan.contains(before), "{plan}");
        fs::write(team.path("p.json"), sealed(&plan.replace(before, after))).unwrap();
        let run = team.runs("apply p.json", 1);
        assert!(run.err.contains("could not read the plan"), "{}", run.err);
        assert!(!team.path("s").exists());
    }
}

/// With the checksum that Keywright writes: of the text with an empty one.
fn sealed(plan: &str) -> String {
    let at = plan.find("\"checksum\": \"").unwrap() + "\"checksum\": \"".len();
    let empty = format!("{}{}", &plan[..at], &plan[at + 64..]);
    let checksum = keywright::model::Digest::of(empty.as_bytes()).hex();
    format!("{}{checksum}{}", &empty[..at], &empty[at..])
}

#[test]
fn a_key_that_lost_its_value_is_named() {
    let team = Team::new("", &[TEAM, CUSTOM_KEY]);
    team.runs("plan --out p.json", 0);
    for (manifests, why) in [
        (vec![TEAM], "key/production is no longer declared at all"),
        (vec![TEAM, "---\n"], "key/production is no longer declared at all"),
    ] {
        team.write("", &manifests);
        says(&team.runs("apply p.json", 1), why);
    }
    team.write("", &[TEAM, &CUSTOM_KEY.replace("{custom: {env: APP_KEY}}", "{generate: {prefix: chk_}}")]);
    says(&team.runs("apply p.json", 1), "key/production is no longer declared with a custom value");
    team.write("", &[TEAM, &CUSTOM_KEY.replace("  secret: {env: APP_SECRET}\n", "")]);
    says(&team.runs("apply p.json", 1), "key/production is no longer declared with a shared secret");
    assert!(!team.path(".keywright/keywright.db").exists() || team.runs("export", 0).out.is_empty());
}

#[test]
fn a_rotation_is_made_once() {
    let key = CUSTOM_KEY.replace(
        "{custom: {env: APP_KEY}}",
        "{generate: {prefix: chk_}}\n  rotation: {every: 90d, overlap: 14d, grace: 7d}\n  deliver: elsewhere",
    );
    let mut team = Team::new("", &[TEAM, &key]);
    team.runs("apply --auto-approve", 0);
    team.console.now = "2027-03-01T00:00:00Z".into();
    team.runs("plan --out p.json", 0);
    let first = team.runs("apply p.json", 0);
    assert!(first.out.contains("+ key/production"), "{}", first.out);
    forget(&team);
    let again = team.runs("apply p.json", 5);
    assert!(again.out.contains("key/production has a newer generation than when the plan was made"), "{}", again.out);
}

#[test]
fn an_object_with_another_parent_is_not_the_reviewed_object() {
    let bob = TEAM.split("---\n").next().unwrap().replace("alice", "bob") + "---\n";
    let till = OLD.replace("old", "till");
    let key = CUSTOM_KEY.replace("plan: gold", "plan: gold\n  expires: 2030-01-01");
    let later = TEAM.replace("spec: {user: alice}", "spec: {user: alice, description: reviewed}");
    let team = Team::new("", &[&bob, TEAM, &till, &key]);
    team.runs("apply --auto-approve", 0);
    let database = rusqlite::Connection::open(team.path(".keywright/keywright.db")).unwrap();
    let by_hand = |sql: &str| assert_eq!(database.execute(sql, []).unwrap(), 1, "{sql}");

    team.write("", &[&bob, TEAM, &till, &key.replace("2030", "2031")]);
    team.runs("plan --out p.json", 0);
    by_hand("UPDATE package_keys SET application = (SELECT row FROM applications WHERE name = 'till')");
    let ran = team.runs("apply p.json", 5);
    assert!(ran.out.contains("has changed since the plan was made"), "{}", ran.out);
    by_hand("UPDATE package_keys SET application = (SELECT row FROM applications WHERE name = 'checkout')");

    team.write("", &[&bob, &later, &till, &key]);
    team.runs("plan --out p.json", 0);
    by_hand("UPDATE applications SET user = (SELECT row FROM users WHERE username = 'bob') WHERE name = 'checkout'");
    let ran = team.runs("apply p.json", 5);
    assert!(ran.out.contains("application/alice/checkout has changed since the plan was made"), "{}", ran.out);
    assert!(!team.runs("export", 0).out.contains("reviewed"));
}

#[test]
fn a_plan_for_another_area_or_host_is_refused_by_name() {
    let team = Team::new("", &[TEAM]);
    let cloud = |host: &str, area: &str| {
        let secret = "{env: KEYWRIGHT_KEY}";
        format!(
            "  stores:\n    cloudApiManagement:\n      url: https://{host}\n      area: {area}\n      credentials: \
             {{apiKey: {secret}, apiSecret: {secret}, username: {secret}, password: {secret}}}\n"
        )
    };
    team.runs("plan --out p.json", 0);
    team.write(&cloud("a.example.com", "11111111-0000-0000-0000-000000000000"), &[TEAM]);
    says(&team.runs("apply p.json", 1), "it is for the store \"embedded store\", not for \"Cloud API Management\"");
    let store = "{\"name\": \"Cloud API Management\", \"host\": \"a.example.com\", \"area\": \"11111111-0000-0000-0000-000000000000\"}";
    resealed(&team.path("p.json"), &team.saved().replace("{\"name\": \"embedded store\"}", store));
    team.write(&cloud("a.example.com", "22222222-0000-0000-0000-000000000000"), &[TEAM]);
    says(
        &team.runs("apply p.json", 1),
        "it is for the area 11111111-0000-0000-0000-000000000000, not for 22222222-0000-0000-0000-000000000000",
    );
    team.write(&cloud("b.example.com", "11111111-0000-0000-0000-000000000000"), &[TEAM]);
    says(&team.runs("apply p.json", 1), "it is for the host a.example.com, not for b.example.com");
}

/// Writes a plan with a matching checksum, as someone might who wants to bypass it.
fn resealed(path: &Path, text: &str) {
    fs::write(path, keywright::saved_plan::sealed(text.as_bytes()).unwrap()).unwrap();
}

#[test]
fn a_thousand_changes_are_far_below_five_megabytes() {
    let user = |number: usize, name: &str| {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: user-{number}}}\nspec: {{email: \
             user-{number}@example.com, displayName: {name} {number}, status: active, company: Example Company}}\n"
        )
    };
    let users = |name: &str| (0..1_000).map(|number| user(number, name)).collect::<String>();
    let team = Team::new("", &[&users("Before")]);
    team.runs("plan --out p.json", 0);
    let creates = team.saved().len();
    assert!(creates < 2 << 20, "{creates} bytes");
    team.runs("apply p.json", 0);
    team.write("", &[&users("After")]);
    team.runs("plan --out p.json", 0);
    let updates = team.saved().len();
    assert!(updates < 2 << 20, "{updates} bytes");
    let comment = team.runs("show p.json --format markdown", 0).out;
    assert!(comment.chars().count() < 65_536 && comment.contains("more; `keywright` prints them on a terminal"));
    assert!(team.runs("apply p.json", 0).out.contains("Applied: 1000 changes done."));
}

#[test]
fn a_stream_reports_stale_changes_and_each_change_by_its_index() {
    let team = Team::new("", &[TEAM]);
    team.runs("apply --auto-approve", 0);
    let later = TEAM.replace("displayName: Alice", "displayName: Alicia").replace("spec: {}", "spec: {description: x}");
    team.write("", &[&later]);
    let plan = team.runs("plan --out p.json --format json", 0);
    let plan: serde_json::Value = serde_json::from_str(&plan.out).unwrap();
    let planned: Vec<&str> =
        plan["changes"].as_array().unwrap().iter().map(|change| change["address"].as_str().unwrap()).collect();
    // Another client changes the user in the meantime.
    team.write("", &[&TEAM.replace("displayName: Alice", "displayName: Alison")]);
    team.runs("apply --auto-approve", 0);
    team.write("", &[&later]);
    let ran = team.runs("apply p.json --format json-stream --auto-approve", 5);
    let events: Vec<serde_json::Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((events.len(), &events[0]["event"], &events[0]["changes"]), (4, &"began".into(), &2.into()));
    for event in &events[1..3] {
        let place = usize::try_from(event["number"].as_u64().unwrap()).unwrap() - 1;
        assert_eq!(event["change"]["address"], planned[place]);
        let fate = if planned[place] == "user/alice" { "stale" } else { "done" };
        assert_eq!(event["change"]["outcome"], fate);
    }
    assert_ne!(events[1]["number"], events[2]["number"]);
    assert_eq!(events[3]["summary"]["stale"], 1);
    // An empty apply has a start and an end event too.
    team.runs("apply --auto-approve", 0);
    let ran = team.runs("apply --format json-stream --auto-approve", 0);
    assert_eq!(ran.out.lines().count(), 2, "{}", ran.out);
}

/// What a database does not know that did not see the run, or that keeps no more of it.
fn forget(team: &Team) {
    let database = rusqlite::Connection::open(team.path(".keywright/keywright.db")).unwrap();
    database.execute_batch("UPDATE runs SET plan = NULL").unwrap();
}

#[test]
fn a_repeated_job_of_an_applied_plan_ends_well_and_does_nothing() {
    let team = Team::new("", &[TEAM, CUSTOM_KEY]);
    team.runs("plan --out p.json", 0);
    team.runs("apply p.json", 0);
    for line in ["apply p.json", "apply p.json --strict"] {
        let ran = team.runs(line, 0);
        assert_eq!(ran.out, "Nothing to do: the plan p.json was applied in run 1.\n");
    }
    assert!(team.runs("apply p.json --format json", 0).out.contains("\"appliedIn\": 1"));
    let stream = team.runs("apply p.json --format json-stream", 0).out;
    assert!(stream.lines().count() == 2 && stream.contains("\"appliedIn\":1"), "{stream}");
    // What a later run deleted does not come back.
    team.write("  ownership: {packageKeys: ofDeclaredApplications}\n", &[TEAM]);
    team.runs("apply --prune --auto-approve --allow application/alice/checkout", 0);
    team.write("", &[TEAM, CUSTOM_KEY]);
    team.runs("apply p.json", 0);
    assert!(!team.runs("export", 0).out.contains("PackageKey"));
    // Without the journal, the objects decide.
    forget(&team);
    assert!(team.runs("apply p.json --strict", 5).err.contains("these objects changed since it was made"));
}

#[test]
fn a_plan_that_was_applied_in_part_is_not_applied() {
    let team = Team::new("", &[TEAM]);
    team.runs("plan --out p.json", 0);
    let user = TEAM.split("---\n").next().unwrap();
    team.write("", &[user]);
    team.runs("apply --auto-approve", 0);
    team.write("", &[TEAM]);
    team.runs("apply p.json", 5);
    let again = team.runs("apply p.json", 5);
    assert!(again.out.contains("user/alice already exists in the store"), "{}", again.out);
}

#[test]
fn another_custom_value_or_shared_secret_than_that_of_the_plan_is_stale() {
    for (variable, what) in [
        ("APP_KEY", "key/production gets another value from the variable APP_KEY than when the plan was made"),
        ("APP_SECRET", "key/production gets another shared secret from the variable APP_SECRET than when"),
    ] {
        let mut team = Team::new("", &[TEAM, CUSTOM_KEY]);
        team.runs("plan --out p.json", 0);
        assert!(!team.saved().contains("not-a-real"));
        let before = team.console.environment.insert(variable.to_owned(), "not-a-real-other-text".to_owned());
        let ran = team.runs("apply p.json", 5);
        assert!(ran.out.contains(what) && ran.out.contains("4 done, 1 stale"), "{}", ran.out);
        assert!(!team.runs("export", 0).out.contains("PackageKey"));
        team.console.environment.insert(variable.to_owned(), before.unwrap());
        assert!(!team.runs("apply p.json", 5).err.contains("KW-066"));
    }
}

#[test]
fn under_another_key_for_fingerprints_it_is_unknown_whether_a_value_changed() {
    let team = Team::new("", &[TEAM, CUSTOM_KEY]);
    team.runs("plan --out p.json", 0);
    fs::remove_file(team.path(".keywright/fingerprint.key")).unwrap();
    let ran = team.runs("apply p.json", 0);
    says(
        &ran,
        "warning[KW-066]: it is unknown whether the plan was made with the secrets that key/production gets now",
    );
    let mut shared = Team::new("  fingerprints: {key: {env: KEYWRIGHT_PRINTS}}\n", &[TEAM, CUSTOM_KEY]);
    shared.console.environment.insert("KEYWRIGHT_PRINTS".to_owned(), "not-a-real-key".repeat(4));
    shared.runs("plan --out p.json", 0);
    let other = Team::new("  fingerprints: {key: {env: KEYWRIGHT_PRINTS}}\n", &[TEAM, CUSTOM_KEY]);
    let console = Console { environment: shared.console.environment.clone(), ..Console::new(other.path("")) };
    let ran = console.run(&format!("apply {}", shared.path("p.json").display()));
    assert!(ran.exit == 0 && !ran.err.contains("KW-066"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_plan_names_its_commit_and_says_when_the_manifests_moved_on() {
    let team = Team::new("", &[TEAM]);
    let git = |line: &str| crate::trust::repository::git(team.folder.path(), line);
    git("init -q");
    fs::write(team.path(".gitignore"), ".keywright/\np.json\n").unwrap();
    git("add -A");
    git("commit -q -m first");
    let first = git("rev-parse HEAD")[..12].to_owned();
    team.runs("plan --out p.json", 0);
    assert!(team.runs("show p.json", 0).out.ends_with(&format!("Made from commit {first}.\n")));
    // Comments, order and line ends do not count.
    fs::write(team.path("m.yaml"), format!("# a comment\n{TEAM}").replace('\n', "\r\n")).unwrap();
    assert!(!team.runs("apply p.json", 0).err.contains("KW-067"));
    team.write("", &[&TEAM.replace("displayName: Alice", "displayName: Ally")]);
    team.runs("plan --out p.json", 0);
    let shown = team.runs("show p.json --format markdown", 0).out;
    assert!(shown.contains(&format!("{first} with uncommitted changes")), "{shown}");
    git("add -A");
    git("commit -q -m second");
    assert!(!team.runs("apply p.json", 0).err.contains("KW-067"));
    team.runs("plan --out p.json", 0);
    let second = git("rev-parse HEAD")[..12].to_owned();
    team.write("", &[&TEAM.replace("displayName: Alice", "displayName: Alicia")]);
    git("add -A");
    git("commit -q -m third");
    let third = git("rev-parse HEAD")[..12].to_owned();
    let said = format!("it was made from commit {second}, and HEAD is now {third}");
    says(&team.runs("apply p.json", 0), &said);
    says(&team.runs("apply p.json --strict", 5), "the manifests changed since it was made");
    fs::remove_file(team.path("m.yaml")).unwrap();
    fs::write(team.path("n.yaml"), TEAM).unwrap();
    team.runs("plan --out p.json", 0);
    assert!(team.runs("show p.json", 0).out.contains(&format!("{third} with uncommitted changes")));
}

#[test]
fn a_plan_that_is_named_like_a_manifest_is_one_error() {
    let team = Team::new("", &[TEAM]);
    for name in ["plan.yaml", "plan.yml"] {
        says(&team.runs(&format!("plan --out {name}"), 1), "it would be a manifest");
        assert!(!team.path(name).exists());
    }
    team.runs("plan --out plan.json", 0);
    fs::rename(team.path("plan.json"), team.path("plan.yaml")).unwrap();
    let ran = team.runs("validate", 3);
    assert!(ran.out.contains("error[KW-009]: the file is a saved plan, not a manifest"), "{}", ran.out);
    assert_eq!(ran.out.matches("error[").count(), 1, "{}", ran.out);
}
