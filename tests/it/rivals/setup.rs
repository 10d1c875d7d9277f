//! What a seed decides: the store, the runners and what they remember.

use crate::dice::Dice;
use crate::team::TEAM;

/// Where the runners keep what they remember.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Memory {
    /// Each has its own database.
    Own,
    /// Each run starts on a new machine, without a database.
    Fresh,
    /// All use one file.
    SharedFile,
    /// All use one schema of a server.
    SharedServer,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) seed: u64,
    /// Of so many lists, a new object is missing.
    pub(super) lag: u64,
    /// So many requests that name a new object are refused.
    pub(super) young: u64,
    pub(super) runners: usize,
    pub(super) memory: Memory,
    pub(super) keys: usize,
    pub(super) rounds: usize,
    pub(super) concurrency: u64,
    /// The faults, in percent of the usual number.
    pub(super) faults: u64,
    /// Whether the store holds nothing at first.
    pub(super) is_empty: bool,
}

const PREFIXES: [&str; 3] = ["chk_", "web_", "par_"];

impl Setup {
    pub(super) fn of(seed: u64, has_server: bool) -> Self {
        let mut dice = Dice::new(seed.wrapping_mul(0x5851_f42d_4c95_7f2d));
        let runners = if dice.chance(40) { 1 } else { 2 };
        let memory = match dice.roll(10) {
            0..4 => Memory::Own,
            4..6 => Memory::Fresh,
            6..8 => Memory::SharedFile,
            _ if has_server => Memory::SharedServer,
            _ => Memory::SharedFile,
        };
        let mut setup = Self {
            seed,
            lag: dice.roll(9),
            young: if dice.chance(20) { 1 + dice.roll(3) } else { 0 },
            runners,
            memory,
            keys: 1 + dice.index(PREFIXES.len()),
            rounds: 2 + dice.index(3),
            concurrency: if dice.chance(50) { 1 } else { 4 },
            faults: [0, 50, 100, 200][dice.index(4)],
            is_empty: dice.chance(50),
        };
        // Runners that do not know of each other settle only keys (see `ci-memory.md`).
        setup.is_empty &= setup.is_remembered();
        setup
    }

    /// Whether every run knows what all earlier runs did.
    pub(super) fn is_remembered(&self) -> bool {
        match self.memory {
            Memory::Own => self.runners == 1,
            Memory::Fresh => false,
            Memory::SharedFile | Memory::SharedServer => true,
        }
    }

    pub(super) fn prefixes(&self) -> &'static [&'static str] {
        &PREFIXES[..self.keys]
    }

    /// What a round declares. Without keys if the store is only prepared.
    pub(super) fn manifests(&self, round: usize, with_keys: bool) -> String {
        let mut text =
            TEAM.replace("spec: {user: alice}", &format!("spec: {{user: alice, description: Round {round}}}"));
        text = text.replace("spec: {}", &format!("spec: {{description: Round {round}}}"));
        for prefix in self.prefixes().iter().filter(|_| with_keys) {
            let name = prefix.trim_end_matches('_');
            text += &format!(
                "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: {name}}}\nspec:\n  user: alice\n  \
                 application: checkout\n  package: payments\n  plan: gold\n  key: {{generate: {{prefix: {prefix}}}}}\n  \
                 deliver: [{{file: secrets/{name}.env, as: KEY}}]\n"
            );
        }
        text
    }

    pub(super) fn flags(&self) -> Vec<String> {
        let quirk = |name: &str, number: u64| {
            let has = number > 0;
            has.then(|| ["--quirk".to_owned(), format!("{name}={number}")]).into_iter().flatten()
        };
        quirk("late-lists", self.lag).chain(quirk("late-visibility", self.young)).collect()
    }
}
