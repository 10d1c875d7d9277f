//! The law: nothing is made twice. Random sequences of renames, moves, changes of owners and removals, in the manifests and
//! by other hands in the store, with and without memory. The store and the delivered files are read, not the reports.
//! `KEYWRIGHT_MOVES=1000 cargo test --test it moves::law` tries more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::console::Console;
use crate::console::Ran;
use crate::dice::Dice;

#[derive(Clone)]
struct Named {
    name: String,
    former: Option<String>,
}

#[derive(Clone)]
struct App {
    named: Named,
    owner: usize,
}

#[derive(Clone)]
struct Key {
    named: Named,
    app: usize,
    has_prefix: bool,
    is_removed: bool,
}

/// What the manifests say.
#[derive(Clone)]
struct Manifests {
    package: Named,
    apps: Vec<App>,
    keys: Vec<Key>,
}

const USERS: [&str; 2] = ["ann", "bob"];

impl Named {
    fn new(name: String) -> Self {
        Self { name, former: None }
    }

    fn rename(&mut self, name: String, says_so: bool) {
        self.former = says_so.then(|| self.name.clone());
        self.name = name;
    }

    fn metadata(&self) -> String {
        let former = self.former.iter().map(|former| format!(", previously: [{former}]"));
        format!("name: {}{}", self.name, former.collect::<String>())
    }
}

impl Manifests {
    fn text(&self) -> String {
        let head = |kind: &str, metadata: &str| {
            format!("---\napiVersion: keywright.dev/v1\nkind: {kind}\nmetadata: {{{metadata}}}\n")
        };
        let package = &self.package.name;
        let mut text = head("Package", &self.package.metadata()) + "spec: {}\n";
        text += &(head("Plan", "name: gold") + &format!("spec: {{package: {package}}}\n"));
        for user in USERS {
            let spec = format!("spec: {{email: {user}@example.com, displayName: {user}, status: active}}\n");
            text += &(head("User", &format!("name: {user}")) + &spec);
        }
        for app in &self.apps {
            text += &(head("Application", &app.named.metadata()) + &format!("spec: {{user: {}}}\n", USERS[app.owner]));
        }
        for (number, key) in self.keys.iter().enumerate() {
            let app = &self.apps[key.app];
            let removed = if key.is_removed { ", removed: true" } else { "" };
            let generate = if key.has_prefix { format!("{{prefix: p{number}_}}") } else { "{}".to_owned() };
            text += &head("PackageKey", &(key.named.metadata() + removed));
            text += &format!(
                "spec:\n  user: {}\n  application: {}\n  package: {package}\n  plan: gold\n  key: {{generate: {generate}}}\n  \
                 deliver: [{{file: secrets/{number}.env, as: K{number}}}]\n",
                USERS[app.owner], app.named.name
            );
        }
        text
    }
}

struct World {
    folder: TempDir,
    console: Console,
    manifests: Manifests,
    remembers: bool,
    story: Vec<String>,
}

impl World {
    fn begin(dice: &mut Dice) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        let apps = (0..3).map(|n| App { named: Named::new(format!("app{n}")), owner: dice.index(2) }).collect();
        let key = |n: usize, dice: &mut Dice| Key {
            named: Named::new(format!("key{n}")),
            app: dice.index(3),
            has_prefix: dice.chance(50),
            is_removed: false,
        };
        let keys = (0..3).map(|n| key(n, dice)).collect();
        let manifests = Manifests { package: Named::new("pay".to_owned()), apps, keys };
        let mut world = Self { folder, console, manifests, remembers: true, story: Vec::new() };
        let ran = world.apply("");
        assert_eq!(ran.exit, 0, "{}", world.story.join("\n"));
        world
    }

    fn apply(&mut self, more: &str) -> Ran {
        fs::write(self.folder.path().join("m.yaml"), self.manifests.text()).unwrap();
        let ran = self.console.run(&format!("apply --auto-approve{more}"));
        self.story.push(format!("apply{more} → {}\n{}{}", ran.exit, ran.out, ran.err));
        ran
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

    fn delivered(&self) -> Vec<String> {
        let keys = self.manifests.keys.iter().enumerate().filter(|(_, key)| !key.is_removed);
        let texts =
            keys.filter_map(|(n, _)| fs::read_to_string(self.folder.path().join(format!("secrets/{n}.env"))).ok());
        texts.map(|text| text.trim().split_once('=').unwrap().1.to_owned()).collect()
    }

    #[track_caller]
    fn holds(&self, law: bool, what: &str) {
        assert!(law, "{what}\n{}\n{}", self.manifests.text(), self.story.join("\n"));
    }

    /// Changes one thing. Returns how many keys more there may be.
    fn change(&mut self, step: usize, dice: &mut Dice) -> usize {
        let (app, key) = (dice.index(3), dice.index(self.manifests.keys.len()));
        let says_so = dice.chance(50);
        let deed = dice.roll(9);
        self.story.push(format!("step {step}: deed {deed}, app {app}, key {key}, says so {says_so}"));
        match deed {
            0 => self.manifests.apps[app].named.rename(format!("app{app}s{step}"), says_so),
            1 => self.manifests.apps[app].owner ^= 1,
            2 => self.manifests.keys[key].app = app,
            3 => {
                let one = &mut self.manifests.keys[key];
                one.named.rename(format!("key{key}s{step}"), says_so);
                // Only memory knows the name that such a key had.
                return usize::from(!self.remembers && !says_so && !one.has_prefix && !one.is_removed);
            }
            4 => self.manifests.package.rename(format!("pay{step}"), says_so),
            5 => {
                let name = &self.manifests.apps[app].named.name;
                let other = "(SELECT min(row) FROM users WHERE row <> applications.\"user\")";
                let sql = format!("UPDATE OR IGNORE applications SET \"user\" = {other} WHERE name = '{name}'");
                self.by_hand(&sql);
            }
            6 => self.by_hand(&format!("UPDATE users SET username = 'x{step}' WHERE username = '{}'", USERS[app % 2])),
            7 => {
                let number = self.manifests.keys.len();
                let named = Named::new(format!("key{number}"));
                self.manifests.keys.push(Key { named, app, has_prefix: says_so, is_removed: false });
                return 1;
            }
            _ => {
                self.by_hand("DELETE FROM objects; DELETE FROM creates; DELETE FROM receipts; DELETE FROM writes; DELETE FROM runs");
                self.remembers = false;
            }
        }
        0
    }

    fn step(&mut self, step: usize, dice: &mut Dice) {
        let before = (self.manifests.clone(), self.living().len(), self.remembers);
        let saved = tempfile::tempdir().unwrap();
        copy(self.folder.path(), saved.path());
        let more = self.change(step, dice);
        let ran = self.apply("");
        let living = self.living();
        self.holds(living.len() <= before.1 + more, "a key was made twice");
        self.all_delivered_live();
        if ran.exit == 0 {
            self.remembers = true;
            self.settled();
            return;
        }
        self.holds(matches!(ran.exit, 3 | 4), "refused for another reason");
        self.holds(living.len() <= before.1 + more, "a refused run made a key");
        if ran.exit == 3 || dice.chance(50) {
            // The change is taken back.
            self.story.push("taken back".to_owned());
            self.manifests = before.0;
            self.remembers = before.2;
            copy(saved.path(), self.folder.path());
            self.settled();
            return;
        }
        let asked = consents(&ran.err);
        self.holds(!asked.is_empty(), "no consent is offered");
        let mut options = String::new();
        // What waited for a consent may need one of its own.
        for _ in 0..4 {
            options = asked_again(&self.story, &options);
            if self.apply(&options).exit == 0 {
                break;
            }
        }
        self.remembers = true;
        self.all_delivered_live();
        self.settled();
    }

    fn all_delivered_live(&self) {
        let living = self.living();
        let dead: Vec<String> = self.delivered().into_iter().filter(|value| !living.contains(value)).collect();
        self.holds(dead.is_empty(), "a delivered value does not live");
    }

    fn settled(&mut self) {
        let before = self.living();
        let ran = self.apply("");
        self.holds(ran.exit == 0 && ran.out.contains("Nothing to do"), "not settled");
        self.holds(before == self.living(), "a settled run changed the keys");
    }
}

/// The addresses that messages offer to allow, one for each finding.
fn consents(said: &str) -> BTreeSet<String> {
    let helps = said.lines().filter(|line| line.contains("= help:") && line.contains("--allow "));
    helps.map(|line| line.rsplit("--allow ").next().unwrap().trim().to_owned()).collect()
}

fn asked_again(story: &[String], options: &str) -> String {
    let more = consents(story.last().unwrap());
    let new = more.iter().filter(|address| !options.contains(&format!("--allow {address}")));
    new.fold(options.to_owned(), |all, address| format!("{all} --allow {address}"))
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

#[test]
fn nothing_is_made_twice() {
    let many = std::env::var("KEYWRIGHT_MOVES").ok().map_or(8, |text| text.parse().unwrap());
    for seed in 0..many {
        let mut dice = Dice::new(seed);
        let mut world = World::begin(&mut dice);
        for step in 0..6 {
            world.story.push(format!("seed {seed}"));
            world.step(step, &mut dice);
        }
    }
}
