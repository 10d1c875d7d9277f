//! After the fight: no faults, no lag, and applies until there is nothing to do.

use super::Arena;
use crate::proxy::Request;
use crate::proxy::ask;
use crate::rivals::oracle::delivered;

/// So many applies bring every workspace to rest.
const APPLIES: usize = 5;

/// The addresses whose fields the store did not accept, and that the next apply may try again.
pub(super) fn kept(text: &str) -> Vec<String> {
    let address = |line: &str| Some(line.split_once("; --allow ")?.1.strip_suffix(" tries again")?.to_owned());
    text.lines().filter_map(address).collect()
}

/// The addresses of owned keys that no manifest declares. Pruning them needs consent, because no memory knows them as declared.
fn prunable(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| Some(line.trim().strip_prefix("KW-110: allow it with --allow ")?.to_owned()))
}

impl Arena {
    /// Brings every memory that is left to rest, and compares the tables with what is declared.
    pub(super) fn settle(&mut self, round: usize) -> Result<(), String> {
        self.restart(&[]);
        let url = self.url();
        let last = if self.setup.memory == super::Memory::Own { self.runners.len() } else { 1 };
        let (mut last_said, mut rested) = (String::new(), Vec::new());
        for number in 0..last {
            self.runners[number].renew();
            self.runners[number].write(&url, &self.setup.manifests(round, true));
            let workspace = self.runners[number].workspace();
            self.workspaces.push(workspace.clone());
            rested.push(workspace);
            last_said = self.rest(number, round)?;
        }
        let tables = self.tables();
        if let Some(why) = tables.lacks(&self.setup, round).or_else(|| tables.doubled(&self.setup, round)) {
            return Err(format!("at rest: {why}"));
        }
        // No run knows the value of a key whose create was altered when the run was killed. Then it is left alone, and said.
        let is_said = self.has_killed && last_said.to_lowercase().contains("left alone (not owned)");
        if let Some(stray) = tables.strays(&self.setup, round).first().filter(|_| !is_said) {
            return Err(format!("at rest: no manifest declares {}", stray.value));
        }
        for workspace in &self.workspaces {
            // The files of a machine that no apply has used since may hold the value of a key that was pruned meanwhile.
            if self.setup.prunes && !rested.contains(workspace) {
                continue;
            }
            self.files_live(&tables, round, workspace, self.setup.memory != super::Memory::Fresh)
                .map_err(|why| format!("at rest: {why}"))?;
        }
        Ok(())
    }

    fn rest(&mut self, number: usize, round: usize) -> Result<String, String> {
        let mut last = String::new();
        let mut allowed = Vec::new();
        for _ in 0..APPLIES {
            let ended = self.runners[number].apply_in_peace(&allowed);
            self.said.push(format!("--- at rest, {}", ended.describe()));
            allowed = kept(&ended.text);
            allowed.extend(prunable(&ended.text));
            if ended.exit == Some(0) && allowed.is_empty() {
                let plan = self.runners[number].plan();
                let is_done = plan.exit == Some(0) && plan.text.contains("Nothing to do");
                return if is_done { Ok(ended.text) } else { Err(format!("at rest: {}", plan.describe())) };
            }
            self.obey(round, [ended.text.as_str()]);
            last = ended.text;
        }
        Err(format!("does not come to rest: {last}"))
    }

    /// Does what the messages advise.
    pub(super) fn obey<'t>(&mut self, round: usize, texts: impl IntoIterator<Item = &'t str>) {
        let texts: Vec<&str> = texts.into_iter().collect();
        let says = |rule: &str| texts.iter().any(|text| text.contains(rule));
        let tables = self.tables();
        if says("CAM-069") {
            self.tally.count("CAM-069 obeyed");
            for key in tables.strays(&self.setup, round) {
                self.delete(&key.id);
            }
        }
        // A rival that was killed before it gave way leaves a key. The message says so, and the user decides.
        if (says("CAM-064") || says("CAM-049")) && (self.may_be_two() || !self.setup.is_remembered()) {
            self.tally.count("doubles deleted");
            for declared in self.setup.keys_of(round) {
                let keys = tables.of(&declared);
                let is_used = |value: &str| {
                    let mut used = self.workspaces.iter().filter_map(|workspace| delivered(workspace, &declared));
                    used.any(|used| used == value)
                };
                let (used, unused): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| is_used(&key.value));
                for key in unused.iter().skip(usize::from(used.is_empty())) {
                    self.delete(&key.id);
                }
            }
        }
    }

    fn delete(&self, id: &str) {
        let form = "grant_type=password&username=fake-user&password=fake-password&scope=an-area";
        let basic = "Authorization: Basic ZmFrZS1rZXk6ZmFrZS1zZWNyZXQ=";
        let headers = ["Host: localhost", "Content-Type: application/x-www-form-urlencoded", basic];
        let token = ask(&self.url(), &Request::new("POST", "/v3/token", &headers, form)).unwrap();
        let token: serde_json::Value = serde_json::from_str(&token.body).unwrap();
        let bearer = format!("Authorization: Bearer {}", token["access_token"].as_str().unwrap());
        let headers = ["Host: localhost", bearer.as_str()];
        let path = format!("/v3/rest/packageKeys/{id}");
        // A key that no request has named may be refused at first.
        let answers = || ask(&self.url(), &Request::new("DELETE", &path, &headers, "")).unwrap().status();
        assert!((0..9).any(|_| answers() == 200), "the key {id} was not deleted");
    }
}
