//! The law: nothing is made twice. Random sequences of renames, moves, exchanges of names, changes of owners and of prefixes,
//! and removals, in the manifests and by other hands in the store, with and without memory: of keys with manifests, entries of
//! `Application.packages`, moves of each of them to another application, and keys that are named by their ids. The store and the delivered files are read, not the reports.
//! `KEYWRIGHT_MOVES=1000 cargo test --test it moves::law` tries more, and `17-17` repeats one.

mod manifests;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use self::manifests::Manifest;
use self::manifests::Manifests;
use self::manifests::USERS;
use crate::console::Console;
use crate::console::Ran;
use crate::dice::Dice;

/// The edits of manifests, and the other hands after them.
const EDITS: u64 = 18;
/// The last ones of the edits: moves to places that have little in common with the old ones, and API keys, of which nothing but
/// the name shows which one it is.
const FAR: u64 = 6;
const DEEDS: u64 = EDITS + 8;

struct World {
    folder: TempDir,
    console: Console,
    manifests: Manifests,
    remembers: bool,
    story: Vec<String>,
}

/// A world before a step.
struct Before {
    manifests: Manifests,
    living: usize,
    applications: u32,
    api_keys: usize,
    delivered: BTreeMap<usize, String>,
    remembers: bool,
    files: TempDir,
}

impl World {
    fn begin(seed: u64, dice: &mut Dice) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        let manifests = Manifests::new(dice);
        let mut world = Self { folder, console, manifests, remembers: true, story: vec![format!("seed {seed}")] };
        let ran = world.apply("");
        assert_eq!(ran.exit, 0, "{}", world.story.join("\n"));
        world
    }

    fn run(&mut self, line: &str) -> Ran {
        fs::write(self.folder.path().join("m.yaml"), self.manifests.text()).unwrap();
        let ran = self.console.run(line);
        self.story.push(format!("{line} → {}\n{}{}", ran.exit, ran.out, ran.err));
        ran
    }

    fn apply(&mut self, more: &str) -> Ran {
        self.run(&format!("apply --auto-approve{more}"))
    }

    fn database(&self) -> Connection {
        Connection::open(self.folder.path().join(".keywright/keywright.db")).unwrap()
    }

    fn by_hand(&mut self, sql: &str) {
        self.story.push(sql.to_owned());
        self.database().execute_batch(sql).unwrap();
    }

    /// The values of the keys that callers can use.
    fn living(&self) -> BTreeSet<String> {
        let sql = "SELECT value FROM package_keys WHERE json_extract(attributes, '$.\"settings.status\"') = 'active'";
        let database = self.database();
        let mut rows = database.prepare(sql).unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// How many API keys there are that callers can use.
    fn api_keys(&self) -> usize {
        let sql = "SELECT count(*) FROM api_keys WHERE json_extract(attributes, '$.enabled')";
        let count: u32 = self.database().query_row(sql, [], |row| row.get(0)).unwrap();
        usize::try_from(count).unwrap()
    }

    fn applications(&self) -> u32 {
        self.database().query_row("SELECT count(*) FROM applications", [], |row| row.get(0)).unwrap()
    }

    /// The values in the files of the declared keys, by their numbers.
    fn delivered(&self) -> BTreeMap<usize, String> {
        let text = |number| fs::read_to_string(self.folder.path().join(format!("secrets/{number}.env"))).ok();
        let texts = self.manifests.declared().filter_map(|number| Some((number, text(number)?)));
        texts.map(|(number, text)| (number, text.trim().split_once('=').unwrap().1.to_owned())).collect()
    }

    #[track_caller]
    fn holds(&self, law: bool, what: &str) {
        assert!(law, "{what}\n{}\n{}", self.manifests.text(), self.story.join("\n"));
    }

    /// Changes one thing. Returns how many keys more there may be.
    fn change(&mut self, step: usize, dice: &mut Dice) -> usize {
        let deed = dice.roll(DEEDS);
        self.story.push(format!("step {step}: deed {deed}"));
        self.manifests.says_so = false;
        if deed < EDITS {
            let more = self.manifests.edit(deed, step, dice);
            // Only memory shows that a key is the one that an entry elsewhere had, or a manifest without a prefix.
            let is_in_memory = deed >= EDITS - FAR && !self.remembers;
            return more + usize::from(is_in_memory);
        }
        let app = dice.index(3);
        let name = self.manifests.apps[app].named.name.clone();
        let of_app = format!("(SELECT row FROM applications WHERE name = '{name}')");
        match deed - EDITS {
            0 => {
                let other = "(SELECT min(row) FROM users WHERE row <> applications.\"user\")";
                self.by_hand(&format!("UPDATE OR IGNORE applications SET \"user\" = {other} WHERE name = '{name}'"));
            }
            1 => self.by_hand(&format!("UPDATE users SET username = 'x{step}' WHERE username = '{}'", USERS[app % 2])),
            2 => self.by_hand(&format!("UPDATE OR IGNORE applications SET name = 'y{step}' WHERE name = '{name}'")),
            3 => self.by_hand(&format!(
                "DELETE FROM package_keys WHERE application IN {of_app}; DELETE FROM applications WHERE name = '{name}'"
            )),
            4 => self.name_by_id(dice),
            5 => self.name_entry_by_id(app),
            6 => {
                let other = &self.manifests.apps[(app + 1) % 3].named.name.clone();
                self.by_hand(&format!("UPDATE OR IGNORE applications SET name = 'z{step}' WHERE name = '{name}'"));
                self.by_hand(&format!("UPDATE OR IGNORE applications SET name = '{name}' WHERE name = '{other}'"));
            }
            _ => {
                self.by_hand("DELETE FROM objects; DELETE FROM creates; DELETE FROM receipts; DELETE FROM writes; DELETE FROM runs");
                self.remembers = false;
            }
        }
        0
    }

    /// The manifest of a key names what it has by its id.
    fn name_by_id(&mut self, dice: &mut Dice) {
        let number = dice.index(self.manifests.keys.len());
        let Some(value) = self.delivered().remove(&number) else { return };
        let find = |row: &rusqlite::Row<'_>| row.get(0);
        let id = self.database().query_row("SELECT id FROM package_keys WHERE value = ?1", [value], find);
        self.manifests.keys[number].existing = id.ok();
    }

    /// A new manifest names the key of an entry by its id, and the entry stays.
    fn name_entry_by_id(&mut self, app: usize) {
        let one = &self.manifests.apps[app];
        // A machine that lost its memory takes a file that it does not see for one of another machine.
        let forgot = self.story.iter().any(|line| line.starts_with("DELETE FROM objects"));
        if forgot || !one.has_entry || one.manifest != Manifest::Declared {
            return;
        }
        let find = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let sql =
            "SELECT k.id, k.value FROM package_keys k JOIN applications a ON a.row = k.application WHERE a.name = ?1";
        let database = self.database();
        let mut rows = database.prepare(sql).unwrap();
        let delivered: BTreeSet<String> = self.delivered().into_values().collect();
        let rows = rows.query_map([&one.named.name], find).unwrap().map(Result::unwrap);
        let own: Vec<(String, String)> =
            rows.filter(|(_, value): &(String, String)| !delivered.contains(value)).collect();
        // A document of the application may have one without a file, and then nothing shows which one is the entry's.
        if let [(id, _)] = own.as_slice() {
            self.manifests.name_entry(app, id.clone());
        }
    }

    fn before(&self) -> Before {
        let files = tempfile::tempdir().unwrap();
        copy(self.folder.path(), files.path());
        let (manifests, remembers) = (self.manifests.clone(), self.remembers);
        let (living, applications, api_keys) = (self.living().len(), self.applications(), self.api_keys());
        Before { manifests, living, applications, api_keys, delivered: self.delivered(), remembers, files }
    }

    fn step(&mut self, step: usize, dice: &mut Dice) {
        let before = self.before();
        let more = self.change(step, dice);
        let in_use = self.in_use();
        let ran = self.apply("");
        self.holds(self.living().len() <= before.living + more, "a key was made twice");
        let unknown = usize::from(!before.remembers);
        self.holds(self.api_keys() <= before.api_keys + unknown, "an API key was made twice");
        let is_same = before.manifests.text() == self.manifests.text() && before.remembers && self.remembers;
        self.holds(!is_same || self.applications() <= before.applications, "an application was made twice");
        self.stay_in_use(&in_use);
        let asks_about_rename = self.manifests.says_so && before.remembers && ran.err.contains("error[KW-145]");
        self.holds(!asks_about_rename, "a rename that says so is asked about");
        if ran.exit == 0 {
            self.remembers = true;
            return self.settled(&before);
        }
        // Another hand deleted the key that a manifest names by its id.
        let is_gone = ran.exit == 6 && ran.err.contains("CAM-063");
        self.holds(is_gone || matches!(ran.exit, 3 | 4), "refused for another reason");
        if is_gone || ran.exit == 3 || dice.chance(50) {
            self.story.push("taken back".to_owned());
            self.manifests = before.manifests.clone();
            self.remembers = before.remembers;
            copy(before.files.path(), self.folder.path());
            return self.settled(&before);
        }
        let options = self.consents();
        let ran = self.apply(&options.iter().map(|address| format!(" --allow {address}")).collect::<String>());
        self.holds(ran.exit == 0, "the consents that were offered do not lift the refusals");
        self.remembers = true;
        self.stay_in_use(&in_use);
        self.settled(&before);
    }

    /// The consents that are asked for, until nothing is asked any more. Each of them is needed.
    fn consents(&mut self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        loop {
            let ran = self.plan_with(&all);
            if ran.exit == 0 {
                self.holds(!all.is_empty(), "a refused run changed the answer");
                break;
            }
            let new: Vec<String> = offered(&ran.err).into_iter().filter(|address| !all.contains(address)).collect();
            self.holds(!new.is_empty(), "a refusal offers no consent, or one that does not lift it");
            // What waited for a consent may need one of its own.
            all.extend(new);
        }
        for one in &all {
            let others = all.iter().filter(|other| *other != one).cloned().collect();
            let ran = self.plan_with(&others);
            self.holds(ran.exit == 4, &format!("the consent for {one} is asked for, and not needed"));
        }
        all
    }

    fn plan_with(&mut self, options: &BTreeSet<String>) -> Ran {
        let options: String = options.iter().map(|address| format!(" --allow {address}")).collect();
        let ran = self.run(&format!("plan{options}"));
        self.holds(matches!(ran.exit, 0 | 4), "a consent makes another error");
        ran
    }

    /// The keys whose delivered value lives.
    fn in_use(&self) -> BTreeSet<usize> {
        let living = self.living();
        self.delivered().into_iter().filter(|(_, value)| living.contains(value)).map(|(number, _)| number).collect()
    }

    /// Files never show a dead value because of a run.
    fn stay_in_use(&self, keys: &BTreeSet<usize>) {
        let now = self.in_use();
        let dead: Vec<usize> =
            self.manifests.declared().filter(|key| keys.contains(key) && !now.contains(key)).collect();
        self.holds(dead.is_empty(), "a delivered value does not live");
    }

    /// Every declared key has one living value of its own, what was removed is dead, and nothing is left to do.
    fn settled(&mut self, before: &Before) {
        let living = self.living();
        let ran = self.apply("");
        self.holds(ran.exit == 0 && ran.out.contains("Nothing to do"), "not settled");
        self.holds(living == self.living(), "a settled run changed the keys");
        let delivered = self.delivered();
        let values: BTreeSet<&String> = delivered.values().collect();
        self.holds(values.len() == self.manifests.declared().count(), "a declared key has no value of its own");
        self.holds(self.in_use().len() == values.len(), "a delivered value does not live");
        self.entries_live();
        for (number, value) in &before.delivered {
            let is_removed = self.manifests.keys[*number].manifest == Manifest::Removed;
            self.holds(!is_removed || !living.contains(value), "a removed key lives");
        }
    }
}

impl World {
    /// Every entry of `Application.packages` has a living key besides those of the manifests.
    fn entries_live(&self) {
        let delivered: BTreeSet<String> = self.delivered().into_values().collect();
        let sql = "SELECT k.value FROM package_keys k JOIN applications a ON a.row = k.application
                   WHERE a.name = ?1 AND json_extract(k.attributes, '$.\"settings.status\"') = 'active'";
        let database = self.database();
        let mut rows = database.prepare(sql).unwrap();
        for app in self.manifests.apps.iter().filter(|app| app.has_entry && app.manifest == Manifest::Declared) {
            let values = rows.query_map([&app.named.name], |row| row.get(0)).unwrap().map(Result::unwrap);
            let own = values.filter(|value: &String| !delivered.contains(value)).count();
            self.holds(own > 0, &format!("the entry of {} has no living key", app.named.name));
        }
    }
}

/// The addresses that messages offer to allow, one for each finding.
fn offered(said: &str) -> BTreeSet<String> {
    let helps = said.lines().filter(|line| line.contains("= help:") && line.contains("--allow "));
    helps.map(|line| line.rsplit("--allow ").next().unwrap().trim().to_owned()).collect()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(to).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            fs::remove_dir_all(entry.path()).unwrap();
        } else {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    copy_into(from, to);
}

fn copy_into(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_into(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).map(drop).unwrap();
        }
    }
}

/// `KEYWRIGHT_MOVES`: how many seeds, or `FIRST-LAST`.
fn seeds() -> std::ops::RangeInclusive<u64> {
    let Ok(text) = std::env::var("KEYWRIGHT_MOVES") else { return 0..=7 };
    match text.split_once('-') {
        Some((first, last)) => first.parse().unwrap()..=last.parse().unwrap(),
        None => 0..=text.parse::<u64>().unwrap() - 1,
    }
}

#[test]
fn nothing_is_made_twice() {
    for seed in seeds() {
        let mut dice = Dice::new(seed);
        let mut world = World::begin(seed, &mut dice);
        for step in 0..6 {
            world.step(step, &mut dice);
        }
    }
}
