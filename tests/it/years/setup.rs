//! What a seed decides: the store, and the rotated keys with the places of their values.

use crate::dice::Dice;
use crate::team::TEAM;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StoreOf {
    /// The tables of the workspace database.
    Embedded,
    /// The emulator; so many lists lack a new object.
    Emulator { lag: u64 },
}

/// A rotated key. The times are in days.
#[derive(Clone, Debug)]
pub(super) struct Rotated {
    pub(super) name: &'static str,
    pub(super) every: u64,
    pub(super) overlap: u64,
    pub(super) grace: u64,
    /// The files that receive its value; none if it is delivered elsewhere.
    pub(super) files: Vec<String>,
}

impl Rotated {
    pub(super) fn prefix(&self) -> String {
        format!("{}_", self.name)
    }

    /// The variable in the files.
    pub(super) fn variable(&self) -> String {
        self.name.to_uppercase()
    }

    fn manifest(&self, files: &[String], every: u64) -> String {
        let (name, variable) = (self.name, self.variable());
        let places: Vec<String> = files.iter().map(|file| format!("{{file: {file}, as: {variable}}}")).collect();
        let deliver = if files.is_empty() { "elsewhere".to_owned() } else { format!("[{}]", places.join(", ")) };
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: {name}}}\nspec:\n  user: alice\n  \
             application: checkout\n  package: payments\n  plan: gold\n  key: {{generate: {{prefix: {name}_}}}}\n  \
             rotation: {{every: {every}d, overlap: {}d, grace: {}d}}\n  deliver: {deliver}\n",
            self.overlap, self.grace
        )
    }
}

#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) seed: u64,
    pub(super) store: StoreOf,
    pub(super) keys: Vec<Rotated>,
}

const NAMES: [&str; 3] = ["chk", "web", "par"];

/// Longer than any rotation of a year.
pub(super) const NEVER: u64 = 36_500;

impl Setup {
    pub(super) fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed.wrapping_mul(0x9e6c_63d0_876a_9a47));
        let store = if dice.chance(20) { StoreOf::Emulator { lag: dice.roll(3) } } else { StoreOf::Embedded };
        let keys = 1 + dice.index(NAMES.len());
        let keys = NAMES[..keys].iter().map(|name| rotated(name, &mut dice)).collect();
        Self { seed, store, keys }
    }

    /// The manifests. `mistyped` is a place whose file has a name that no disk accepts: the key and the place by number.
    pub(super) fn manifests(&self, mistyped: Option<(usize, usize)>, is_settling: bool) -> String {
        let mut text = TEAM.to_owned();
        for (number, key) in self.keys.iter().enumerate() {
            let mut files = key.files.clone();
            if let Some((_, place)) = mistyped.filter(|(key, _)| *key == number) {
                files[place] = format!("secrets/{}.env", "a".repeat(300));
            }
            text += &key.manifest(&files, if is_settling { NEVER } else { key.every });
        }
        text
    }

    pub(super) fn settings(url: Option<&str>, database: &str) -> String {
        let mut text = format!(
            "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: test}}\nspec:\n  database: \
             sqlite:{database}\n"
        );
        if let Some(url) = url {
            let secret = "{env: KEYWRIGHT_TEST_CREDENTIAL}";
            text += &format!(
                "  stores:\n    cloudApiManagement:\n      url: {url}\n      area: an-area\n      credentials: {{apiKey: \
                 {secret}, apiSecret: {secret}, username: {secret}, password: {secret}}}\n      limits: {{callsPerSecond: \
                 1000, visibilityLag: 0s}}\n"
            );
        }
        text
    }
}

fn rotated(name: &'static str, dice: &mut Dice) -> Rotated {
    let files = if dice.chance(12) { 0 } else { 1 + dice.index(3) };
    let file = |number: usize, dice: &mut Dice| match dice.roll(6) {
        // One file for several keys.
        0 => format!("secrets/all-{number}.env"),
        1 => format!("other/{name}-{number}.env"),
        _ => format!("secrets/{name}-{number}.env"),
    };
    Rotated {
        name,
        every: [20, 30, 45, 90][dice.index(4)],
        overlap: [0, 1, 7, 14, 40][dice.index(5)],
        grace: [0, 1, 7, 30][dice.index(4)],
        files: (0..files).map(|number| file(number, dice)).collect(),
    }
}
