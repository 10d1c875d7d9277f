//! `keys revoke` and `keys reveal`: a key leaked, and whatever else is broken, it is disabled and stays so.

mod drill;
mod own_secrets;
mod own_values;
mod typed;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;
use serde_json::Value;

use crate::console::Console;
use crate::console::Ran;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

/// A workspace in the embedded store whose rotated key was applied.
struct Story {
    folder: tempfile::TempDir,
    console: Console,
    value: String,
}

const API_KEY: &str = "---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec: {enabled: true, allowedApis: [audit], allowedOrgs: ['id:41']}
";

impl Story {
    fn of(manifests: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        let mut story = Self { console, folder, value: String::new() };
        story.write("m.yaml", manifests);
        story.runs("apply --auto-approve", 0);
        let text = story.read("secrets/key.env");
        text.trim().split_once('=').unwrap().1.clone_into(&mut story.value);
        story
    }

    fn new() -> Self {
        Self::of(&format!("{TEAM}{ROTATED_KEY}"))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn by_hand(&self, sql: &str) {
        assert!(self.database().execute(sql, []).unwrap() > 0, "{sql}");
    }

    fn database(&self) -> Connection {
        Connection::open(self.folder.path().join(".keywright/keywright.db")).unwrap()
    }

    fn runs(&self, line: &str, exit: u8) -> Ran {
        let ran = self.console.run(line);
        assert_eq!(ran.exit, exit, "{line}\n{}{}", ran.out, ran.err);
        assert!(self.value.is_empty() || !format!("{}{}", ran.out, ran.err).contains(&self.value), "{line}");
        ran
    }

    /// The same, with a text at the terminal.
    fn types(&mut self, input: &str, line: &str, exit: u8) -> Ran {
        self.console.input = input.as_bytes().to_vec();
        let ran = self.runs(line, exit);
        self.console.input.clear();
        ran
    }

    fn leaks(&mut self, exit: u8) -> Ran {
        let value = self.value.clone();
        self.types(&value, "keys revoke --stdin --auto-approve", exit)
    }

    /// How many keys are active, and how many are not.
    fn states(&self) -> (i64, i64) {
        let count = |clause: &str| {
            let sql = format!("SELECT count(*) FROM package_keys WHERE attributes->>'$.\"settings.status\"' {clause}");
            self.database().query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        (count("= 'active'"), count("<> 'active'"))
    }
}

#[test]
fn a_leaked_key_is_named_with_what_depends_on_it_and_disabled() {
    let mut story = Story::new();
    let ran = story.leaks(0);
    for part in [
        "key/production  active",
        "application/alice/checkout · package payments · plan gold",
        "secrets/key.env (CHECKOUT_KEY): delivered",
        "declared in m.yaml:",
        "application/alice/checkout has no other working key",
        "key/production is disabled, and the store shows it",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    assert_eq!(story.states(), (0, 1));
    let runs = story.runs("runs show 2", 0).out;
    assert!(runs.contains("revoke") && runs.contains("key/alice/checkout/payments@"), "{runs}");
    let again = story.leaks(0);
    assert!(again.out.contains("was disabled already"), "{}", again.out);
}

/// Its successor needs consent, so it does not come by itself.
#[test]
fn what_a_revoked_key_waits_for_is_no_event() {
    let mut story = Story::new();
    let due = story.runs("keys due --within 900d", 2).out;
    assert!(due.contains("gets a successor"), "{due}");
    story.leaks(0);
    for line in ["keys due --within 900d", "keys"] {
        let ran = story.runs(line, 0);
        assert!(!ran.out.contains("gets a successor"), "{}", ran.out);
    }
    let timeline = story.runs("plan --timeline", 0).out;
    assert!(timeline.contains("it is disabled, and its successor needs --allow key/production"), "{timeline}");
    story.console.now = "2027-02-20T12:00:00Z".to_owned();
    story.runs("keys due --within 900d", 0);
    story.runs("apply --auto-approve", 4);
    story.runs("apply --auto-approve --allow key/production", 0);
    let due = story.runs("keys due --within 900d", 2).out;
    assert!(due.contains("gets a successor"), "{due}");
}

/// With and without memory, and also if the manifest says `active`.
#[test]
fn a_revoked_key_comes_back_only_with_consent() {
    let active = ROTATED_KEY.replace("  key:", "  settings: {status: active}\n  key:");
    for forgets in [false, true] {
        let mut story = Story::of(&format!("{TEAM}{active}"));
        story.leaks(0);
        if forgets {
            for table in ["objects", "receipts", "applied", "runs"] {
                story.database().execute(&format!("DELETE FROM {table}"), []).unwrap();
            }
        }
        let held = story.runs("apply --auto-approve", 4);
        let rule = if forgets { "KW-125" } else { "KW-176" };
        assert!(format!("{}{}", held.out, held.err).contains(rule), "{}{}", held.out, held.err);
        assert_eq!(story.states(), (0, 1));
        story.runs("apply --auto-approve --allow key/production", 0);
        assert_eq!(story.states(), (1, 0));
    }
}

/// A consent that was written before the leak is none to the return of the key.
#[test]
fn a_standing_consent_does_not_bring_it_back() {
    let active = ROTATED_KEY.replace("  key:", "  settings: {status: active}\n  key:");
    let mut story = Story::of(&format!("{TEAM}{active}"));
    let consent = "consents: [{allow: key/production, why: an earlier rotation, until: 2026-12-31}]";
    story.write("keywright.yaml", &format!("apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  {consent}\n"));
    let ran = story.leaks(0);
    assert!(ran.err.contains("remove the consent for key/production in keywright.yaml"), "{}", ran.err);
    let held = story.runs("apply --auto-approve", 4);
    assert!(format!("{}{}", held.out, held.err).contains("KW-176"), "{}{}", held.out, held.err);
    assert_eq!(story.states(), (0, 1));
    story.runs("apply --auto-approve --allow key/production", 0);
    assert_eq!(story.states(), (1, 0));
}

/// What a run disabled, a later run enables without a question, but not what leaked since.
#[test]
fn a_key_that_a_run_disabled_before_is_not_taken_for_one() {
    let disabled = ROTATED_KEY.replace("  key:", "  settings: {status: disabled}\n  key:");
    let active = disabled.replace("status: disabled", "status: active");
    for leaks in [false, true] {
        let mut story = Story::of(&format!("{TEAM}{active}"));
        story.write("m.yaml", &format!("{TEAM}{disabled}"));
        story.runs("apply --auto-approve --allow key/production", 0);
        assert_eq!(story.states(), (0, 1));
        if leaks {
            story.leaks(0);
        }
        story.write("m.yaml", &format!("{TEAM}{active}"));
        story.runs("apply --auto-approve", if leaks { 4 } else { 0 });
        assert_eq!(story.states(), if leaks { (0, 1) } else { (1, 0) });
    }
}

#[test]
fn a_protected_key_is_disabled_although_its_manifest_does_not_parse() {
    let protected = ROTATED_KEY.replace("name: production", "name: production, protect: true");
    let mut story = Story::of(&format!("{TEAM}{protected}"));
    story.write("m.yaml", "kind: [");
    let ran = story.leaks(0);
    let known = "the manifests are not valid; the database knows it as key/production, protected";
    assert!(ran.out.contains(known), "{}", ran.out);
    assert_eq!(story.states(), (0, 1));
    story.runs("keys revoke key/production --auto-approve", 0);
    story.runs("keys revoke key/other --auto-approve", 1);
}

#[test]
fn settings_with_errors_are_used_as_far_as_they_name_the_store() {
    let mut story = Story::new();
    let settings = "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  guards: {deletes: {percent: often}}\n";
    story.write("keywright.yaml", settings);
    let ran = story.leaks(0);
    assert!(ran.err.contains("keywright.yaml"), "{}", ran.err);
    assert_eq!(story.states(), (0, 1));
    let elsewhere =
        format!("{settings}  stores: {{cloudApiManagement: {{url: 'ftp://x'}}, managedFileTransfer: {{}}}}\n");
    story.write("keywright.yaml", &elsewhere);
    let ran = story.leaks(1);
    assert!(ran.err.contains("keywright.yaml has errors where it names the store"), "{}", ran.err);
}

#[test]
fn the_successor_is_made_and_delivered_in_the_same_run() {
    let mut story = Story::new();
    // Dates of creation have to differ, however fast or slow this machine is.
    story.console.now = "2026-11-21T12:10:00Z".to_owned();
    let leaked = story.value.clone();
    let ran = story.types(&leaked, "keys revoke --stdin --auto-approve --replace", 0);
    assert_eq!(story.states(), (1, 1), "{}{}", ran.out, ran.err);
    let delivered = story.read("secrets/key.env").trim().split_once('=').unwrap().1.to_owned();
    assert_ne!(delivered, leaked);
    let sql = "SELECT value FROM package_keys WHERE attributes->>'$.\"settings.status\"' = 'active'";
    let working: String = story.database().query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(working, delivered);
    story.runs("apply --auto-approve", 0);
    assert_eq!(story.states(), (1, 1));
    // The old generation is not replaced a second time.
    let ran = story.types(&leaked, "keys revoke --stdin --auto-approve --replace", 0);
    assert!(ran.err.contains("key/production is its successor already"), "{}", ran.err);
    assert_eq!(story.states(), (1, 1));
}

#[test]
fn a_key_without_rotation_is_replaced_too() {
    let plain = ROTATED_KEY.replace("  rotation: {every: 90d, overlap: 14d, grace: 7d}\n", "");
    let mut story = Story::of(&format!("{TEAM}{plain}"));
    // Dates of creation have to differ, however fast or slow this machine is.
    story.console.now = "2026-11-21T12:10:00Z".to_owned();
    let leaked = story.value.clone();
    let ran = story.types(&leaked, "keys revoke --stdin --auto-approve --replace", 0);
    assert_eq!(story.states(), (1, 1), "{}{}", ran.out, ran.err);
    let delivered = story.read("secrets/key.env").trim().split_once('=').unwrap().1.to_owned();
    assert_ne!(delivered, leaked);
    // The revoked key is no double of its successor, and no later run changes either.
    story.runs("plan --detailed-exitcode", 0);
    story.runs("apply --auto-approve", 0);
    let ran = story.types(&leaked, "keys revoke --stdin --auto-approve --replace", 0);
    assert!(ran.err.contains("key/production is its successor already"), "{}", ran.err);
    assert_eq!(story.states(), (1, 1));
    assert!(story.read("secrets/key.env").contains(&delivered));
}

/// A key of `Application.packages` has a prefix of its own.
#[test]
fn a_key_of_an_application_is_replaced_too() {
    let uses = "packages: [{package: payments, plan: gold, deliver: [{file: secrets/key.env, as: CHECKOUT_KEY}]}]";
    let team = TEAM.replace("spec: {user: alice}", &format!("spec:\n  user: alice\n  {uses}"));
    let mut story = Story::of(&team);
    // Dates of creation have to differ, however fast or slow this machine is.
    story.console.now = "2026-11-21T12:10:00Z".to_owned();
    let leaked = story.value.clone();
    let ran = story.types(&leaked, "keys revoke --stdin --auto-approve --replace", 0);
    assert_eq!(story.states(), (1, 1), "{}{}", ran.out, ran.err);
    story.runs("plan --detailed-exitcode", 0);
}

#[test]
fn a_key_without_a_successor_says_why_it_is_not_replaced() {
    let custom = ROTATED_KEY.replace("  rotation: {every: 90d, overlap: 14d, grace: 7d}\n", "");
    let custom = custom.replace("{generate: {prefix: chk_}}", "{custom: {value: chk_fake_custom_value_0123}}");
    let mut story = Story::of(&format!("{TEAM}{custom}"));
    let leaked = story.value.clone();
    let ran = story.types(&leaked, "keys revoke --stdin --auto-approve --replace", 6);
    assert!(ran.err.contains("its manifest has no `rotation`"), "{}", ran.err);
    assert!(ran.err.contains("Keywright cannot choose a custom value"), "{}", ran.err);
    assert_eq!(story.states(), (0, 1));
}

#[test]
fn several_keys_with_the_value_need_a_consent_of_their_own() {
    let mut story = Story::new();
    story.by_hand(
        "INSERT INTO packages (id, name, attributes, created, updated)
         SELECT 'second', 'second', attributes, created, updated FROM packages",
    );
    story.by_hand(
        "INSERT INTO plans (id, package, name, attributes, created, updated)
         SELECT 'silver', (SELECT row FROM packages WHERE id = 'second'), 'silver', attributes, created, updated FROM plans",
    );
    story.by_hand(
        "INSERT INTO package_keys (id, application, package, plan, value, secret, attributes, created, updated)
         SELECT 'same', application, (SELECT row FROM packages WHERE id = 'second'),
                (SELECT row FROM plans WHERE id = 'silver'), value, NULL, attributes, created, updated FROM package_keys",
    );
    let ran = story.leaks(4);
    assert!(ran.out.contains("key/alice/checkout/second@same") && ran.err.contains("--all"), "{}{}", ran.out, ran.err);
    assert_eq!(story.states(), (2, 0));
    let value = story.value.clone();
    story.types(&value, "keys revoke --stdin --all --auto-approve", 0);
    assert_eq!(story.states(), (0, 2));
}

#[test]
fn a_person_at_the_terminal_is_asked() {
    let mut story = Story::new();
    let value = story.value.clone();
    let ran = story.types(&format!("{value}\nno\n"), "keys revoke --stdin", 4);
    assert!(ran.err.contains("Disable this key now?") && ran.err.contains("not confirmed"), "{}", ran.err);
    assert_eq!(story.states(), (1, 0));
    story.types(&format!("export KEY='{value}';\r\nyes\n"), "keys revoke --stdin", 0);
    assert_eq!(story.states(), (0, 1));
    let ran = story.runs("keys revoke key/production", 4);
    assert!(ran.err.contains("there is no terminal to ask on: Disable this key now?"), "{}", ran.err);
}

#[test]
fn a_value_that_no_key_has_says_where_it_was_looked_for() {
    let mut story = Story::new();
    let ran = story.types("not-a-real-key", "keys revoke --stdin --auto-approve", 1);
    for part in ["among 1 package key and 0 API keys of embedded store", "the whole value was pasted"] {
        assert!(ran.err.contains(part), "{part}\n{}", ran.err);
    }
    story.by_hand("DELETE FROM package_keys");
    let ran = story.leaks(1);
    assert!(ran.err.contains("the database knows it: key/production; no key of the store has it now"), "{}", ran.err);
}

#[test]
fn an_api_key_is_named_and_comes_back_only_with_consent() {
    let mut story = Story::of(&format!("{TEAM}{ROTATED_KEY}{API_KEY}"));
    let ran = story.runs("keys revoke --name erp-orders --auto-approve", 0);
    assert!(
        ran.out.contains("apikey/erp-orders is disabled") && ran.out.contains("declared in m.yaml:"),
        "{}",
        ran.out
    );
    let held = story.runs("apply --auto-approve", 4);
    assert!(format!("{}{}", held.out, held.err).contains("KW-176"), "{}{}", held.out, held.err);
    story.runs("keys revoke apikey/erp-orders --auto-approve", 0);
    let ran = story.types("not-a-real-key", "keys revoke --stdin --auto-approve", 1);
    assert!(ran.err.contains("name the key with --name"), "{}", ran.err);
    story.runs("keys reveal apikey/erp-orders --out value.txt --auto-approve", 1);
}

#[test]
fn the_document_matches_its_schema() {
    let mut story = Story::new();
    let value = story.value.clone();
    let ran = story.types(&value, "keys revoke --stdin --auto-approve --format json", 0);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let schema = serde_json::from_str(&story.runs("schema RevocationOutput", 0).out).unwrap();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{}", ran.out);
    let key = &document["keys"][0];
    assert_eq!((&key["result"], &key["lastKey"]), (&"disabled".into(), &true.into()));
    assert_eq!(key["declared"], "key/production");
    for line in [
        "keys revoke key/production --format json",
        "keys revoke key/production --format csv --auto-approve",
        "keys revoke --auto-approve",
        "keys revoke key/production --only user/alice",
        "keys check --stdin --state active",
    ] {
        story.runs(line, 64);
    }
}

/// A value that was pasted where an address belongs is in no output, which a pipeline keeps. Seen to fail.
#[test]
fn a_value_in_place_of_an_address_is_not_repeated() {
    let story = Story::new();
    let value = story.value.clone();
    for argument in [value.clone(), format!("key/{value}"), format!("key/production/{value}")] {
        for line in [
            format!("keys revoke {argument} --auto-approve"),
            format!("keys reveal {argument}"),
            format!("keys reveal {argument} --out ../value --auto-approve"),
        ] {
            let ran = story.console.run(&line);
            assert_ne!(ran.exit, 0, "{line}");
            assert!(!ran.out.contains(&value) && !ran.err.contains(&value), "{}{}", ran.out, ran.err);
            assert!(ran.err.contains("address") || ran.err.contains("not a terminal"), "{}", ran.err);
        }
    }
}

/// A lock that another run holds, or a database that is not there, delays no revocation.
#[test]
fn a_run_in_progress_does_not_delay_it() {
    let mut story = Story::new();
    let location = keywright::database::Location::file(&story.folder.path().join(".keywright/keywright.db"));
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let lock = keywright::database::lock(&location, std::time::Duration::ZERO, now).unwrap();
    let ran = story.leaks(6);
    assert!(ran.err.contains("could not record the revocation"), "{}", ran.err);
    assert_eq!(story.states(), (0, 1));
    drop(lock);
    story.leaks(0);
}

#[test]
fn a_value_is_shown_only_to_a_terminal_or_in_a_new_file() {
    let mut story = Story::new();
    let value = std::mem::take(&mut story.value);
    let ran = story.runs("keys reveal key/production", 64);
    assert!(ran.err.contains("standard output is not a terminal"), "{}", ran.err);
    let ran = story.types("no\n", "keys reveal key/production", 4);
    assert!(!ran.out.contains(&value), "{}", ran.out);
    let ran = story.types("yes\n", "keys reveal key/production", 0);
    assert_eq!(ran.out, format!("{value}\n"));
    assert!(!ran.err.contains(&value), "{}", ran.err);
    story.runs("keys reveal key/production --out value.txt", 4);
    let ran = story.runs("keys reveal key/production --out value.txt --auto-approve", 0);
    assert!(!format!("{}{}", ran.out, ran.err).contains(&value));
    assert_eq!(story.read("value.txt"), format!("{value}\n"));
    let mode = fs::metadata(story.folder.path().join("value.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let ran = story.runs("keys reveal key/production --out value.txt --auto-approve", 1);
    assert!(ran.err.contains("could not write value.txt: it exists"), "{}", ran.err);
    let shown = story.runs("runs show 3", 0).out;
    assert!(shown.contains("reveal"), "{shown}");
    story.runs("keys reveal key/other --out other.txt --auto-approve", 1);
}
