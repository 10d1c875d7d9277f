//! What is true: the tables of the emulator, and the files of the runners.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use super::declared::Declared;
use super::setup::SITE_KEY;
use super::setup::Setup;

/// The live state, as the emulator keeps it on disk.
pub(super) struct Tables {
    pub(super) keys: Vec<Key>,
    /// Descriptions of applications and packages, by table.
    descriptions: BTreeMap<&'static str, Vec<String>>,
    plans: u32,
    /// The API keys: name and attributes.
    site: Vec<(String, Json)>,
}

pub(super) struct Key {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) application: String,
}

impl Tables {
    pub(super) fn read(area: &Path) -> Self {
        let connection = rusqlite::Connection::open(area.join("area.db")).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        let sql = "SELECT k.id, k.value, a.name FROM package_keys k JOIN applications a ON a.row = k.application ORDER BY k.row";
        let mut statement = connection.prepare(sql).unwrap();
        let key = |row: &rusqlite::Row<'_>| Ok(Key { id: row.get(0)?, value: row.get(1)?, application: row.get(2)? });
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
        let mut statement = connection.prepare("SELECT name, attributes FROM api_keys ORDER BY row").unwrap();
        let site = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?));
        let site = statement.query_map([], site).unwrap().map(Result::unwrap);
        let site = site.map(|(name, attributes)| (name, serde_json::from_str(&attributes).unwrap())).collect();
        Self { keys, descriptions, plans, site }
    }

    /// Whether the value is that of a live key, which is the declared one.
    pub(super) fn has(&self, declared: &Declared, value: &str) -> bool {
        self.of(declared).iter().any(|key| key.value == value)
    }

    pub(super) fn of(&self, declared: &Declared) -> Vec<&Key> {
        self.keys.iter().filter(|key| declared.is(key)).collect()
    }

    /// Keys that no manifest of the round declares.
    pub(super) fn strays(&self, setup: &Setup, round: usize) -> Vec<&Key> {
        let declared = setup.keys_of(round);
        self.keys.iter().filter(|key| !declared.iter().any(|declared| declared.is(key))).collect()
    }

    /// What the declared state has and the store does not.
    pub(super) fn lacks(&self, setup: &Setup, round: usize) -> Option<String> {
        let wanted = format!("Round {round}");
        for (table, texts) in &self.descriptions {
            let count = if *table == "applications" { setup.applications() } else { 1 };
            if texts.len() != count || texts.iter().any(|text| *text != wanted) {
                return Some(format!("{table} have the descriptions {texts:?} instead of {wanted:?}"));
            }
        }
        if self.plans != 1 {
            return Some(format!("{} plans", self.plans));
        }
        if setup.has_site {
            let wanted = Setup::end(round);
            let ends: Vec<&Json> =
                self.site.iter().filter(|(name, _)| name == SITE_KEY).map(|(_, key)| &key["expires"]).collect();
            if ends != [wanted.as_str()] {
                return Some(format!("the API keys end {ends:?} instead of {wanted:?}"));
            }
        }
        let is_missing =
            |declared: &&Declared| !self.of(declared).iter().any(|key| key.application == declared.application);
        let keys = setup.keys_of(round);
        keys.iter().find(is_missing).map(|key| format!("the key {} is not in {}", key.name, key.application))
    }

    /// A declared key that exists more than once.
    pub(super) fn doubled(&self, setup: &Setup, round: usize) -> Option<String> {
        let mut keys = setup.keys_of(round);
        keys.extend(setup.pruned(round));
        let counts = keys.iter().map(|key| (key.name, self.of(key).len()));
        let doubled =
            counts.filter(|(_, count)| *count > 1).map(|(name, count)| format!("{count} keys are {name}")).next();
        doubled.or_else(|| (self.site.len() > 1).then(|| format!("{} API keys", self.site.len())))
    }

    pub(super) fn describe(&self) -> String {
        let keys = self
            .keys
            .iter()
            .map(|key| format!("{} {} in {}", key.id, key.value, key.application))
            .collect::<Vec<_>>()
            .join(", ");
        format!("keys: {keys}; {:?}; {:?}", self.descriptions, self.site)
    }
}

/// The value of a declared key that is delivered in the workspace.
pub(super) fn delivered(workspace: &Path, declared: &Declared) -> Option<String> {
    let path = workspace.join(format!("secrets/{}.env", declared.name));
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().trim_start_matches("KEY=").trim_matches(['\'', '"']).to_owned())
}
