//! What is true: the tables of the emulator, and the files of the runners.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use super::setup::Setup;

/// The live state, as the emulator keeps it on disk.
pub(super) struct Tables {
    pub(super) keys: Vec<Key>,
    /// Descriptions of applications and packages, by table.
    descriptions: BTreeMap<&'static str, Vec<String>>,
    plans: u32,
}

pub(super) struct Key {
    pub(super) id: String,
    pub(super) value: String,
}

impl Tables {
    pub(super) fn read(area: &Path) -> Self {
        let connection = rusqlite::Connection::open(area.join("area.db")).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        let mut statement = connection.prepare("SELECT id, value FROM package_keys ORDER BY row").unwrap();
        let key = |row: &rusqlite::Row<'_>| Ok(Key { id: row.get(0)?, value: row.get(1)? });
        let keys = statement.query_map([], key).unwrap().map(Result::unwrap).collect();
        let descriptions = |table: &'static str| {
            let mut statement = connection.prepare(&format!("SELECT attributes FROM {table}")).unwrap();
            let texts = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
            let description = |text: String| {
                let json: Json = serde_json::from_str(&text).unwrap();
                json["description"].as_str().unwrap_or_default().to_owned()
            };
            (table, texts.map(description).collect())
        };
        let descriptions = ["applications", "packages"].into_iter().map(descriptions).collect();
        let plans = connection.query_row("SELECT count(*) FROM plans", [], |row| row.get(0)).unwrap();
        Self { keys, descriptions, plans }
    }

    pub(super) fn has(&self, value: &str) -> bool {
        self.keys.iter().any(|key| key.value == value)
    }

    pub(super) fn with_prefix(&self, prefix: &str) -> Vec<&Key> {
        self.keys.iter().filter(|key| key.value.starts_with(prefix)).collect()
    }

    /// Keys that no manifest declares.
    pub(super) fn strays(&self, setup: &Setup) -> Vec<&Key> {
        let is_declared = |key: &Key| setup.prefixes().iter().any(|prefix| key.value.starts_with(prefix));
        self.keys.iter().filter(|key| !is_declared(key)).collect()
    }

    /// What the declared state has and the store does not.
    pub(super) fn lacks(&self, setup: &Setup, round: usize) -> Option<String> {
        let wanted = format!("Round {round}");
        for (table, texts) in &self.descriptions {
            if *texts != [wanted.as_str()] {
                return Some(format!("{table} have the descriptions {texts:?} instead of {wanted:?}"));
            }
        }
        if self.plans != 1 {
            return Some(format!("{} plans", self.plans));
        }
        let missing = setup.prefixes().iter().find(|prefix| self.with_prefix(prefix).is_empty());
        missing.map(|prefix| format!("no key begins with {prefix}"))
    }

    /// A prefix with more than one key.
    pub(super) fn doubled(&self, setup: &Setup) -> Option<String> {
        let counts = setup.prefixes().iter().map(|prefix| (prefix, self.with_prefix(prefix).len()));
        counts.filter(|(_, count)| *count > 1).map(|(prefix, count)| format!("{count} keys begin with {prefix}")).next()
    }

    pub(super) fn describe(&self) -> String {
        let keys = self.keys.iter().map(|key| format!("{} {}", key.id, key.value)).collect::<Vec<_>>().join(", ");
        format!("keys: {keys}; {:?}", self.descriptions)
    }
}

/// The value that is delivered for a prefix in the workspace.
pub(super) fn delivered(workspace: &Path, prefix: &str) -> Option<String> {
    let path = workspace.join(format!("secrets/{}.env", prefix.trim_end_matches('_')));
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().trim_start_matches("KEY=").trim_matches(['\'', '"']).to_owned())
}
