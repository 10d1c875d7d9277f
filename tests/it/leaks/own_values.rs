//! Keys whose value a person chooses: a new value is another key, and the one that leaked never comes back.

use super::Story;
use crate::team::CUSTOM_KEY;
use crate::team::TEAM;

const OLD: &str = "fake-custom-value-000001";
const NEW: &str = "fake-custom-value-000002";

const SETTINGS: &str = "apiVersion: keywright.dev/v1
kind: Workspace
spec: {environment: {allow: [APP_]}}
";

impl Story {
    fn with_own_value() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let console = crate::console::Console::new(folder.path().to_path_buf());
        let mut story = Self { console, folder, value: String::new() };
        story.write("keywright.yaml", SETTINGS);
        story.write("m.yaml", &format!("{TEAM}{CUSTOM_KEY}"));
        story.console.environment.insert("APP_SECRET".to_owned(), "not-a-real-secret".to_owned());
        story.has(OLD);
        story.runs("apply --auto-approve", 0);
        story
    }

    fn has(&mut self, value: &str) {
        self.console.environment.insert("APP_KEY".to_owned(), value.to_owned());
    }

    /// Whether each key is active, and its value, the oldest first.
    fn values(&self) -> Vec<(bool, String)> {
        let sql = "SELECT attributes->>'$.\"settings.status\"' = 'active', value FROM package_keys ORDER BY row";
        let database = self.database();
        let mut rows = database.prepare(sql).unwrap();
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }
}

#[test]
fn a_new_value_is_another_key() {
    let mut story = Story::with_own_value();
    story.runs("keys revoke key/production --auto-approve", 0);
    story.has(NEW);
    story.runs("apply --auto-approve", 0);
    let both = [(false, OLD.to_owned()), (true, NEW.to_owned())];
    assert_eq!(story.values(), both);
    // The old value in the variable enables nothing.
    story.has(OLD);
    story.console.run("apply --auto-approve");
    assert_eq!(story.values(), both);
}

/// Somebody cleaned up in the store: the value that leaked would open it again.
#[test]
fn the_value_that_leaked_does_not_come_back_when_its_key_is_deleted() {
    for has_successor in [false, true] {
        let mut story = Story::with_own_value();
        story.runs("keys revoke key/production --auto-approve", 0);
        if has_successor {
            story.has(NEW);
            story.runs("apply --auto-approve", 0);
        }
        story.by_hand("DELETE FROM package_keys");
        story.has(OLD);
        let held = story.runs("apply --auto-approve", 4);
        let said = format!("{}{}", held.out, held.err);
        assert!(
            said.contains("error[KW-176]: key/production would be created with the value of a revoked key"),
            "{said}"
        );
        assert!(!said.contains(OLD) && said.contains("APP_KEY"), "{said}");
        assert_eq!(story.values(), []);
        story.has(NEW);
        // That a key was deleted is another question.
        story.runs("apply --auto-approve --allow key/production", 0);
        assert_eq!(story.values(), [(true, NEW.to_owned())]);
    }
}

/// A manifest of another address that reads the same variable would bring it back, too.
#[test]
fn the_value_that_leaked_goes_to_no_other_address_without_consent() {
    let story = Story::with_own_value();
    story.runs("keys revoke key/production --auto-approve", 0);
    let more = "---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: second}
spec: {}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: silver}
spec: {package: second}
";
    let other = CUSTOM_KEY.replace("production", "other").replace("payments", "second").replace("gold", "silver");
    story.write("m.yaml", &format!("{TEAM}{more}{other}"));
    let held = story.runs("apply --auto-approve", 4);
    let said = format!("{}{}", held.out, held.err);
    assert!(said.contains("error[KW-103]: key/other would be replaced"), "{said}");
    assert_eq!(story.values(), [(false, OLD.to_owned())]);
}
