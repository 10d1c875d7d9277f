//! After the year: all trouble is repaired, the clock is right, and no key gets another successor. Then one key is left.

use chrono::TimeDelta;

use super::hands;
use super::hands::Time;
use super::places::Place;
use super::runs::APPLY;
use super::runs::Run;
use super::year::Year;

/// So many applies bring a workspace to rest.
const APPLIES: usize = 8;

impl Year {
    pub(super) fn settle(&mut self) -> Result<(), String> {
        self.repair();
        self.give_back();
        // What a run with a clock in the future made or delivered is not due for anything before that day.
        let keys = self.hands().keys();
        let dates = keys.iter().map(|key| key.created.max(key.updated));
        let latest = dates.chain(hands::last_receipt(&self.memory())).max();
        let latest = latest.and_then(Time::from_timestamp_millis).unwrap_or(self.now);
        self.now = self.now.max(latest) + TimeDelta::days(1);
        let mut last = String::new();
        for number in 0..APPLIES {
            let run = self.run_and_judge(if number == 0 { Self::settling_first } else { Self::settling })?;
            let days = self.setup.keys.iter().map(|key| key.overlap.max(key.grace)).max().unwrap_or_default();
            if run.exits == [Some(0)] && self.is_settled() {
                let plan = self.run_and_judge(Self::planned_at_rest)?;
                let is_done = plan.exits == [Some(0)];
                if is_done || !self.ledger.is_forgetful {
                    return if is_done { Ok(()) } else { Err("at rest: the plan has changes".to_owned()) };
                }
            }
            last = run.text;
            self.now += TimeDelta::days(1 + i64::try_from(days).unwrap());
        }
        Err(format!("does not come to rest: {last}"))
    }

    /// Writes every value, because no machine knows what others have.
    fn settling_first(&mut self) -> Run {
        let asked = self.setup.keys.iter().filter(|key| !key.files.is_empty());
        let asked: String = asked.map(|key| format!(" --deliver key/{}", key.name)).collect();
        Run { is_whole: false, ..self.run(&format!("{APPLY}{asked}"), self.now, true) }
    }

    /// A person asks for a new key where callers have none and the memory of the reason is lost: Keywright then holds the
    /// disabled key that is left for the decision of a person, and no rotation of this workspace is due again.
    fn settling(&mut self) -> Run {
        let dead = (0..self.setup.keys.len()).filter(|number| self.ledger.is_forgetful && self.is_dead(*number));
        let dead: Vec<String> = dead.map(|number| format!("key/{}", self.setup.keys[number].name)).collect();
        let line = match &*dead {
            [] => APPLY.to_owned(),
            _ => format!("rotate {} --auto-approve --allow {}", dead.join(" "), dead.join(" --allow ")),
        };
        Run { is_whole: false, ..self.run(&line, self.now, true) }
    }

    /// Whether no place shows a key that works; without a place, whether none works.
    fn is_dead(&self, number: usize) -> bool {
        let keys = self.generations(number);
        let mut working = keys.iter().filter(|key| key.works(self.now));
        let mut places = self.places.iter().filter(|place| place.of.0 == number).peekable();
        let is_without = places.peek().is_none();
        let shown: Vec<String> = places.filter_map(Place::shown).collect();
        !working.any(|key| is_without || shown.contains(&key.value))
    }

    fn planned_at_rest(&mut self) -> Run {
        Run { is_whole: false, ..self.run("plan --detailed-exitcode", self.now, true) }
    }

    /// Whether each manifest has one key that works, every place shows it, and all others are gone, except those that a
    /// person made or enabled again, and those of which a memory was lost (CAM-067).
    fn is_settled(&self) -> bool {
        (0..self.setup.keys.len()).all(|number| {
            let keys = self.generations(number);
            let shown = |value: &str| {
                let mut places = self.places.iter().filter(|place| place.of.0 == number);
                places.all(|place| place.shown().as_deref() == Some(value))
            };
            let ours = keys.iter().filter(|key| !self.ledger.touched.contains(&key.value)).count();
            // Without places, all that work are shown.
            let mut current = keys.iter().filter(|key| key.works(self.now) && shown(&key.value));
            let most = |current: &hands::Key| usize::from(!self.ledger.touched.contains(&current.value));
            current.any(|current| self.ledger.is_forgetful || ours <= most(current))
        })
    }
}
