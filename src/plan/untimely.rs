//! KW-114: rotations that wait because the time is not certain.

use chrono::TimeDelta;

use super::Context;
use super::clock;
use super::retirement;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Instant;
use crate::rules;
use crate::text::and_more;
use crate::text::count;

/// Maximum number of addresses in a finding.
const MOST: usize = 5;

/// An error for what is due by one of the clocks and waits, and a warning if nothing is due yet.
#[derive(Default)]
pub(super) struct Untimely {
    pub(super) held: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
}

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>) -> Untimely {
    let rotated = |(address, found)| {
        let declared: &Declared = context.desired.get(address)?;
        declared.key.as_ref()?.rotation.map(|_| (declared, found))
    };
    let rotated: Vec<(&Declared, &Found<'_>)> =
        matching.found.iter().filter_map(rotated).filter(|(declared, _)| !matching.is_stopped(declared)).collect();
    let mut untimely = Untimely::default();
    if let Some(gap) = clock::gap(context).filter(|_| !rotated.is_empty()) {
        let clocks = [context.now, clock::of_store(context)];
        let is_due = |(declared, found): &&(&Declared, &Found<'_>)| {
            clocks.iter().any(|now| is_due(context, matching, declared, found, *now))
        };
        let waiting: Vec<&Address> = rotated.iter().filter(is_due).map(|(declared, _)| &declared.address).collect();
        untimely.differ(gap, &waiting);
    }
    for (declared, found) in rotated {
        let Some(key) = clock::from_the_future(context, found) else { continue };
        let created = key.created.map(|created| created.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
        let message =
            format!("{} is not rotated: {} was created in the future, on {created}", declared.address, key.address);
        let help = "correct the clock of this machine; if the store has the wrong date, replace the key in the store";
        untimely.held.push(rules::KW_114.finding(message).at(declared.place).help(help));
    }
    untimely
}

fn is_due(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
    now: Instant,
) -> bool {
    let due = retirement::due_at(context, matching, declared, found, now);
    due.is_some_and(|due| due.next.is_some() || !due.disable.is_empty() || !due.delete.is_empty())
}

impl Untimely {
    fn differ(&mut self, gap: TimeDelta, waiting: &[&Address]) {
        let (way, seconds) = if gap > TimeDelta::zero() { ("ahead of", gap) } else { ("behind", -gap) };
        let clocks = format!("the store's clock is {} {way} the clock of this machine", length(seconds));
        let help = "compare `date -u` with the real time and correct the clock of this machine; nothing is rotated until \
                    both agree within 5 minutes";
        if waiting.is_empty() {
            let message = format!("{clocks}; no rotation is due");
            return self.warnings.push(rules::KW_114.also(message).help(help));
        }
        let names: Vec<String> = waiting.iter().map(ToString::to_string).collect();
        let message = format!("{clocks}, so the rotation waits: {}", and_more(&names, MOST, ", "));
        self.held.push(rules::KW_114.finding(message).help(help));
    }
}

/// The largest unit that fits.
fn length(time: TimeDelta) -> String {
    match (time.num_days(), time.num_hours(), time.num_minutes()) {
        (0, 0, minutes) => count(minutes, "minute"),
        (0, hours, _) => count(hours, "hour"),
        (days, ..) => count(days, "day"),
    }
}
