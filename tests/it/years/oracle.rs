//! What must be true, whatever happened. It is read from the tables of the store and from the files.
//!
//! - A key that a place shows, or that its reader has, goes by no hand of ours.
//! - No run writes a value that does not work over one that works.
//! - A key is disabled or deleted only while another one works, and every place of the manifest shows that one. This also
//!   holds for a run whose clock is wrong: the embedded store has no clock of its own, so one run with a clock in the future
//!   may end an overlap early. Its callers lose nothing, because they have the value that works.
//! - What is deleted was disabled before, and what was disabled stays so until a person consents.
//! - Unless a clock was wrong, the grace counts from the disabling, and the overlap from the delivery; without the memory of
//!   the delivery, from the creation of what the places show.
//! - The generations that work at one time are bounded.
//! - An exit code of 0 is true: no place is in trouble, all places show one value, and it is not due for a successor.
//!
//! What a person took away (a key that they disabled, ended or deleted, a file that they changed) is no cut by us.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::hands::Key;
use super::hands::Time;
use super::places::Place;
use super::runs::Run;
use super::setup::Rotated;
use super::year::Year;

/// What the tables do not say.
#[derive(Clone, Default)]
pub(super) struct Ledger {
    /// The values whose keys a person took away.
    pub(super) taken: BTreeSet<String>,
    /// The values of keys that a person made.
    pub(super) by_hand: BTreeSet<String>,
    /// The values of keys that a person made, or took away once.
    pub(super) touched: BTreeSet<String>,
    /// The values about whose times the store is wrong.
    pub(super) misdated: BTreeSet<String>,
    /// The values of whose deliveries a memory does not know.
    pub(super) unrecorded: BTreeSet<String>,
    /// Whether a run did not know the keys that others made: with a lost memory, or that of another machine. What it finds
    /// counts as made by others, and no rotation retires it without consent.
    pub(super) is_forgetful: bool,
    /// Since when keys are in the store, by value.
    born: BTreeMap<String, Time>,
    /// Since when keys are disabled, by value.
    pub(super) disabled: BTreeMap<String, Time>,
}

/// A run takes a moment, and the store dates what it does a bit later than the start of the run.
const MOMENT: TimeDelta = TimeDelta::minutes(1);

/// A run, and the store before and after it.
pub(super) struct Seen<'a> {
    pub(super) year: &'a Year,
    pub(super) run: &'a Run,
    pub(super) before: &'a [Key],
    pub(super) after: &'a [Key],
}

impl Seen<'_> {
    /// Returns what is known afterwards, or what must not be.
    pub(super) fn judge(&self) -> Result<Ledger, String> {
        let ledger = self.learned();
        self.exits()?;
        for place in &self.year.places {
            self.reader(place)?;
        }
        for (number, key) in self.year.setup.keys.iter().enumerate() {
            for old in self.before.iter().filter(|old| old.value.starts_with(&key.prefix())) {
                self.change(number, key, old, &ledger)?;
            }
            self.count(key, &ledger)?;
            if self.run.is_whole && self.run.is_clock_right && self.run.exits.iter().all(|exit| *exit == Some(0)) {
                self.done(number, key, &ledger).map_err(|why| format!("exit 0, but {why}"))?;
            }
        }
        Ok(ledger)
    }

    fn learned(&self) -> Ledger {
        let mut ledger = self.year.ledger.clone();
        let live = self.after.iter().map(|key| key.value.clone());
        if !self.run.is_clock_right {
            ledger.misdated.extend(live);
        } else if self.run.exits.contains(&None) || self.run.is_elsewhere {
            ledger.unrecorded.extend(live);
        }
        for key in self.before.iter().chain(self.after) {
            ledger.born.entry(key.value.clone()).or_insert(self.year.now);
        }
        for key in self.after {
            if key.status == "disabled" {
                ledger.disabled.entry(key.value.clone()).or_insert(self.year.now);
            } else {
                ledger.disabled.remove(&key.value);
            }
        }
        ledger
    }

    fn exits(&self) -> Result<(), String> {
        let is_known = |exit: &i32| matches!(exit, 0 | 3..=7 | 9) || (*exit == 2 && self.run.what.starts_with("plan"));
        match self.run.exits.iter().flatten().find(|exit| !is_known(exit)) {
            Some(exit) => Err(format!("exit {exit}")),
            None => Ok(()),
        }
    }

    fn after(&self, value: &str) -> Option<&Key> {
        self.after.iter().find(|key| key.value == value)
    }

    /// The value that a reader has works.
    fn reader(&self, place: &Place) -> Result<(), String> {
        let Some(held) = place.held.as_ref().filter(|_| !place.is_by_hand) else { return Ok(()) };
        let works = |value: &String| self.after(value).is_some_and(|key| key.works(self.year.now));
        if works(held) {
            return Ok(());
        }
        if let Some(before) = place.before.held.as_ref().filter(|before| works(before)) {
            return Err(format!("{} shows {held}, which does not work, instead of {before}", place.path.display()));
        }
        if self.year.ledger.taken.contains(held) {
            return Ok(());
        }
        Err(format!("the reader of {} has {held}, which no longer works", place.path.display()))
    }

    /// What a run may do to a key.
    fn change(&self, number: usize, rotated: &Rotated, old: &Key, ledger: &Ledger) -> Result<(), String> {
        let (new, value) = (self.after(&old.value), &old.value);
        if old.status == "disabled" && new.is_some_and(|new| new.status == "active") {
            return Err(format!("{value} was disabled, and works again without consent"));
        }
        let is_disabled = old.status != "disabled" && new.is_some_and(|new| new.status == "disabled");
        if new.is_some() && !is_disabled {
            return Ok(());
        }
        let at_once = self.run.exits.len() > 1 && rotated.grace == 0;
        if new.is_none() && old.status != "disabled" && !at_once {
            return Err(format!("{value} was {} and is deleted", old.status));
        }
        if let Some(why) = self.lost(number, old) {
            let what = if new.is_none() { "deleted" } else { "disabled" };
            return Err(format!("{value} is {what}, but {why}"));
        }
        let held = self.places(number).filter_map(|place| place.held.as_ref());
        if self.run.is_clock_right && held.chain([value]).all(|value| !ledger.misdated.contains(value)) {
            self.in_time(number, rotated, (old, is_disabled), ledger)?;
        }
        Ok(())
    }

    /// What the callers of a retired key do not have instead.
    fn lost(&self, number: usize, old: &Key) -> Option<String> {
        let prefix = self.year.setup.keys[number].prefix();
        let is_successor = |key: &&Key| key.value.starts_with(&prefix) && key.id != old.id && key.works(self.year.now);
        let successors: BTreeSet<&str> = self.after.iter().filter(is_successor).map(|key| key.value.as_str()).collect();
        if successors.is_empty() {
            return Some("no other key works".to_owned());
        }
        let is_hidden = |place: &Place| self.year.troubles.iter().any(|trouble| trouble.hides(place));
        let has_one = |place: &Place| place.held.as_deref().is_some_and(|held| successors.contains(held));
        let mut places = self.places(number);
        let place = places.find(|place| is_hidden(place) || !has_one(place))?;
        Some(format!("{} shows no other key that works", place.path.display()))
    }

    fn places(&self, number: usize) -> impl Iterator<Item = &Place> {
        self.year.places.iter().filter(move |place| place.of.0 == number)
    }

    /// Callers have the overlap to fetch the new value, and people the grace to find those who have not.
    fn in_time(
        &self,
        number: usize,
        rotated: &Rotated,
        (old, is_disabled): (&Key, bool),
        ledger: &Ledger,
    ) -> Result<(), String> {
        let (now, value) = (self.year.now, &old.value);
        let is_early = |since: Time, days: u64| now - since + MOMENT < TimeDelta::days(i64::try_from(days).unwrap());
        let born = |key: &String| ledger.born.get(key).copied();
        let next =
            ledger.born.iter().filter(|(key, at)| key.starts_with(&rotated.prefix()) && Some(**at) > born(value));
        let next = next.map(|(_, at)| *at).min().filter(|_| rotated.files.is_empty());
        let is_recorded = |value: &String| !ledger.unrecorded.contains(value);
        let left = |place: &Place| match place.next(value).filter(|next| !is_recorded(next) || !is_recorded(value)) {
            Some(next) => born(next),
            None => place.left.get(value).copied(),
        };
        let left = self.places(number).filter_map(left).chain(next).max();
        if let Some(since) = left.filter(|since| is_disabled && is_early(*since, rotated.overlap)) {
            return Err(format!("{value} is disabled, and its callers have the next value since {since}"));
        }
        let disabled = self.year.ledger.disabled.get(value);
        if let Some(since) = disabled.filter(|since| !is_disabled && is_early(**since, rotated.grace)) {
            return Err(format!("{value} is deleted, and is disabled since {since}"));
        }
        Ok(())
    }

    /// Trouble stops the retirement, so a rotation must then not go on making keys. Each trouble may add one.
    fn count(&self, rotated: &Rotated, ledger: &Ledger) -> Result<(), String> {
        let is_counted = |key: &&Key| {
            key.value.starts_with(&rotated.prefix()) && key.works(self.year.now) && !ledger.touched.contains(&key.value)
        };
        let working = self.after.iter().filter(is_counted).count();
        let most = 6 + usize::try_from(rotated.overlap / rotated.every).unwrap();
        if working > most { Err(format!("{working} keys begin with {}", rotated.prefix())) } else { Ok(()) }
    }

    fn done(&self, number: usize, rotated: &Rotated, ledger: &Ledger) -> Result<(), String> {
        let generations: Vec<&Key> = self.after.iter().filter(|key| key.value.starts_with(&rotated.prefix())).collect();
        let Some(newest) = generations.last() else { return Err(format!("no key begins with {}", rotated.prefix())) };
        let young = i64::try_from(rotated.every).unwrap() * 86_400_000;
        // A run that delivers a value leaves its successor to the next one.
        let is_awaited = !self.run.has_deliveries || self.places(number).any(Place::has_received);
        // A key that a person set to waiting gets none before it is approved; every plan says so (CAM-073).
        let is_waiting = newest.status == "waiting";
        if self.year.now.timestamp_millis() - newest.created >= young && !is_awaited && !is_waiting {
            return Err(format!("{} has no successor", newest.value));
        }
        if !self.run.has_deliveries {
            return Ok(());
        }
        let is_by_hand = |key: &Key| ledger.by_hand.contains(&key.value);
        let current = generations.iter().rfind(|key| !is_by_hand(key)).unwrap_or(newest);
        let mut shown = BTreeSet::new();
        for place in self.places(number).filter(|place| self.year.mistyped() != Some(place.of)) {
            if let Some(trouble) = self.year.troubles.iter().find(|trouble| trouble.hides(place)) {
                return Err(format!("there is {trouble:?}"));
            }
            let Some(value) = place.shown() else { continue };
            let Some(key) = self.after(&value) else {
                return Err(format!("{} shows {value}, which is no key", place.path.display()));
            };
            // One that works stays, if the current one does not. What a person made is set apart.
            if current.works(self.year.now) || !key.works(self.year.now) {
                shown.insert(value);
            }
        }
        if shown.len() > 1 { Err(format!("the places show {shown:?}")) } else { Ok(()) }
    }
}
