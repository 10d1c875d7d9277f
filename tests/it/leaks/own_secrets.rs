//! Shared secrets that the manifests name: when one leaked, no new key gets it again.

use super::Story;
use crate::console::Ran;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const OLD: &str = "not-a-real-secret-1";
const NEW: &str = "not-a-real-secret-2";

const SETTINGS: &str = "apiVersion: keywright.dev/v1
kind: Workspace
spec: {environment: {allow: [APP_]}}
";

impl Story {
    /// The key and its shared secret are delivered to one file.
    fn with_secret(key: &str) -> Self {
        let deliver =
            "deliver:\n  - {file: secrets/key.env, as: KEY}\n  - {file: secrets/s.env, as: S, secret: true}\n";
        let (before, _) = key.split_once("deliver: ").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let console = crate::console::Console::new(folder.path().to_path_buf());
        let mut story = Self { console, folder, value: String::new() };
        story.write("keywright.yaml", SETTINGS);
        story.write("m.yaml", &format!("{TEAM}{before}secret: {{env: APP_SECRET}}\n  {deliver}"));
        story.sets(OLD);
        story.runs("apply --auto-approve", 0);
        story
    }

    fn sets(&mut self, secret: &str) {
        self.console.environment.insert("APP_SECRET".to_owned(), secret.to_owned());
    }

    /// Whether each key is active, and its shared secret, the oldest first.
    fn secrets(&self) -> Vec<(bool, String)> {
        let sql = "SELECT attributes->>'$.\"settings.status\"' = 'active', secret FROM package_keys ORDER BY row";
        let database = self.database();
        let mut rows = database.prepare(sql).unwrap();
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    /// Runs what a message names, as it is printed.
    fn follows(&self, ran: &Ran) {
        let named: Vec<&str> = ran.err.split("`keywright ").skip(1).map(|it| it.split('`').next().unwrap()).collect();
        let [command] = named[..] else { panic!("{named:?} {}", ran.err) };
        self.runs(&format!("{command} --auto-approve"), 0);
    }
}

fn old(is_active: bool) -> (bool, String) {
    (is_active, OLD.to_owned())
}

fn new() -> (bool, String) {
    (true, NEW.to_owned())
}

#[test]
fn all_keys_with_a_leaked_shared_secret_are_named() {
    let mut story = Story::with_secret(ROTATED_KEY);
    story.console.now = "2027-02-20T12:00:00Z".to_owned();
    story.runs("apply --auto-approve", 0);
    assert_eq!(story.secrets(), [old(true), old(true)]);
    let ran = story.types(OLD, "keys revoke --stdin --auto-approve", 1);
    assert!(ran.err.contains("it is a shared secret: `keywright keys revoke key/production key/alice"), "{}", ran.err);
    story.follows(&ran);
    assert_eq!(story.secrets(), [old(false), old(false)]);
    let ran = story.types(OLD, "keys revoke --stdin --auto-approve", 1);
    assert!(ran.err.contains("it is a shared secret, and what has it is disabled: key/"), "{}", ran.err);
}

/// With and without `rotation`.
#[test]
fn a_replacement_does_not_get_the_leaked_shared_secret() {
    let plain = ROTATED_KEY.replace("  rotation: {every: 90d, overlap: 14d, grace: 7d}\n", "");
    for key in [ROTATED_KEY, &plain] {
        let mut story = Story::with_secret(key);
        // Also if the key would be rotated anyway.
        story.console.now = "2027-02-20T12:00:00Z".to_owned();
        let ran = story.runs("keys revoke key/production --auto-approve --replace", 6);
        assert!(ran.err.contains("put a new one in the variable APP_SECRET"), "{}", ran.err);
        assert!(!ran.err.contains("KW-021") && !ran.err.contains("cannot be planned"), "{}", ran.err);
        assert_eq!(story.secrets(), [old(false)]);
        let allowed = story.console.run("apply --auto-approve --allow key/production");
        let refuses = "error[KW-176]: key/production gets no successor";
        let is_rotated = key == ROTATED_KEY;
        assert_eq!((allowed.exit != 0, allowed.err.contains(refuses)), (is_rotated, is_rotated), "{}", allowed.err);
        assert_eq!(story.secrets(), [old(false)]);
        story.sets(NEW);
        story.follows(&ran);
        assert_eq!(story.secrets(), [old(false), new()]);
        assert_eq!(story.read("secrets/s.env"), format!("S={NEW}\n"));
        story.runs("plan --detailed-exitcode", 0);
    }
}

/// Nor does any later generation.
#[test]
fn a_leaked_shared_secret_does_not_come_back_with_a_later_successor() {
    let mut story = Story::with_secret(ROTATED_KEY);
    story.sets(NEW);
    // Of two keys of one second, either could be the newer one.
    story.console.now = "2026-11-21T13:00:00Z".to_owned();
    story.runs("keys revoke key/production --auto-approve --replace", 0);
    assert_eq!(story.secrets(), [old(false), new()]);
    story.console.now = "2026-11-22T12:00:00Z".to_owned();
    story.sets(OLD);
    for line in ["rotate key/production --again --auto-approve", "keys revoke key/production --auto-approve --replace"]
    {
        let ran = story.console.run(line);
        let is_said = ran.err.contains("error[KW-176]: key/production gets no successor");
        assert!(ran.exit != 0 && is_said, "{line}: {}: {}", ran.exit, ran.err);
        assert_eq!(story.secrets().len(), 2, "{line}");
    }
    story.sets("not-a-real-secret-3");
    story.runs("keys revoke key/production --auto-approve --replace", 0);
    assert_eq!(story.secrets().last(), Some(&(true, "not-a-real-secret-3".to_owned())));
}

#[test]
fn a_rotation_gives_a_new_shared_secret() {
    let mut story = Story::with_secret(ROTATED_KEY);
    story.sets(NEW);
    let ran = story.runs("plan", 3);
    assert!(ran.err.contains("CAM-039"), "{}", ran.err);
    story.console.now = "2026-11-22T12:00:00Z".to_owned();
    story.follows(&ran);
    assert_eq!(story.secrets(), [old(true), new()]);
    assert_eq!(story.read("secrets/s.env"), format!("S={NEW}\n"));
    story.console.now = "2026-12-10T12:00:00Z".to_owned();
    story.runs("apply --auto-approve", 0);
    assert_eq!(story.secrets(), [old(false), new()]);
    // One that is due needs no command.
    story.sets(OLD);
    story.console.now = "2027-03-20T12:00:00Z".to_owned();
    story.runs("apply --auto-approve", 0);
    assert_eq!(story.secrets().last(), Some(&old(true)));
    story.runs("plan --detailed-exitcode", 0);
}
