//! A place that is broken on this machine: a folder, a script or a program is at the path, or a file where its folder
//! belongs. It holds back the new generations and the retirements of its own key. Everything else goes on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;

use rusqlite::Connection;

use super::Workspace;
use super::key;
use super::says;

const ROTATION: &str = ", rotation: {every: 90d, overlap: 14d, grace: 7d}";

/// What another program leaves at the place of `a`, and why no value is delivered there.
const OBSTACLES: [(fn(&Workspace), &str); 7] = [
    (|at| fs::create_dir(at.path("secrets/a.env")).unwrap(), "it is not a regular file"),
    (|at| fs::write(at.path("secrets/a.env"), "#!/bin/sh\necho\n").unwrap(), "the file contains more than variables"),
    (
        |at| {
            fs::write(at.path("secrets/a.env"), "A=1\n").unwrap();
            fs::set_permissions(at.path("secrets/a.env"), fs::Permissions::from_mode(0o755)).unwrap();
        },
        "the file is a program",
    ),
    (
        |at| {
            fs::remove_dir_all(at.path("secrets")).unwrap();
            fs::write(at.path("secrets"), "").unwrap();
        },
        "secrets is not a folder",
    ),
    (|at| symlink("/nowhere/a.env", at.path("secrets/a.env")).unwrap(), "secrets/a.env is a link"),
    (|at| at.links("/nowhere"), "secrets is a link"),
    (|at| at.links("/usr"), "secrets is a link"),
];

impl Workspace {
    fn at(&mut self, now: &str) -> &Self {
        self.console.now = format!("{now}T00:00:00Z");
        self
    }

    fn with_rotated() -> Self {
        let mut workspace = Self::applied(&[]);
        workspace.declare(&keys());
        workspace.at("2026-08-01").runs("apply --auto-approve", 0);
        workspace
    }

    fn breaks(&self, obstacle: fn(&Self)) {
        let _ = fs::remove_file(self.path("secrets/a.env"));
        obstacle(self);
    }

    /// A link in place of the folder of `a`.
    fn links(&self, to: &str) {
        fs::remove_dir_all(self.path("secrets")).unwrap();
        symlink(to, self.path("secrets")).unwrap();
    }

    fn repair(&self) {
        for path in [self.path("secrets/a.env"), self.path("secrets")] {
            let _ =
                if path.is_dir() && path.ends_with("a.env") { fs::remove_dir(&path) } else { fs::remove_file(&path) };
        }
    }

    /// The statuses of the keys whose values begin so, oldest first.
    fn statuses(&self, prefix: &str) -> Vec<String> {
        let database = Connection::open(self.path(".keywright/keywright.db")).unwrap();
        let sql = "SELECT json_extract(attributes, '$.\"settings.status\"') FROM package_keys WHERE value LIKE ?1 || '%' \
                   ORDER BY created";
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([prefix], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

fn keys() -> [String; 2] {
    [key("a", "secrets/a.env", ROTATION), key("b", "other/b.env", ROTATION)]
}

#[test]
fn the_other_key_rotates_and_the_key_of_the_broken_place_waits_until_it_is_repaired() {
    for (obstacle, why) in OBSTACLES {
        let mut workspace = Workspace::with_rotated();
        workspace.breaks(obstacle);
        let cause = format!("error[KW-041]: KEY cannot be delivered to secrets/a.env: {why}");
        says(&workspace.at("2026-11-01").runs("validate", 3).out, &cause);
        let plan = workspace.runs("plan", 3);
        says(&plan.out, "Plan: 1 to create");
        says(&plan.err, &cause);
        let ran = workspace.runs("apply --auto-approve", 6);
        says(&ran.out, "delivered to other/b.env (KEY)");
        says(&ran.err, &cause);
        let late = workspace.at("2026-12-01").runs("apply --auto-approve", 6);
        says(&late.out, "Plan: 1 to disable");
        assert_eq!((workspace.statuses("a_"), workspace.statuses("b_")), (one(), two("disabled")), "{why}");
        // Nothing is left to do but for the broken place.
        says(&workspace.runs("apply --auto-approve", 3).err, &cause);
        workspace.repair();
        workspace.at("2026-12-02").runs("apply --auto-approve", 0);
        assert_eq!(workspace.statuses("a_"), two("active"), "{why}");
    }
}

fn one() -> Vec<String> {
    vec!["active".to_owned()]
}

fn two(old: &str) -> Vec<String> {
    vec![old.to_owned(), "active".to_owned()]
}

#[test]
fn an_old_key_is_not_retired_and_what_does_not_need_the_place_is_applied() {
    let mut workspace = Workspace::with_rotated();
    workspace.at("2026-11-01").runs("apply --auto-approve", 0);
    workspace.breaks(OBSTACLES[0].0);
    let ran = workspace.at("2026-12-01").runs("apply --auto-approve", 6);
    says(&ran.out, "key/a: the old one is not retired, because its successor key/a is not known to be delivered");
    assert_eq!((workspace.statuses("a_"), workspace.statuses("b_")), (two("active"), two("disabled")));
    let rotate = workspace.runs("rotate key/a --again --auto-approve", 3);
    says(&rotate.err, "KW-041");
    assert_eq!(workspace.statuses("a_"), two("active"));
    // A leak does not wait for a place.
    let off = format!("{ROTATION}, settings: {{status: disabled}}");
    workspace.declare(&[key("a", "secrets/a.env", &off), keys()[1].clone()]);
    workspace.at("2026-12-02").runs("apply --auto-approve --allow key/a", 6);
    assert_eq!(workspace.statuses("a_")[1], "disabled");
}

/// The key that the new one replaces stays, also with `--prune`.
#[test]
fn a_new_key_is_not_created_and_the_one_that_it_replaces_is_not_pruned() {
    let mut workspace = Workspace::applied(&[key("a", "secrets/a.env", ""), key("b", "other/b.env", "")]);
    workspace.breaks(OBSTACLES[0].0);
    let edited = key("a", "secrets/a.env", "").replace("prefix: a_", "prefix: new_");
    workspace.declare(&[edited, key("b", "other/b.env", ""), key("c", "other/c.env", "")]);
    let settings = "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: test}\nspec: {ownership: {packageKeys: \
                    ofDeclaredApplications}}\n";
    fs::write(workspace.path("keywright.yaml"), settings).unwrap();
    let ran = workspace.at("2027-08-01").runs("apply --auto-approve --prune", 6);
    says(&ran.out, "delivered to other/c.env (KEY)");
    says(&ran.err, "error[KW-041]: KEY cannot be delivered to secrets/a.env: it is not a regular file");
    assert_eq!((workspace.statuses("a_"), workspace.statuses("new_")), (one(), Vec::new()));
    // A run that delivers nothing creates the key, and its delivery stays due.
    let ran = workspace.runs("apply --auto-approve --no-deliver --allow key/a", 0);
    says(&ran.err, "--no-deliver leaves out");
    assert_eq!(workspace.statuses("new_"), one());
    workspace.repair();
    says(&workspace.runs("apply --auto-approve", 0).out, "delivered to secrets/a.env (KEY)");
}

/// Only a link where a value belongs: any other one could have led to manifests.
#[test]
fn a_link_beside_the_places_still_stops_the_run() {
    let workspace = Workspace::with_rotated();
    symlink("/nowhere", workspace.path("teams")).unwrap();
    says(&workspace.runs("plan", 3).err, "error[KW-001]: could not read teams");
    fs::remove_file(workspace.path("teams")).unwrap();
    symlink("/usr", workspace.path("teams")).unwrap();
    says(&workspace.runs("plan", 3).err, "error[KW-040]: could not read teams");
}
