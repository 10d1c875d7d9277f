//! A machine that applies, behind its own proxy.

use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Stdio;
use std::sync::Arc;

use crate::program::keywright;
use crate::proxy::between;
use crate::rivals::chaos::Chaos;
use crate::rivals::chaos::Kill;
use crate::rivals::declared::CUSTOM;
use crate::rivals::setup::Memory;
use crate::rivals::setup::Setup;
use crate::rivals::tally::Tally;

pub(super) struct Runner {
    number: usize,
    setup: Setup,
    /// The folder of all machines.
    folder: PathBuf,
    /// The lines of the settings that name the database.
    database: String,
    url: String,
    chaos: Arc<Chaos>,
    child: Option<Child>,
    /// How many machines it has used.
    machines: usize,
    is_killed: bool,
}

/// An apply that has ended.
pub(super) struct Ended {
    number: usize,
    /// `None` if it was killed.
    pub(super) exit: Option<i32>,
    pub(super) text: String,
    pub(super) workspace: PathBuf,
}

impl Ended {
    pub(super) fn describe(&self) -> String {
        format!("runner {}, exit {:?}\n{}", self.number, self.exit, self.text)
    }
}

impl Kill {
    pub(super) fn only_if(self, is_wanted: bool) -> Option<Self> {
        is_wanted.then_some(self)
    }
}

impl Runner {
    pub(super) fn new(number: usize, setup: Setup, folder: &Path, url: &str, database: &str) -> Self {
        let runner = Self {
            number,
            setup,
            folder: folder.to_owned(),
            database: database.to_owned(),
            url: url.to_owned(),
            chaos: Arc::new(Chaos::new(setup.lag)),
            child: None,
            machines: 1,
            is_killed: false,
        };
        std::fs::create_dir(runner.workspace()).unwrap();
        runner
    }

    pub(super) fn workspace(&self) -> PathBuf {
        self.folder.join(format!("runner-{}-{}", self.number, self.machines))
    }

    pub(super) fn tally(&self) -> Tally {
        self.chaos.tally()
    }

    /// Uses the area through the proxy from now on.
    pub(super) fn listen(&mut self, url: &str) {
        let chaos = Arc::clone(&self.chaos);
        self.url = between(url, move |request, pass_on| chaos.meet(&request, pass_on));
    }

    /// Takes a new machine, if none remembers anything.
    pub(super) fn renew(&mut self) {
        if self.setup.memory == Memory::Fresh {
            self.machines += 1;
            std::fs::create_dir(self.workspace()).unwrap();
        }
    }

    /// Writes the manifests of a round, and decides on its faults.
    pub(super) fn prepare(&mut self, round: usize, seed: u64, kill: Option<Kill>) {
        self.renew();
        let url = self.url.clone();
        self.write(&url, &self.setup.manifests(round, true));
        self.chaos.begin(seed, self.setup.faults, kill);
    }

    pub(super) fn write(&self, url: &str, manifests: &str) {
        let workspace = self.workspace();
        std::fs::write(workspace.join("all.yaml"), manifests).unwrap();
        let shared = self.folder.join("fingerprint");
        if shared.exists() {
            std::fs::copy(shared, workspace.join("fingerprint")).unwrap();
        }
        let text = self.setup.settings(url, &self.database);
        std::fs::write(workspace.join("keywright.yaml"), text).unwrap();
    }

    fn said(&self) -> PathBuf {
        self.folder.join(format!("said-{}", self.number))
    }

    fn run(&self, arguments: &[&str]) -> Child {
        let file = File::create(self.said()).unwrap();
        let mut command = keywright();
        command.args(arguments).arg(self.workspace()).env("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential");
        command.env("TEST_MOVED", CUSTOM);
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap()
    }

    fn apply(&self) -> Vec<&'static str> {
        let mut arguments = vec!["apply", "--auto-approve", "--lock-timeout", "60s"];
        arguments.extend(self.setup.prunes.then_some("--prune"));
        arguments
    }

    pub(super) fn start(&mut self) {
        self.is_killed = false;
        self.child = Some(self.run(&self.apply()));
    }

    /// Kills the apply if its time has come. Returns it once it has ended.
    pub(super) fn poll(&mut self) -> Option<Ended> {
        let child = self.child.as_mut()?;
        if self.chaos.must_die() && !self.is_killed {
            child.kill().unwrap();
            self.is_killed = true;
        }
        let status = child.try_wait().unwrap()?;
        self.child = None;
        self.chaos.end();
        Some(self.ended(status.code()))
    }

    fn ended(&self, exit: Option<i32>) -> Ended {
        let text = std::fs::read_to_string(self.said()).unwrap();
        Ended { number: self.number, exit, text, workspace: self.workspace() }
    }

    pub(super) fn apply_in_peace(&self, allowed: &[String]) -> Ended {
        let allowed = allowed.iter().flat_map(|address| ["--allow", address]);
        let arguments = self.apply().into_iter().chain(allowed);
        let status = self.run(&arguments.collect::<Vec<_>>()).wait().unwrap();
        self.ended(status.code())
    }

    pub(super) fn plan(&self) -> Ended {
        let mut arguments = vec!["plan", "--detailed-exitcode"];
        arguments.extend(self.setup.prunes.then_some("--prune"));
        let status = self.run(&arguments).wait().unwrap();
        self.ended(status.code())
    }
}
