//! One random run: a store, its runners, some rounds of applies, and then peace.

mod runner;
mod settling;

use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use self::runner::Ended;
use self::runner::Runner;
use super::chaos::Kill;
use super::declared::Declared;
use super::oracle::Tables;
use super::oracle::delivered;
use super::setup::Memory;
use super::setup::Setup;
use super::tally::Tally;
use crate::cloud::area::Area;
use crate::dice::Dice;
use crate::runners::server::Postgres;

/// No apply takes longer.
const PATIENCE: Duration = Duration::from_mins(3);

pub(super) struct Arena {
    setup: Setup,
    dice: Dice,
    folder: tempfile::TempDir,
    /// `None` only while it starts again.
    area: Option<Area>,
    runners: Vec<Runner>,
    /// Every workspace that a runner has used.
    workspaces: Vec<PathBuf>,
    /// Whether a rival may have left a key: it was killed, or it said that it failed.
    may_have_left_one: bool,
    has_killed: bool,
    /// Whether a run said that a new key may not be the only one.
    has_doubted: bool,
    tally: Tally,
    said: Vec<String>,
}

impl Arena {
    pub(super) fn new(setup: Setup, server: Option<&Postgres>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = match setup.memory {
            Memory::Own | Memory::Fresh => String::new(),
            Memory::SharedFile => {
                let shared = folder.path().join("shared");
                std::fs::create_dir(&shared).unwrap();
                format!("  database: sqlite:{}/keywright.db\n", shared.display())
            }
            Memory::SharedServer => {
                let url = server.unwrap().url(&format!("run_{}", setup.seed));
                std::fs::write(folder.path().join("fingerprint"), "not-a-real-key-for-fingerprints-0001\n").unwrap();
                format!("  database: {url}\n  fingerprints: {{key: {{file: fingerprint}}}}\n")
            }
        };
        let flags = setup.flags();
        let calm = Area::start(folder.path(), &[]);
        let runners =
            (0..setup.runners).map(|number| Runner::new(number, setup, folder.path(), &calm.url, &database)).collect();
        let dice = Dice::new(setup.seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let tally = Tally::of_one();
        let mut arena = Self {
            setup,
            dice,
            folder,
            area: Some(calm),
            runners,
            workspaces: Vec::new(),
            may_have_left_one: false,
            has_killed: false,
            has_doubted: false,
            tally,
            said: Vec::new(),
        };
        arena.prepare(&flags);
        arena
    }

    /// Makes what the keys need, if the store is not to be empty, and switches the lag on.
    fn prepare(&mut self, flags: &[String]) {
        if !self.setup.is_empty {
            let url = self.url();
            let runner = &mut self.runners[0];
            runner.write(&url, &self.setup.manifests(0, false));
            let said = runner.apply_in_peace(&[]);
            assert_eq!(said.exit, Some(0), "{}", said.text);
        }
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        self.restart(&flags);
        let url = self.url();
        self.runners.iter_mut().for_each(|runner| runner.listen(&url));
    }

    /// Starts the store again, with the same tables.
    fn restart(&mut self, flags: &[&str]) {
        drop(self.area.take());
        self.area = Some(Area::start(self.folder.path(), flags));
    }

    fn url(&self) -> String {
        self.area.as_ref().map(|area| area.url.clone()).unwrap()
    }

    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.tally.clone();
        self.runners.iter().for_each(|runner| tally.add(&runner.tally()));
        tally
    }

    pub(super) fn describe(&self) -> String {
        let tables = self.tables();
        format!("{:?}\n{}\n{}", self.setup, self.said.join("\n"), tables.describe())
    }

    fn tables(&self) -> Tables {
        Tables::read(self.folder.path())
    }

    pub(super) fn fight(&mut self) -> Result<(), String> {
        for round in 1..=self.setup.rounds {
            let ended = self.round(round)?;
            self.judge(round, &ended)?;
        }
        self.settle(self.setup.rounds)
    }

    /// One apply of some runners at the same time.
    fn round(&mut self, round: usize) -> Result<Vec<Ended>, String> {
        let all = self.runners.len();
        let only = if self.dice.chance(60) { None } else { Some(self.dice.index(all)) };
        let fighting: Vec<usize> = (0..all).filter(|number| only.is_none_or(|only| only == *number)).collect();
        for &number in &fighting {
            let kill = self.dice.chance(35);
            let kill = Kill { call: 1 + self.dice.roll(30), is_after: self.dice.chance(50) }.only_if(kill);
            let seed = self.dice.roll(u64::MAX);
            let runner = &mut self.runners[number];
            runner.prepare(round, seed, kill);
            self.workspaces.push(runner.workspace());
            runner.start();
            std::thread::sleep(Duration::from_millis(self.dice.roll(2) * self.dice.roll(1_200)));
        }
        let began = Instant::now();
        let mut ended = Vec::new();
        while ended.len() < fighting.len() {
            for &number in &fighting {
                ended.extend(self.runners[number].poll());
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("round {round}: an apply does not end"));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.tally.count(if fighting.len() > 1 { "rounds of rivals" } else { "rounds alone" });
        for ended in &ended {
            self.has_killed |= ended.exit.is_none();
            self.has_doubted |= ended.text.contains("it is unproven that this is the only new key");
            self.said.push(format!("--- round {round}, {}", ended.describe()));
            self.tally.count(match ended.exit {
                None => "kills",
                Some(0) => "exits of 0",
                Some(_) => "other exits",
            });
        }
        Ok(ended)
    }

    fn judge(&mut self, round: usize, ended: &[Ended]) -> Result<(), String> {
        let tables = self.tables();
        for ended in ended {
            match ended.exit {
                Some(0) => {
                    // It said which fields it leaves, because the store did not accept them, and how to try again.
                    let keeps = !settling::kept(&ended.text).is_empty();
                    if let Some(why) = tables.lacks(&self.setup, round).filter(|_| !keeps) {
                        return Err(format!("round {round}: exit 0, but {why}"));
                    }
                    self.files_live(&tables, round, &ended.workspace, self.setup.is_remembered())
                        .map_err(|why| format!("round {round}: exit 0, but {why}"))?;
                }
                // An error about one object is said with its rule, and nothing was left to apply.
                Some(3) if ended.text.contains("error[") => {}
                Some(1 | 4 | 5 | 6 | 7 | 8 | 9) | None => self.may_have_left_one = true,
                Some(exit) => return Err(format!("round {round}: exit {exit}")),
            }
        }
        let is_strict = !self.may_be_two() && (self.setup.is_remembered() || !self.may_have_left_one);
        match tables.doubled(&self.setup, round).filter(|_| is_strict) {
            Some(why) => Err(format!("round {round}: {why}")),
            None => {
                self.obey(round, ended.iter().map(|ended| ended.text.as_str()));
                Ok(())
            }
        }
    }

    /// Whether a run may have made a second key, because it could not look in time for one with an altered value or a value of
    /// the store, and said so. On a slow machine, a lag of some reads is longer than the window. A run that was killed could
    /// neither look nor say that the store made two keys of one request.
    fn may_be_two(&self) -> bool {
        let was_killed = self.has_killed && self.tally().has("requests sent twice");
        (self.has_doubted && (self.setup.generates || self.tally().has("altered requests")))
            || (was_killed && self.setup.generates)
    }

    /// Fails if a file of the workspace holds a value that does not live, or, if `must_exist`, if no workspace holds it.
    fn files_live(
        &self,
        tables: &Tables,
        round: usize,
        workspace: &std::path::Path,
        must_exist: bool,
    ) -> Result<(), String> {
        for key in self.setup.keys_of(round) {
            match delivered(workspace, &key) {
                Some(value) if tables.has(&key, &value) => {}
                Some(value) => return Err(format!("{value} is delivered and does not live")),
                None if must_exist && !self.is_delivered(tables, &key) => {
                    return Err(format!("the key {} is delivered nowhere", key.name));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Whether a live value is delivered in any workspace.
    fn is_delivered(&self, tables: &Tables, key: &Declared) -> bool {
        let mut values = self.workspaces.iter().filter_map(|workspace| delivered(workspace, key));
        values.any(|value| tables.has(key, &value))
    }
}
