//! Shared secrets have places and receipts of their own, and a key is retired only behind both.

use std::fs;

use super::Workspace;
use super::has_no_value;
use super::says;
use crate::console::Ran;

const STORE: &str = "command: {program: [OUTSIDE/store, '{name}', '{path}', '{token}'], probe: [OUTSIDE/probe]}";

const BOTH: &str = "rotation: {every: 90d, overlap: 14d, grace: 70d}
deliver:
- {file: secrets/checkout.env, as: KEY}
- {to: sink, path: teams/checkout, as: SECRET, secret: true}";

/// A package that gives its keys shared secrets of `length` characters.
fn workspace(sink: &str, key: &str, length: u32) -> Workspace {
    let workspace = Workspace::new(&format!("    sink: {{{sink}}}\n"), key).with_stand_ins();
    of_package(&workspace, &format!("{{sharedSecretLength: {length}}}"));
    workspace
}

fn of_package(workspace: &Workspace, spec: &str) {
    let text = fs::read_to_string(workspace.path("m.yaml")).unwrap();
    let (before, after) = text.split_once("metadata: {name: payments}\nspec: ").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    fs::write(workspace.path("m.yaml"), format!("{before}metadata: {{name: payments}}\nspec: {spec}\n{after}"))
        .unwrap();
}

/// The shared secrets of the keys in the store.
fn secrets(workspace: &Workspace) -> Vec<String> {
    let database = rusqlite::Connection::open(workspace.path(".keywright/keywright.db")).unwrap();
    let mut rows = database.prepare("SELECT coalesce(secret, '') FROM package_keys ORDER BY row").unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn set(workspace: &Workspace, sql: &str) {
    let database = rusqlite::Connection::open(workspace.path(".keywright/keywright.db")).unwrap();
    assert!(database.execute(sql, []).unwrap() > 0);
}

/// What no output may contain.
fn all_of(workspace: &Workspace) -> Vec<String> {
    [workspace.live(), secrets(workspace)].concat()
}

#[test]
fn a_shared_secret_has_a_place_and_a_receipt_of_its_own() {
    let workspace = workspace(&format!("{STORE}, check: {{program: [OUTSIDE/check, called]}}"), BOTH, 32);
    says(&workspace.runs("plan", 0), "teams/checkout of sink (SECRET, the shared secret)");
    let ran = workspace.applies();
    says(&ran, "delivered to teams/checkout of sink");
    has_no_value(&ran, &all_of(&workspace));
    let secret = secrets(&workspace).pop().unwrap();
    assert_eq!((workspace.kept(), secret.len()), (vec![secret.clone()], 32));
    let file = || fs::read_to_string(workspace.path("secrets/checkout.env")).unwrap();
    assert_eq!(file(), format!("KEY={}\n", workspace.live()[0]));
    // A secret is no key that a check could try.
    assert!(!workspace.calls().iter().any(|line| line == "called"), "{:?}", workspace.calls());
    workspace.is_settled();
    let shown = workspace.runs("runs show 1", 0);
    says(&shown, "delivered to teams/checkout of sink (SECRET, the shared secret): version 1");
    says(&shown, "delivered to secrets/checkout.env (KEY)");
    for command in ["keys", "keys --format json", "keys --format csv", "runs show 1", "plan --format json", "export"] {
        let ran = workspace.console.run(command);
        has_no_value(&ran, &all_of(&workspace));
        if command == "keys" {
            says(&ran, "teams/checkout of sink (SECRET, the shared secret): delivered");
        }
    }
    // Only on request, there is a second version.
    workspace.applies();
    assert_eq!(workspace.kept(), std::slice::from_ref(&secret));
    workspace.runs("apply --auto-approve --deliver key/k", 0);
    assert_eq!(workspace.kept(), [secret.clone(), secret.clone()]);
    // One that leaked is known, and not taken for a key that is gone.
    let mut workspace = workspace;
    workspace.console.input = secret.into();
    let ran = workspace.runs("keys revoke --stdin --auto-approve", 1);
    says(&ran, "it is a shared secret: `keywright keys revoke key/k` disables what has it");
    assert!(!ran.err.contains("no key of the store has it now"), "{}", ran.err);
    has_no_value(&ran, &all_of(&workspace));
}

/// A name that no file of variables could have.
#[test]
fn a_saved_plan_delivers_both() {
    let key = BOTH.replace("as: SECRET", "as: checkout-secret");
    let workspace = workspace(STORE, &key, 32);
    workspace.runs("plan --out p.json", 0);
    let ran = workspace.runs("apply p.json", 0);
    assert_eq!(workspace.kept(), secrets(&workspace));
    let saved = fs::read_to_string(workspace.path("p.json")).unwrap();
    assert!(all_of(&workspace).iter().all(|secret| !saved.contains(secret.as_str())));
    has_no_value(&ran, &all_of(&workspace));
    workspace.is_settled();
}

/// Both in files of the workspace: a file shows what it holds, and who changes the place changes no key.
#[test]
fn a_shared_secret_that_is_lost_is_delivered_again() {
    let key = "deliver: [{file: s.env, as: KEY}, {file: s.env, as: SECRET, secret: true}]";
    let workspace = workspace(STORE, key, 20);
    fs::write(workspace.path(".gitignore"), "*.env\n").unwrap();
    workspace.applies();
    let whole = format!("KEY={}\nSECRET={}\n", workspace.live()[0], secrets(&workspace)[0]);
    let file = || fs::read_to_string(workspace.path("s.env")).unwrap();
    assert_eq!(file(), whole);
    fs::write(workspace.path("s.env"), whole.replace("SECRET=", "SECRET=old")).unwrap();
    let planned = workspace.runs("plan --detailed-exitcode", 2);
    says(&planned, "the shared secret");
    has_no_value(&planned, &all_of(&workspace));
    workspace.applies();
    assert_eq!(file(), whole);
    workspace.is_settled();
    // A place that changes from one to the other is due.
    workspace.key("deliver: [{file: s.env, as: SECRET}]");
    of_package(&workspace, "{sharedSecretLength: 20}");
    workspace.applies();
    assert_eq!(file(), format!("KEY={0}\nSECRET={0}\n", workspace.live()[0]));
}

#[test]
fn a_key_is_retired_only_behind_a_successor_whose_secret_is_delivered() {
    for fault in ["write refuses", "write full", "stored refuses"] {
        let mut workspace = workspace(STORE, BOTH, 32);
        workspace.applies();
        workspace.fault(fault);
        workspace.console.now = "2027-02-20T12:00:00Z".to_owned();
        let ran = workspace.runs("apply --auto-approve", 6);
        has_no_value(&ran, &all_of(&workspace));
        assert_eq!(workspace.live().len(), 2, "{fault}");
        // The key itself has arrived, and its shared secret has not.
        for now in ["2027-02-21T12:00:00Z", "2027-04-20T12:00:00Z"] {
            workspace.console.now = now.to_owned();
            let ran = workspace.console.run("apply --auto-approve");
            assert_eq!(ran.exit, 6, "{fault}: {}{}", ran.out, ran.err);
            assert_eq!(statuses(&workspace), ["active", "active"], "{fault}");
        }
        workspace.fault("");
        workspace.applies();
        workspace.console.now = "2027-05-10T12:00:00Z".to_owned();
        workspace.applies();
        assert_eq!(statuses(&workspace), ["disabled", "active"], "{fault}");
        assert_eq!(workspace.kept(), secrets(&workspace), "{fault}: one version for each generation");
        assert_ne!(secrets(&workspace)[0], secrets(&workspace)[1]);
        workspace.is_settled();
    }
}

pub(super) fn statuses(workspace: &Workspace) -> Vec<String> {
    let database = rusqlite::Connection::open(workspace.path(".keywright/keywright.db")).unwrap();
    let sql =
        "SELECT coalesce(json_extract(attributes, '$.\"settings.status\"'), 'active') FROM package_keys ORDER BY row";
    let mut rows = database.prepare(sql).unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Whether the package gives one is known only from the store: the manifest does not say.
#[test]
fn a_key_that_would_get_no_shared_secret_is_not_created() {
    let workspace = workspace(STORE, BOTH, 0);
    let whole = fs::read_to_string(workspace.path("m.yaml")).unwrap();
    let (team, key) = whole.split_at(whole.rfind("---\n").unwrap());
    fs::write(workspace.path("m.yaml"), team).unwrap();
    workspace.applies();
    let undeclared = team.replace("{sharedSecretLength: 0}", "{}");
    fs::write(workspace.path("m.yaml"), format!("{undeclared}{key}")).unwrap();
    let ran = workspace.runs("apply --auto-approve", 3);
    says(&ran, "KW-167");
    says(&ran, "key/k gets no shared secret, so none can be delivered to teams/checkout of sink");
    assert!(workspace.live().is_empty());
    // A secret of one's own needs no package.
    let own = key.replace("  rotation", "  secret: {value: fake-shared-secret}\n  rotation");
    fs::write(workspace.path("m.yaml"), format!("{undeclared}{own}")).unwrap();
    has_no_value(&workspace.applies(), &["fake-shared-secret".to_owned()]);
    assert_eq!(workspace.kept(), ["fake-shared-secret"]);
    // With the length, the package gives one.
    let other = key.replace("name: k}", "name: other}").replace("chk_", "oth_").replace("/checkout", "/other");
    fs::write(workspace.path("m.yaml"), format!("{}{own}{other}", team.replace("Length: 0", "Length: 16"))).unwrap();
    workspace.applies();
    assert_eq!(workspace.kept(), secrets(&workspace));
    assert_eq!(secrets(&workspace)[1].len(), 16);
}

/// The key was made before the package gave shared secrets.
#[test]
fn nothing_is_retired_behind_a_key_without_a_shared_secret() {
    let mut workspace = workspace(STORE, BOTH, 32);
    workspace.applies();
    workspace.console.now = "2027-02-20T12:00:00Z".to_owned();
    workspace.applies();
    set(&workspace, "UPDATE package_keys SET secret = NULL WHERE row = (SELECT max(row) FROM package_keys)");
    workspace.console.now = "2027-04-01T12:00:00Z".to_owned();
    let ran = workspace.console.run("apply --auto-approve");
    says(&ran, "KW-168");
    says(&ran, "key/k has no shared secret in the store, so none is delivered to teams/checkout of sink");
    assert_eq!(statuses(&workspace), ["active", "active"]);
    says(&ran, "is not retired, because its successor key/k is without its shared secret (KW-168)");
    lacks(&ran, "--deliver");
    // There is nothing to deliver, also on request.
    lacks(&workspace.runs("apply --auto-approve --deliver key/k", 0), "could not");
    assert_eq!(advised(&ran), ["rotate key/k"]);
    follows(&workspace, &ran);
    assert_eq!(statuses(&workspace), ["active", "active", "active"]);
    has_both(&workspace);
    // The rotation is in progress now, and a repetition makes no further key.
    says(&workspace.runs("rotate key/k --auto-approve", 4), "KW-116");
}

/// The commands that helps name.
fn advised(ran: &Ran) -> Vec<String> {
    let lines = ran.out.lines().chain(ran.err.lines());
    let helps = lines.filter_map(|line| line.trim_start().strip_prefix("= help: "));
    let named = helps.flat_map(|help| help.split("`keywright ").skip(1));
    named.map(|named| named.split('`').next().unwrap().to_owned()).collect()
}

/// Runs them as they are printed: then KW-168 is silent.
fn follows(workspace: &Workspace, ran: &Ran) {
    for command in advised(ran) {
        workspace.runs(&format!("{command} --auto-approve"), 0);
    }
    lacks(&workspace.runs("plan", 0), "KW-168");
}

fn lacks(ran: &Ran, part: &str) {
    assert!(!ran.out.contains(part) && !ran.err.contains(part), "`{part}` is in\n{}{}", ran.out, ran.err);
}

/// Both places have what the newest key has.
fn has_both(workspace: &Workspace) {
    assert_eq!(workspace.kept().last(), secrets(workspace).last());
    let file = fs::read_to_string(workspace.path("secrets/checkout.env")).unwrap();
    assert_eq!(file, format!("KEY={}\n", workspace.live().last().unwrap()));
}

/// A package that only the store has, with shared secrets of `length` characters.
fn only_in_store(workspace: &Workspace, length: u32) {
    let text = fs::read_to_string(workspace.path("m.yaml")).unwrap();
    let is_other = |part: &&str| !part.contains("kind: Package\n");
    fs::write(workspace.path("m.yaml"), text.split("---\n").filter(is_other).collect::<Vec<_>>().join("---\n"))
        .unwrap();
    gives(workspace, length);
}

/// A person changes the package in the store.
fn gives(workspace: &Workspace, length: u32) {
    set(workspace, &format!("UPDATE packages SET attributes = json_set(attributes, '$.sharedSecretLength', {length})"));
}

/// The rotation is due when the package of the store gives no shared secrets any more: the callers would have the value of one
/// key and the shared secret of another.
#[test]
fn a_successor_that_would_get_no_shared_secret_is_not_created() {
    let mut workspace = workspace(STORE, BOTH, 32);
    workspace.applies();
    only_in_store(&workspace, 0);
    workspace.console.now = "2027-02-20T12:00:00Z".to_owned();
    for line in ["apply --auto-approve", "rotate key/k --auto-approve", "apply --auto-approve --no-deliver"] {
        let ran = workspace.runs(line, 3);
        let why = "the successor of key/k gets no shared secret, so none can be delivered to teams/checkout of sink";
        says(&ran, &format!("error[KW-167]: {why}"));
        assert_eq!(workspace.live().len(), 1, "{line}");
        has_both(&workspace);
    }
    gives(&workspace, 16);
    workspace.applies();
    assert_eq!(secrets(&workspace)[1].len(), 16);
    has_both(&workspace);
    // The store shows it only masked, and so it would show that of the next one.
    set(&workspace, "UPDATE package_keys SET secret = '****' || substr(secret, 9)");
    workspace.console.now = "2027-06-20T12:00:00Z".to_owned();
    says(&workspace.runs("apply --auto-approve", 3), "the store shows shared secrets only masked");
    assert_eq!(workspace.live().len(), 2);
}

/// What a plan cannot know: the package changes between a plan and its apply.
#[test]
fn a_successor_without_a_shared_secret_replaces_nothing() {
    let mut workspace = workspace(STORE, BOTH, 32);
    workspace.applies();
    let [value, secret] = [&workspace.live()[0], &secrets(&workspace)[0]].map(Clone::clone);
    only_in_store(&workspace, 32);
    workspace.console.now = "2027-02-20T12:00:00Z".to_owned();
    workspace.runs("plan --out p.json", 0);
    gives(&workspace, 0);
    let ran = workspace.runs("apply p.json", 6);
    has_no_value(&ran, &workspace.live());
    for now in ["2027-02-20T12:00:00Z", "2027-04-01T12:00:00Z"] {
        workspace.console.now = now.to_owned();
        let ran = workspace.console.run("apply --auto-approve");
        says(&ran, "key/k has no shared secret in the store");
        assert_eq!(statuses(&workspace), ["active", "active"]);
        assert_eq!(fs::read_to_string(workspace.path("secrets/checkout.env")).unwrap(), format!("KEY={value}\n"));
        assert_eq!(workspace.kept(), std::slice::from_ref(&secret));
    }
    let ran = workspace.runs("plan", 0);
    says(&ran, "set `sharedSecretLength` of its package; then `keywright rotate key/k` creates a successor with one");
    gives(&workspace, 20);
    follows(&workspace, &ran);
    has_both(&workspace);
    workspace.console.now = "2027-05-01T12:00:00Z".to_owned();
    workspace.applies();
    assert_eq!(statuses(&workspace), ["disabled", "disabled", "active"]);
}

/// A store that shows secrets masked would seem to have the declared one.
#[test]
fn a_shared_secret_that_looks_like_a_mask_is_refused() {
    for secret in [
        "********",
        "fake****",
        "\u{2022}\u{2022}\u{2022}\u{2022}",
        "xxxxxxxx",
        "XXXXXXXXfake",
        "fake\u{2026}",
        "########",
    ] {
        let workspace = workspace(STORE, &format!("secret: {{value: '{secret}'}}\n{BOTH}"), 0);
        for line in ["validate", "plan", "apply --auto-approve"] {
            let ran = workspace.runs(line, 3);
            says(&ran, "error[CAM-074]");
            says(&ran, "looks like a mask");
        }
        assert!(!workspace.path(".keywright/keywright.db").exists());
    }
    for secret in ["fake-xx", "maxxx#1", "fake#x#x"] {
        workspace(STORE, &format!("secret: {{value: '{secret}'}}\n{BOTH}"), 0).applies();
    }
}

/// What the store shows instead is neither the declared shared secret nor another one.
#[test]
fn a_masked_shared_secret_says_nothing_about_the_declared_one() {
    for mask in ["********", "xxxxxxxx"] {
        let workspace = workspace(STORE, &format!("secret: {{value: fake-secret}}\n{BOTH}"), 0);
        workspace.applies();
        set(&workspace, &format!("UPDATE package_keys SET secret = '{mask}'"));
        let ran = workspace.console.run("plan");
        says(&ran, "KW-168");
        says(&ran, "shows only masked");
        assert!(!ran.err.contains("CAM-039") && !ran.out.contains("CAM-039"), "{}{}", ran.out, ran.err);
        assert_eq!(workspace.kept(), ["fake-secret"]);
        workspace.console.run("apply --auto-approve --deliver key/k");
        assert_eq!(workspace.kept(), ["fake-secret"], "{mask}");
    }
}
