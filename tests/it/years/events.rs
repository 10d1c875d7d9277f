//! What other hands do between the runs.

use chrono::TimeDelta;

use super::hands;
use super::hands::Key;
use super::places::Obstacle;
use super::places::Trouble;
use super::year::Year;

impl Year {
    /// The place that the manifest mistypes now.
    pub(super) fn mistyped(&self) -> Option<(usize, usize)> {
        self.troubles.iter().find_map(|trouble| match trouble {
            Trouble::Mistyped(of) => Some(*of),
            _ => None,
        })
    }

    pub(super) fn happen(&mut self) {
        match self.dice.roll(100) {
            0..15 => self.break_a_place(),
            15..40 => self.repair(),
            40..52 => self.take_a_key(),
            52..62 => self.give_back(),
            62..68 => self.add_a_key(),
            68..84 => self.disturb_memory(),
            84..92 => self.remove_files(),
            _ => self.overwrite_a_place(),
        }
    }

    fn event(&mut self, what: &'static str, text: &str) {
        self.tally.count(what);
        self.say(&format!("{what}: {text}"));
    }

    fn break_a_place(&mut self) {
        if self.places.is_empty() {
            return;
        }
        let place = &self.places[self.dice.index(self.places.len())];
        let (of, path) = (place.of, place.path.clone());
        let folder = path.parent().unwrap().to_owned();
        // One trouble at a path, so that each can be repaired by itself.
        let is_near = |trouble: &Trouble| match trouble {
            Trouble::Replaced { path: other, .. } => path.starts_with(other) || other.starts_with(&folder),
            Trouble::ReadOnly { folder: other } => *other == folder,
            Trouble::Mistyped(_) => false,
        };
        if self.troubles.iter().any(is_near) {
            return;
        }
        let trouble = match self.dice.roll(10) {
            0 => Some(Trouble::replace(&path, Obstacle::Folder)),
            1 => Some(Trouble::replace(&path, Obstacle::File)),
            2 => Some(Trouble::replace(&folder, Obstacle::File)),
            3 => Trouble::read_only(&folder),
            _ => self.mistyped().is_none().then_some(Trouble::Mistyped(of)),
        };
        if let Some(trouble) = trouble {
            self.event("places broken", &format!("{trouble:?}"));
            self.troubles.push(trouble);
        }
    }

    pub(super) fn repair(&mut self) {
        for trouble in std::mem::take(&mut self.troubles) {
            self.event("places repaired", &format!("{trouble:?}"));
            trouble.repair();
        }
    }

    /// A generation of some key, more often the newest.
    fn pick(&mut self) -> Option<Key> {
        let number = self.dice.index(self.setup.keys.len());
        let keys = self.generations(number);
        let index = if self.dice.chance(60) { keys.len().checked_sub(1)? } else { self.dice.index(keys.len().max(1)) };
        keys.get(index).cloned()
    }

    /// A person disables, ends or deletes a key, or withdraws its approval.
    fn take_a_key(&mut self) {
        let Some(key) = self.pick() else { return };
        let (hands, now) = (self.hands(), self.now);
        let day = |days: i64| (now + TimeDelta::days(days)).format("%Y-%m-%d").to_string();
        let what = match self.dice.roll(10) {
            0..3 => {
                hands.set(&key, "settings.status", "waiting", now);
                "set to waiting"
            }
            3..6 => {
                hands.set(&key, "settings.status", "disabled", now);
                "disabled"
            }
            6 => {
                hands.delete(&key);
                "deleted"
            }
            7..9 => {
                hands.set(&key, "expires", &day(-1), now);
                "ended"
            }
            _ => {
                hands.set(&key, "expires", &day(1), now);
                "ended tomorrow"
            }
        };
        self.event("keys taken away", &format!("{} is {what}", key.value));
        self.ledger.touched.insert(key.value.clone());
        self.ledger.taken.insert(key.value);
    }

    /// A person lets the keys work again that people took away.
    pub(super) fn give_back(&mut self) {
        let (hands, now) = (self.hands(), self.now);
        for key in hands.keys() {
            if self.ledger.taken.remove(&key.value) {
                hands.set(&key, "settings.status", "active", now);
                hands.set(&key, "expires", "never", now);
                self.ledger.disabled.remove(&key.value);
                self.event("keys given back", &key.value);
            }
        }
    }

    /// A person makes a key whose value begins like those of a rotation.
    fn add_a_key(&mut self) {
        let number = self.dice.index(self.setup.keys.len());
        let Some(like) = self.hands().keys().pop() else { return };
        let value = format!("{}by.hand.{}", self.setup.keys[number].prefix(), self.dice.roll(1_000_000));
        self.hands().add(&like, &value, self.now);
        self.event("keys made by hand", &value);
        self.ledger.touched.insert(value.clone());
        self.ledger.by_hand.insert(value);
    }

    /// A new machine, one with an old disk, or one without the key for fingerprints.
    fn disturb_memory(&mut self) {
        let (memory, copy) = (self.memory(), self.folder.path().join("copy.db"));
        if !memory.exists() {
            return;
        }
        let what = match self.dice.roll(10) {
            0..4 => {
                hands::copy(&memory, &copy);
                return self.event("memories copied", "to a backup");
            }
            4..6 if copy.exists() => {
                hands::restore(&memory, &copy);
                "older"
            }
            6 => {
                let _ = std::fs::remove_file(memory.with_file_name("fingerprint.key"));
                "without its key for fingerprints"
            }
            _ => {
                hands::forget(&memory);
                "empty"
            }
        };
        self.event("memories lost", &format!("it is {what}"));
        self.ledger.is_forgetful = true;
        let live = self.hands().keys();
        self.ledger.unrecorded.extend(live.into_iter().map(|key| key.value));
    }

    /// The files are not on this machine any more. Their readers have them.
    fn remove_files(&mut self) {
        let only = self.dice.chance(50).then(|| self.dice.index(self.setup.keys.len()));
        let going = self.places.iter().filter(|place| only.is_none_or(|number| place.of.0 == number));
        // What a person wrote last is certain only while the file is here.
        let going = going.filter(|place| !place.is_by_hand && place.shown().is_some() && place.shown() == place.held);
        let paths: Vec<_> = going.map(|place| place.path.clone()).collect();
        let is_shared =
            |path: &std::path::PathBuf| self.places.iter().any(|place| place.path == *path && place.is_by_hand);
        let paths: Vec<_> = paths.into_iter().filter(|path| !is_shared(path)).collect();
        for path in paths {
            if path.exists() {
                std::fs::remove_file(&path).unwrap();
                self.event("files removed", &path.display().to_string());
            }
        }
    }

    /// A person writes something else into a file: nonsense, or the value of an older generation.
    fn overwrite_a_place(&mut self) {
        if self.places.is_empty() {
            return;
        }
        let index = self.dice.index(self.places.len());
        let keys = self.generations(self.places[index].of.0);
        let old = keys.first().filter(|_| self.dice.chance(50)).map(|key| key.value.clone());
        let value = old.unwrap_or_else(|| "not-a-real-key".to_owned());
        let now = self.now;
        if self.places[index].overwrite(&value, now) {
            let path = self.places[index].path.display().to_string();
            self.event("places overwritten", &format!("{path} shows {value}"));
        }
    }
}
