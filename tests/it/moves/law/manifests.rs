//! The manifests of a random world, and how they change.

use crate::dice::Dice;

pub(super) const USERS: [&str; 2] = ["ann", "bob"];

#[derive(Clone)]
pub(super) struct Named {
    pub(super) name: String,
    former: Option<String>,
}

/// What the manifests say about an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manifest {
    Declared,
    /// `removed: true`
    Removed,
    Gone,
}

#[derive(Clone)]
pub(super) struct App {
    pub(super) named: Named,
    pub(super) owner: usize,
    pub(super) manifest: Manifest,
    /// Whether it has a key by `packages`.
    pub(super) has_entry: bool,
}

#[derive(Clone)]
pub(super) struct Key {
    pub(super) named: Named,
    pub(super) app: usize,
    /// Whether it is of the second package.
    is_of_other: bool,
    prefix: Option<String>,
    /// The id of the key of the store that it names.
    pub(super) existing: Option<String>,
    pub(super) manifest: Manifest,
}

#[derive(Clone)]
pub(super) struct Manifests {
    package: Named,
    api_key: Named,
    /// Whether the last edit is a rename of something declared that says so, and nothing else.
    pub(super) says_so: bool,
    pub(super) apps: Vec<App>,
    pub(super) keys: Vec<Key>,
}

impl Named {
    fn new(name: String) -> Self {
        Self { name, former: None }
    }

    fn rename(&mut self, name: String, says_so: bool) {
        self.former = says_so.then(|| self.name.clone());
        self.name = name;
    }

    fn metadata(&self, manifest: Manifest) -> String {
        let former = self.former.iter().map(|former| format!(", previously: [{former}]"));
        let removed = if manifest == Manifest::Removed { ", removed: true" } else { "" };
        format!("name: {}{}{removed}", self.name, former.collect::<String>())
    }
}

fn head(kind: &str, metadata: &str) -> String {
    format!("---\napiVersion: keywright.dev/v1\nkind: {kind}\nmetadata: {{{metadata}}}\n")
}

impl Manifests {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let app = |n, owner, has_entry| {
            let named = Named::new(format!("app{n}"));
            App { named, owner, manifest: Manifest::Declared, has_entry }
        };
        let apps = (0..3).map(|n| app(n, dice.index(2), dice.chance(30))).collect();
        let (package, api_key) = (Named::new("pay".to_owned()), Named::new("erp".to_owned()));
        let mut manifests = Self { package, api_key, says_so: false, apps, keys: Vec::new() };
        for _ in 0..3 {
            manifests.new_key(dice.index(3), dice.chance(50));
        }
        manifests
    }

    fn new_key(&mut self, app: usize, has_prefix: bool) {
        let number = self.keys.len();
        let prefix = has_prefix.then(|| format!("p{number}_"));
        let named = Named::new(format!("key{number}"));
        let key = Key { named, app, is_of_other: false, prefix, existing: None, manifest: Manifest::Declared };
        self.keys.push(key);
    }

    /// The numbers of the keys that are declared.
    pub(super) fn declared(&self) -> impl Iterator<Item = usize> {
        let keys = self.keys.iter().enumerate();
        keys.filter(|(_, key)| key.manifest == Manifest::Declared).map(|(number, _)| number)
    }

    pub(super) fn text(&self) -> String {
        let package = &self.package.name;
        let mut text = head("Package", &self.package.metadata(Manifest::Declared)) + "spec: {}\n";
        text += &(head("Package", "name: other") + "spec: {}\n");
        for package in [package.as_str(), "other"] {
            text += &(head("Plan", "name: gold") + &format!("spec: {{package: {package}}}\n"));
        }
        text += &head("ApiKey", &format!("name: {}", self.api_key.name));
        text += "spec: {enabled: true, allowedApis: [audit], allowedOrgs: [\"id:41\"]}\n";
        for user in USERS {
            let spec = format!("spec: {{email: {user}@example.com, displayName: {user}, status: active}}\n");
            text += &(head("User", &format!("name: {user}")) + &spec);
        }
        for app in self.apps.iter().filter(|app| app.manifest != Manifest::Gone) {
            let is_declared = app.manifest == Manifest::Declared;
            let entry = format!(", packages: [{{package: {package}, plan: gold}}]");
            let entry = if app.has_entry && is_declared { &*entry } else { "" };
            let spec = format!("spec: {{user: {}{entry}}}\n", USERS[app.owner]);
            text += &(head("Application", &app.named.metadata(app.manifest)) + &spec);
        }
        for (number, key) in self.keys.iter().enumerate().filter(|(_, key)| key.manifest != Manifest::Gone) {
            let app = &self.apps[key.app];
            let prefix = key.prefix.as_ref().map(|prefix| format!("prefix: {prefix}")).unwrap_or_default();
            let source = match &key.existing {
                Some(id) => format!("{{existing: {id}}}"),
                None => format!("{{generate: {{{prefix}}}}}"),
            };
            let package = if key.is_of_other { "other" } else { package };
            text += &head("PackageKey", &key.named.metadata(key.manifest));
            text += &format!(
                "spec:\n  user: {}\n  application: {}\n  package: {package}\n  plan: gold\n  key: {source}\n  \
                 deliver: [{{file: secrets/{number}.env, as: K{number}}}]\n",
                USERS[app.owner], app.named.name
            );
        }
        text
    }

    /// Makes one edit. Returns how many keys more there may be.
    pub(super) fn edit(&mut self, deed: u64, step: usize, dice: &mut Dice) -> usize {
        let (app, key) = (dice.index(self.apps.len()), dice.index(self.keys.len()));
        let says_so = dice.chance(50);
        let is_declared = self.keys[key].manifest == Manifest::Declared;
        self.says_so = says_so
            && match deed {
                0 => self.apps[app].manifest == Manifest::Declared,
                3 => is_declared,
                deed => deed == 4,
            };
        match deed {
            0 => self.apps[app].named.rename(format!("app{app}s{step}"), says_so),
            1 => self.apps[app].owner ^= 1,
            2 => self.keys[key].app = app,
            3 => {
                self.keys[key].named.rename(format!("key{key}s{step}"), says_so);
            }
            4 => self.package.rename(format!("pay{step}"), says_so),
            5 => {
                self.new_key(app, says_so);
                return 1;
            }
            6 => {
                self.keys[key].prefix = says_so.then(|| format!("q{step}_"));
                self.keys[key].existing = None;
            }
            7 if self.apps[app].manifest == Manifest::Declared => self.remove_app(app, says_so),
            8 if is_declared => self.keys[key].manifest = if says_so { Manifest::Removed } else { Manifest::Gone },
            9 => return self.restore(app, key),
            10 => self.swap(app, key, says_so, step, dice),
            11 => {
                self.apps[app].has_entry ^= true;
                return usize::from(self.apps[app].has_entry);
            }
            12 => self.move_entry(app, dice),
            13 if self.apps[app].has_entry && self.apps[app].manifest == Manifest::Declared => {
                self.apps[app].owner ^= 1;
                self.apps[app].named.rename(format!("app{app}s{step}"), false);
                self.package.rename(format!("pay{step}"), false);
            }
            14 if is_declared && self.keys[key].prefix.is_none() => {
                self.keys[key].app = app;
                self.keys[key].named.rename(format!("key{key}s{step}"), false);
            }
            15 => self.turn(app, key, says_so),
            16 if is_declared => {
                self.keys[key].is_of_other ^= true;
                self.keys[key].existing = None;
                self.keys[key].named.rename(format!("key{key}s{step}"), false);
            }
            17 => self.api_key.rename(format!("erp{step}"), false),
            _ => {}
        }
        0
    }

    /// A manifest with the id of a key of an entry that stays.
    pub(super) fn name_entry(&mut self, app: usize, id: String) {
        self.new_key(app, false);
        if let Some(key) = self.keys.last_mut() {
            key.existing = Some(id);
        }
    }

    /// The entry of an application becomes one of another application.
    fn move_entry(&mut self, app: usize, dice: &mut Dice) {
        let other = dice.index(self.apps.len());
        let are_declared = [app, other].iter().all(|app| self.apps[*app].manifest == Manifest::Declared);
        if are_declared && self.apps[app].has_entry && !self.apps[other].has_entry {
            self.apps[app].has_entry = false;
            self.apps[other].has_entry = true;
        }
    }

    /// The manifest of a key becomes an entry of an application, or an entry becomes a manifest in the application of a key.
    fn turn(&mut self, app: usize, key: usize, has_prefix: bool) {
        if self.apps[app].manifest != Manifest::Declared || self.keys[key].manifest != Manifest::Declared {
            return;
        }
        if self.apps[app].has_entry {
            self.apps[app].has_entry = false;
            self.new_key(self.keys[key].app, has_prefix);
        } else {
            self.apps[app].has_entry = true;
            self.keys[key].manifest = Manifest::Gone;
        }
    }

    /// A tombstone for an application, and none or one for each of its keys.
    fn remove_app(&mut self, app: usize, names_keys: bool) {
        self.apps[app].manifest = Manifest::Removed;
        let of_keys = if names_keys { Manifest::Removed } else { Manifest::Gone };
        for key in self.keys.iter_mut().filter(|key| key.app == app && key.manifest == Manifest::Declared) {
            key.manifest = of_keys;
        }
    }

    /// What was removed is declared again.
    fn restore(&mut self, app: usize, key: usize) -> usize {
        let has_entry = self.apps[app].has_entry && self.apps[app].manifest != Manifest::Declared;
        self.apps[app].manifest = Manifest::Declared;
        let one = &mut self.keys[key];
        let is_back = one.manifest != Manifest::Declared && self.apps[one.app].manifest == Manifest::Declared;
        if is_back {
            one.manifest = Manifest::Declared;
        }
        usize::from(is_back) + usize::from(has_entry)
    }

    /// Two applications or two keys get each other's names, or one takes the name that the other one leaves.
    fn swap(&mut self, app: usize, key: usize, says_so: bool, step: usize, dice: &mut Dice) {
        let (other_app, other_key) = (dice.index(self.apps.len()), dice.index(self.keys.len()));
        if app == other_app || dice.chance(50) {
            let name = self.keys[key].named.name.clone();
            let other = std::mem::replace(&mut self.keys[other_key].named, Named::new(name));
            self.keys[key].named = Named::new(other.name);
        } else if says_so {
            let name = self.apps[app].named.name.clone();
            self.apps[app].named.rename(format!("app{app}s{step}"), true);
            self.apps[other_app].named.rename(name, true);
        } else {
            let name = self.apps[app].named.name.clone();
            let other = std::mem::replace(&mut self.apps[other_app].named, Named::new(name));
            self.apps[app].named = Named::new(other.name);
        }
    }
}
