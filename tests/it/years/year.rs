//! One random year: days pass, other hands do something, a run follows, and the oracle judges it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeDelta;

use super::hands::Hands;
use super::hands::Key;
use super::hands::Time;
use super::oracle::Ledger;
use super::oracle::Seen;
use super::places::Before;
use super::places::Place;
use super::places::Trouble;
use super::runs::Run;
use super::setup::Setup;
use super::setup::StoreOf;
use crate::dice::Dice;
use crate::rivals::tally::Tally;

const DAYS: i64 = 365;

pub(super) struct Year {
    pub(super) setup: Setup,
    pub(super) dice: Dice,
    pub(super) folder: tempfile::TempDir,
    pub(super) now: Time,
    pub(super) places: Vec<Place>,
    pub(super) troubles: Vec<Trouble>,
    pub(super) ledger: Ledger,
    /// Whether the last run had the memory of another machine.
    pub(super) is_elsewhere: bool,
    pub(super) tally: Tally,
    said: Vec<String>,
}

impl Year {
    pub(super) fn new(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().join("workspace");
        std::fs::create_dir(&workspace).unwrap();
        let now: Time = "2026-01-01T06:00:00Z".parse().unwrap();
        let of_key = |number: usize| {
            let (key, workspace) = (&setup.keys[number], &workspace);
            key.files.iter().enumerate().map(move |(place, file)| Place {
                of: (number, place),
                path: workspace.join(file),
                variable: key.variable(),
                held: None,
                before: Before::default(),
                left: BTreeMap::new(),
                is_by_hand: false,
            })
        };
        let places = (0..setup.keys.len()).flat_map(of_key).collect();
        let dice = Dice::new(setup.seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let (ledger, tally) = (Ledger::default(), Tally::of_one());
        Self {
            setup,
            dice,
            folder,
            now,
            places,
            troubles: Vec::new(),
            ledger,
            is_elsewhere: false,
            tally,
            said: Vec::new(),
        }
    }

    pub(super) fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    /// The database that remembers.
    pub(super) fn memory(&self) -> PathBuf {
        self.workspace().join(".keywright/keywright.db")
    }

    pub(super) fn hands(&self) -> Hands {
        Hands::of(match self.setup.store {
            StoreOf::Embedded => self.memory(),
            StoreOf::Emulator { .. } => self.folder.path().join("area.db"),
        })
    }

    /// The keys with the prefix of a declared key, oldest first.
    pub(super) fn generations(&self, number: usize) -> Vec<Key> {
        let prefix = self.setup.keys[number].prefix();
        self.hands().keys().into_iter().filter(|key| key.value.starts_with(&prefix)).collect()
    }

    pub(super) fn pass(&mut self) -> Result<(), String> {
        let end = self.now + TimeDelta::days(DAYS);
        self.run_and_judge(Self::plain)?;
        while self.now < end {
            self.wait();
            for _ in 0..self.dice.roll(3) {
                self.happen();
            }
            self.step()?;
        }
        self.settle()
    }

    /// A run in one of its ways.
    fn step(&mut self) -> Result<(), String> {
        let run = match self.dice.roll(100) {
            0..56 => Self::plain,
            56..64 => Self::with_a_wrong_clock,
            64..76 => Self::killed,
            76..82 => Self::two_at_once,
            82..86 => Self::without_deliveries,
            86..91 => Self::with_asked_deliveries,
            91..93 => Self::planned_only,
            _ => {
                self.run_and_judge(Self::saved)?;
                self.wait();
                if self.dice.chance(40) {
                    self.happen();
                }
                Self::applied_from_a_plan
            }
        };
        self.run_and_judge(run).map(|_| ())
    }

    /// Some days, and sometimes months: missed runs.
    fn wait(&mut self) {
        let days = if self.dice.chance(5) { 60 + self.dice.roll(120) } else { 1 + self.dice.roll(25) };
        self.now += TimeDelta::days(i64::try_from(days).unwrap());
    }

    pub(super) fn say(&mut self, text: &str) {
        self.said.push(format!("--- {} {text}", self.now.format("%Y-%m-%d")));
    }

    pub(super) fn run_and_judge(&mut self, run: fn(&mut Self) -> Run) -> Result<Run, String> {
        let before = self.hands().keys();
        self.places.iter_mut().for_each(Place::note);
        self.is_elsewhere = false;
        let mut run = run(self);
        run.is_elsewhere = self.is_elsewhere;
        let after = self.hands().keys();
        let now = self.now;
        self.places.iter_mut().for_each(|place| place.observe(now));
        self.say(&format!("{}: exits {:?}\n{}", run.what, run.exits, run.text));
        self.say(&format!("then\n{}", self.state()));
        for exit in &run.exits {
            self.tally.count(match exit {
                None => "kills",
                Some(0) => "exits of 0",
                Some(_) => "other exits",
            });
        }
        let seen = Seen { year: self, run: &run, before: &before, after: &after };
        let ledger = seen.judge().map_err(|why| format!("{}, {}: {why}", now.format("%Y-%m-%d"), run.what))?;
        self.ledger = ledger;
        retired(&before, &after).for_each(|_| self.tally.count("keys retired"));
        Ok(run)
    }

    fn state(&self) -> String {
        let keys = self.hands().keys().iter().map(|key| format!("  {}\n", key.describe())).collect::<String>();
        let place = |place: &Place| {
            let (path, held) = (place.path.display(), place.held.as_deref().unwrap_or("nothing"));
            format!("  {path} shows {:?}, its reader has {held}\n", place.shown())
        };
        keys + &self.places.iter().map(place).collect::<String>()
    }

    pub(super) fn describe(&self) -> String {
        format!("{:#?}\n{}", self.setup, self.said.join("\n"))
    }
}

/// The keys that a run disabled or deleted.
fn retired<'a>(before: &'a [Key], after: &'a [Key]) -> impl Iterator<Item = &'a Key> {
    let is_same = |old: &Key| after.iter().any(|new| new.id == old.id && new.status == old.status);
    before.iter().filter(move |old| !is_same(old))
}
