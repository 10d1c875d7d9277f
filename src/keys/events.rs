//! What happens to a key next.

use chrono::NaiveDate;
use chrono::NaiveTime;

use super::Event;
use super::Known;
use super::State;
use super::What;
use crate::model::Instant;
use crate::model::LiveObject;
use crate::model::moment::moment;
use crate::plan::Next;
use crate::plan::Step;
use crate::rotation::later;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The events of a key, the earliest first.
pub(super) fn of(known: &Known<'_>, live: &LiveObject, state: State) -> Vec<Event> {
    let mut events: Vec<Event> = known.next.get(&live.address).and_then(|next| by_run(next)).into_iter().collect();
    // Callers of a key that does not work lose nothing at its end.
    let expiry = end(live).filter(|_| state == State::Active).map(|at| Event { at, what: What::Expiry, held: None });
    events.extend(expiry);
    events.sort();
    events
}

/// What a run does with it.
fn by_run(next: &Next) -> Option<Event> {
    let what = match next.step {
        Step::Succeed => What::Rotation,
        Step::Disable => What::EndOfOverlap,
        Step::Delete => What::Deletion,
        Step::Stay => return None,
    };
    Some(Event { at: next.at?, what, held: next.held.clone() })
}

/// From when on a key does not work any more: a package key works on its whole last day (UTC).
pub(super) fn end(live: &LiveObject) -> Option<Instant> {
    let text = live.attributes.text("expires")?;
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(day) => Some(later(day.and_time(NaiveTime::MIN).and_utc(), DAY)),
        Err(_) => moment(text),
    }
}
