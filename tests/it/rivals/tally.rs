//! What happened, in numbers.

use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Default)]
pub(crate) struct Tally {
    /// Worlds, each with several applies.
    pub(crate) runs: u64,
    happened: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(crate) fn of_one() -> Self {
        Self { runs: 1, ..Self::default() }
    }

    pub(crate) fn count(&mut self, what: &'static str) {
        *self.happened.entry(what).or_default() += 1;
    }

    pub(super) fn has(&self, what: &str) -> bool {
        self.happened.contains_key(what)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        for (what, times) in &other.happened {
            *self.happened.entry(what).or_default() += times;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} runs", self.runs)?;
        self.happened.iter().try_for_each(|(what, times)| write!(f, ", {what}: {times}"))
    }
}
