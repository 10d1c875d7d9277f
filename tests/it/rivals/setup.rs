//! What a seed decides: the store, the runners and what they remember.

use super::declared::Declared;
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
#[expect(clippy::struct_excessive_bools, reason = "each is drawn on its own")]
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
    /// Whether a custom key moves to the other application in every round.
    pub(super) moves: bool,
    /// Whether the store generates the value of a key.
    pub(super) generates: bool,
    /// Whether every other round leaves out a key and prunes.
    pub(super) prunes: bool,
    /// Whether there is an API key as well, which every round changes.
    pub(super) has_site: bool,
}

const PREFIXES: [&str; 3] = ["chk_", "web_", "par_"];

/// The prefix of the key that some rounds leave out.
const PRUNED: &str = "tmp_";

/// The key that moves.
const MOVED: &str = "key/mov";

/// The API key.
pub(super) const SITE_KEY: &str = "erp-orders";

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
            moves: dice.chance(35),
            generates: dice.chance(30),
            prunes: dice.chance(35),
            has_site: dice.chance(30),
        };
        // Runners that do not know of each other settle only keys (see `ci-memory.md`).
        setup.is_empty &= setup.is_remembered();
        // A create that cannot be repeated is only waited for, and a busy machine has fewer looks in its window.
        if setup.generates || setup.has_site {
            setup.lag = setup.lag.min(4);
        }
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

    /// The keys that a round declares.
    pub(super) fn keys_of(&self, round: usize) -> Vec<Declared> {
        let mut keys: Vec<Declared> = PREFIXES[..self.keys].iter().copied().map(Declared::minted).collect();
        keys.extend(self.moves.then(|| Declared::custom(round)));
        keys.extend(self.generates.then(Declared::of_store));
        keys.extend((self.prunes && !self.is_pruned(round)).then(|| Declared::minted(PRUNED)));
        keys
    }

    /// Whether the round leaves out the key that others declare.
    fn is_pruned(&self, round: usize) -> bool {
        self.prunes && round.is_multiple_of(2)
    }

    /// The key that this round leaves out.
    pub(super) fn pruned(&self, round: usize) -> Option<Declared> {
        self.is_pruned(round).then(|| Declared::minted(PRUNED))
    }

    /// The end of the API key in a round.
    pub(super) fn end(round: usize) -> String {
        format!("{}-01-01T00:00:00Z", 2090 + round)
    }

    /// How many applications the manifests declare.
    pub(super) fn applications(&self) -> usize {
        1 + usize::from(self.moves) + usize::from(self.generates)
    }

    /// What a round declares. Without keys if the store is only prepared.
    pub(super) fn manifests(&self, round: usize, with_keys: bool) -> String {
        let mut text =
            TEAM.replace("spec: {user: alice}", &format!("spec: {{user: alice, description: Round {round}}}"));
        text = text.replace("spec: {}", &format!("spec: {{description: Round {round}}}"));
        let others = [(self.moves, "till"), (self.generates, "stock")];
        for (_, name) in others.iter().filter(|(is_wanted, _)| *is_wanted) {
            text += &format!(
                "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: {name}}}\nspec: {{user: alice, \
                 description: Round {round}}}\n"
            );
        }
        if with_keys {
            text.extend(self.keys_of(round).iter().map(Declared::manifest));
        }
        if with_keys && self.has_site {
            text += &format!(
                "---\napiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {{name: {SITE_KEY}}}\nspec: {{enabled: true, \
                 allowedApis: [audit], allowedOrgs: ['id:41'], expires: {}}}\n",
                Self::end(round)
            );
        }
        text
    }

    /// The settings of a runner; `database` are the lines that name it.
    pub(super) fn settings(&self, url: &str, database: &str) -> String {
        let secret = "{env: KEYWRIGHT_TEST_CREDENTIAL}";
        let lag = if self.generates || self.has_site { 3 } else { 1 };
        let mut text = format!(
            "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: test}}\nspec:\n{database}  environment: {{allow: \
             [TEST_]}}\n  stores:\n    cloudApiManagement:\n      url: {url}\n      area: an-area\n      credentials: {{apiKey: \
             {secret}, apiSecret: {secret}, username: {secret}, password: {secret}}}\n      limits: {{callsPerSecond: 1000, \
             visibilityLag: {lag}s, concurrency: {}}}\n",
            self.concurrency
        );
        if self.has_site {
            text += &format!(
                "    managedFileTransfer:\n      url: {url}\n      credentials: {{apiKey: {secret}}}\n      operations: {{list: GET \
                 /api/ApiKey/getApiKeys, create: POST /api/ApiKey, update: PUT /api/ApiKey}}\n      limits: {{callsPerSecond: \
                 1000, visibilityLag: {lag}s}}\n"
            );
        }
        let consents = [(self.moves, MOVED), (self.prunes, "key/tmp")];
        let consents = consents.iter().filter(|(is_wanted, _)| *is_wanted);
        let consents: Vec<String> =
            consents.map(|(_, address)| format!("{{allow: {address}, why: every round, until: 2099-12-31}}")).collect();
        text += &format!("  consents: [{}]\n", consents.join(", "));
        text + if self.prunes { "  ownership: {packageKeys: all}\n" } else { "" }
    }

    pub(super) fn flags(&self) -> Vec<String> {
        let quirk = |name: &str, number: u64| {
            let has = number > 0;
            has.then(|| ["--quirk".to_owned(), format!("{name}={number}")]).into_iter().flatten()
        };
        quirk("late-lists", self.lag).chain(quirk("late-visibility", self.young)).collect()
    }
}
