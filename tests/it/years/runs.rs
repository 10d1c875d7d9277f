//! The ways of running: with a right or a wrong clock, killed, two at once, with and without deliveries, from a saved plan.

use std::collections::BTreeMap;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;

use chrono::TimeDelta;

use super::hands::Time;
use super::setup::Setup;
use super::setup::StoreOf;
use super::year::Year;
use crate::cloud::area::Area;
use crate::console::Console;
use crate::program::keywright;

/// The variable with the credentials of the emulator.
const CREDENTIAL: &str = "KEYWRIGHT_TEST_CREDENTIAL";

pub(super) const APPLY: &str = "apply --auto-approve";

/// What became of a command, or of several at once.
#[expect(clippy::struct_excessive_bools, reason = "each says another thing about the run")]
pub(super) struct Run {
    pub(super) what: String,
    /// `None` if it was killed.
    pub(super) exits: Vec<Option<i32>>,
    pub(super) text: String,
    pub(super) is_clock_right: bool,
    pub(super) has_deliveries: bool,
    /// Whether it has the memory of another machine.
    pub(super) is_elsewhere: bool,
    /// Whether it plans anew, so that 0 says that all is as declared.
    pub(super) is_whole: bool,
}

impl Run {
    fn of(what: impl Into<String>, exits: Vec<Option<i32>>, text: String) -> Self {
        let (is_clock_right, has_deliveries, is_whole) = (true, true, true);
        Self { what: what.into(), exits, text, is_clock_right, has_deliveries, is_elsewhere: false, is_whole }
    }
}

impl Year {
    /// Writes the workspace, and starts the store.
    fn open(&mut self, is_settling: bool) -> Option<Area> {
        let area = match self.setup.store {
            StoreOf::Embedded => None,
            StoreOf::Emulator { lag } => {
                let (now, lag) = (self.now.to_rfc3339(), format!("late-lists={lag}"));
                let flags = if lag == "late-lists=0" || is_settling { &[][..] } else { &["--quirk", &lag][..] };
                Some(Area::start(self.folder.path(), &[&["--now", &now], flags].concat()))
            }
        };
        // A sandbox has a new port in each run, so no journal is about it.
        self.ledger.is_forgetful |= area.is_some();
        // Another machine with the same disk: it has memory of its own.
        let is_other = area.is_some() && !is_settling && self.dice.chance(15);
        self.is_elsewhere = is_other;
        let database = if is_other { ".other/keywright.db" } else { ".keywright/keywright.db" };
        let settings = Setup::settings(area.as_ref().map(|area| area.url.as_str()), database);
        std::fs::write(self.workspace().join("keywright.yaml"), settings).unwrap();
        let manifests = self.setup.manifests(self.mistyped(), is_settling);
        std::fs::write(self.workspace().join("m.yaml"), manifests).unwrap();
        area
    }

    /// Runs a command in this process.
    pub(super) fn run(&mut self, line: &str, clock: Time, is_settling: bool) -> Run {
        let area = self.open(is_settling);
        let mut console = Console::new(self.workspace());
        console.now = clock.to_rfc3339();
        console.environment = BTreeMap::from([(CREDENTIAL.to_owned(), "not-a-real-credential".to_owned())]);
        let ran = console.run(line);
        drop(area);
        Run::of(line, vec![Some(i32::from(ran.exit))], ran.out + &ran.err)
    }

    fn spawn(&self, said: &str, arguments: &[&str]) -> Child {
        let file = std::fs::File::create(self.folder.path().join(said)).unwrap();
        let mut command = keywright();
        command.args(arguments).current_dir(self.workspace()).env(CREDENTIAL, "not-a-real-credential");
        command.env("KEYWRIGHT_NOW", self.now.to_rfc3339()).stdin(Stdio::null());
        command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap()
    }

    fn text(&self, said: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(said)).unwrap()
    }

    pub(super) fn plain(&mut self) -> Run {
        self.run(APPLY, self.now, false)
    }

    /// Hours, days or more than a year ahead, or behind.
    pub(super) fn with_a_wrong_clock(&mut self) -> Run {
        let hours = [2, 3 * 24, 40 * 24, 400 * 24][self.dice.index(4)];
        let off = TimeDelta::hours(if self.dice.chance(70) { hours } else { -hours });
        let clock = self.now + off;
        let run = self.run(APPLY, clock, false);
        let what = format!("{APPLY} with the clock at {}", clock.format("%Y-%m-%d"));
        Run { what, is_clock_right: false, ..run }
    }

    /// Killed somewhere between its start and a bit after its end.
    pub(super) fn killed(&mut self) -> Run {
        let area = self.open(false);
        let longest = if area.is_some() { 250 } else { 70 };
        let mut child = self.spawn("said", &["apply", "--auto-approve"]);
        std::thread::sleep(Duration::from_millis(self.dice.roll(longest)));
        child.kill().unwrap();
        let exit = child.wait().unwrap().code();
        drop(area);
        let what = if exit.is_some() { APPLY } else { "killed apply" };
        Run::of(what, vec![exit], self.text("said"))
    }

    /// On a sandbox, the second one has its own memory and disk, and delivers nothing.
    pub(super) fn two_at_once(&mut self) -> Run {
        let area = self.open(false);
        let mut second = vec!["apply", "--auto-approve", "--lock-timeout", "20s"];
        let rival = self.folder.path().join("rival").display().to_string();
        if area.is_some() {
            std::fs::create_dir_all(&rival).unwrap();
            for name in ["keywright.yaml", "m.yaml"] {
                let to = self.folder.path().join("rival").join(name);
                std::fs::copy(self.workspace().join(name), to).unwrap();
            }
            second.extend(["--no-deliver", "--workspace", &rival, &rival]);
        }
        let mut second = self.spawn("said-2", &second);
        let mut first = self.spawn("said", &["apply", "--auto-approve", "--lock-timeout", "20s"]);
        let exits = vec![first.wait().unwrap().code(), second.wait().unwrap().code()];
        let has_rival = area.is_some();
        drop(area);
        let text = format!("{}--- the other\n{}", self.text("said"), self.text("said-2"));
        // Keys that the rival made after the first one looked are not delivered yet.
        Run { is_whole: !has_rival, ..Run::of("two applies at once", exits, text) }
    }

    pub(super) fn without_deliveries(&mut self) -> Run {
        Run { has_deliveries: false, ..self.run(&format!("{APPLY} --no-deliver"), self.now, false) }
    }

    pub(super) fn with_asked_deliveries(&mut self) -> Run {
        let asked = self.setup.keys.iter().filter(|key| !key.files.is_empty());
        let asked: String = asked.map(|key| format!(" --deliver key/{}", key.name)).collect();
        self.run(&format!("{APPLY}{asked}"), self.now, false)
    }

    pub(super) fn planned_only(&mut self) -> Run {
        Run { is_whole: false, ..self.run("plan", self.now, false) }
    }

    /// The sandbox gets another port with each run, and a saved plan is for one port.
    pub(super) fn saved(&mut self) -> Run {
        if self.setup.store != StoreOf::Embedded {
            return self.plain();
        }
        let _ = std::fs::remove_file(self.workspace().join("plan.json"));
        Run { is_whole: false, ..self.run("plan --out plan.json", self.now, false) }
    }

    /// Applies the plan that an earlier day has saved, if there is one.
    pub(super) fn applied_from_a_plan(&mut self) -> Run {
        if !self.workspace().join("plan.json").exists() {
            return self.plain();
        }
        Run { is_whole: false, ..self.run("apply plan.json", self.now, false) }
    }
}
