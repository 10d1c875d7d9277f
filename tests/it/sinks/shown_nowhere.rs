//! A store that shows no shared secret of any key: a further key would bring none either.

use super::Workspace;
use super::says;
use super::shared_secrets::statuses;

const KEY: &str = "rotation: {every: 90d, overlap: 14d, grace: 70d}
deliver:
- {file: secrets/checkout.env, as: KEY}
- {file: secrets/checkout.env, as: SECRET, secret: true}";

/// The store omits all shared secrets before the next command reads them.
fn omits(workspace: &Workspace) {
    let database = rusqlite::Connection::open(workspace.path(".keywright/keywright.db")).unwrap();
    let sql = "UPDATE package_keys SET secret = NULL";
    assert!(database.execute(sql, []).unwrap() > 0);
}

#[test]
fn a_key_without_a_shared_secret_is_replaced_at_most_once() {
    let mut workspace = Workspace::new("", KEY);
    let text = std::fs::read_to_string(workspace.path("m.yaml")).unwrap();
    let text = text
        .replace("metadata: {name: payments}\nspec: {}", "metadata: {name: payments}\nspec: {sharedSecretLength: 32}");
    std::fs::write(workspace.path("m.yaml"), text).unwrap();
    workspace.applies();
    omits(&workspace);
    workspace.console.now = "2026-11-23T12:00:00Z".to_owned();
    says(&workspace.runs("plan", 0), "`keywright rotate key/k` creates a successor with one");
    workspace.runs("rotate key/k --auto-approve", 0);
    omits(&workspace);
    assert_eq!(statuses(&workspace).len(), 2);
    // The successor shows none either, so the next one would not.
    let next = "the store shows no shared secret of its generations: sign in as a user who may read shared secrets, or remove the place";
    let ran = workspace.runs("plan", 0);
    says(&ran, "KW-168");
    says(&ran, next);
    assert!(!format!("{}{}", ran.out, ran.err).contains("`keywright rotate"), "{}{}", ran.out, ran.err);
    for (now, line, exit) in [
        ("2026-11-24T12:00:00Z", "rotate key/k --auto-approve", 3),
        ("2026-11-24T12:00:00Z", "rotate key/k --again --auto-approve", 3),
        ("2027-03-20T12:00:00Z", "apply --auto-approve", 3),
        ("2027-09-20T12:00:00Z", "apply --auto-approve", 3),
    ] {
        workspace.console.now = now.to_owned();
        let ran = workspace.runs(line, exit);
        says(&ran, "error[KW-167]: the successor of key/k is not created");
        assert_eq!(statuses(&workspace), ["active", "active"], "{line}");
    }
    let due = workspace.runs("keys due", 2);
    says(&due, "gets a successor (overdue): no run creates it: KW-167");
    // A user who sees them ends it.
    let database = rusqlite::Connection::open(workspace.path(".keywright/keywright.db")).unwrap();
    database.execute("UPDATE package_keys SET secret = 'not-a-real-secret-' || row", []).unwrap();
    workspace.applies();
    workspace.applies();
    assert_eq!(statuses(&workspace).len(), 3);
}
