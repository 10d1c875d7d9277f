//! The keys of the stores, as text, as a table for spreadsheets, and as a calendar.

mod calendar;
mod incident;
mod places;
mod table;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;

use super::KeyReport;
use super::style;
use crate::keys::Event;
use crate::keys::Key;
use crate::keys::State;
use crate::keys::Suspect;
use crate::model::Instant;
use crate::model::moment::in_utc;
use crate::text;
use crate::text::count;

pub use calendar::calendar;
pub use incident::affected;
pub use incident::revoked;
pub use table::table;

/// Writes a paragraph for every key, and the counts.
pub fn keys(out: &mut dyn io::Write, report: &KeyReport<'_>) -> io::Result<()> {
    head(out, report, "Keys")?;
    for key in report.keys {
        one(out, key, report.now)?;
    }
    let (bold, dim) = (style::BOLD, style::DIM);
    let concerned = report.keys.iter().filter(|key| !key.concerns.is_empty()).count();
    let concerned = if concerned == 0 { String::new() } else { format!(" · {concerned} with findings") };
    writeln!(out, "{bold}{}{bold:#}{dim}{}{concerned}{dim:#}", count(report.keys.len(), "key"), by_state(report.keys))
}

/// Writes the events, the earliest first.
pub fn due(out: &mut dyn io::Write, report: &KeyReport<'_>) -> io::Result<()> {
    head(out, report, "Due")?;
    let events = report.keys.iter().flat_map(|key| key.events.iter().map(move |event| (event, &key.address)));
    let mut events: Vec<_> = events.collect();
    events.sort();
    for (event, address) in &events {
        let when = when(event, report.now);
        let color = if when.is_empty() { style::YELLOW } else { style::RED };
        let held = held(event);
        writeln!(out, "{color}{}{color:#}  {address} {}{when}{held}", in_utc(event.at), event.what.in_words())?;
    }
    if !events.is_empty() {
        writeln!(out)?;
    }
    let until = report.until.map_or_else(String::new, |until| format!(" until {}", in_utc(until)));
    writeln!(out, "{bold}{}{until}{bold:#}", count(events.len(), "event"), bold = style::BOLD)
}

/// Writes the lines of a text that could contain keys.
pub fn suspects(out: &mut dyn io::Write, suspects: &BTreeSet<Suspect>) -> io::Result<()> {
    for Suspect { line, prefix } in suspects {
        let prefix = prefix.as_ref().map_or_else(String::new, |prefix| format!(" that begins with {prefix}"));
        writeln!(out, "line {line}: a text with the checksum of a key{prefix}")?;
    }
    let found = if suspects.is_empty() { "No text".to_owned() } else { count(suspects.len(), "text") };
    let verb = if suspects.len() > 1 { "have" } else { "has" };
    writeln!(out, "{found} {verb} the checksum of a key.")
}

fn head(out: &mut dyn io::Write, report: &KeyReport<'_>, title: &str) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    let (workspace, store) = (text::line(report.workspace), text::line(report.store));
    writeln!(out, "{bold}{title} of workspace {workspace}{bold:#} {dim}·{dim:#} {store}\n")
}

fn one(out: &mut dyn io::Write, key: &Key, now: Instant) -> io::Result<()> {
    about(out, key, now)?;
    writeln!(out)
}

fn about(out: &mut dyn io::Write, key: &Key, now: Instant) -> io::Result<()> {
    let (bold, yellow) = (style::BOLD, style::YELLOW);
    let color = match key.state {
        State::Active => style::GREEN,
        State::Waiting | State::Unknown => yellow,
        State::Disabled | State::Ended => style::RED,
    };
    let about = [age(key, now), key.expires.as_ref().map(|end| format!("ends {}", text::line(end)))];
    let about: String = about.into_iter().flatten().map(|part| format!(", {part}")).collect();
    writeln!(out, "{bold}{}{bold:#}  {color}{}{color:#}{about}", key.address, key.state.name())?;
    if let Some(current) = &key.generation_of {
        writeln!(out, "    an older generation of {current}")?;
    }
    match (&key.terms, &key.owner) {
        (Some(terms), _) => {
            let plan = terms.plan.as_ref().map_or_else(|| "no package plan".to_owned(), |plan| format!("plan {plan}"));
            let package = terms.package.name();
            writeln!(out, "    {} · {}", terms.application, text::line(&format!("package {package} · {plan}")))?;
        }
        (None, Some(owner)) => writeln!(out, "    owner {}", text::line(owner))?,
        (None, None) => {}
    }
    key.places.iter().try_for_each(|to| places::one(out, to))?;
    for event in &key.events {
        let (when, held) = (when(event, now), held(event));
        writeln!(out, "    {} {}{when}{held}", in_utc(event.at), event.what.in_words())?;
    }
    for concern in &key.concerns {
        writeln!(out, "    {yellow}!{yellow:#} {}: {}", concern.name(), concern.in_words())?;
    }
    Ok(())
}

/// What the time of an event means now. Empty if it is to come.
fn when(event: &Event, now: Instant) -> &'static str {
    if event.is_overdue(now) {
        " (overdue)"
    } else if event.at == now {
        " (due now)"
    } else {
        ""
    }
}

/// Why no run does it.
fn held(event: &Event) -> String {
    event.held.as_ref().map_or_else(String::new, |held| format!(": {}", text::line(held)))
}

fn age(key: &Key, now: Instant) -> Option<String> {
    days(key, now).map(|days| format!("{} old", count(days, "day")))
}

/// The age of a key in whole days.
pub(super) fn days(key: &Key, now: Instant) -> Option<i64> {
    key.created.map(|created| (now - created).num_days().max(0))
}

/// `: 2 active, 1 disabled`
fn by_state(keys: &[Key]) -> String {
    let mut counts: BTreeMap<State, usize> = BTreeMap::new();
    for key in keys {
        *counts.entry(key.state).or_default() += 1;
    }
    let parts: Vec<String> = counts.iter().map(|(state, number)| format!("{number} {}", state.name())).collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) }
}

/// The first event of a key.
fn next(key: &Key) -> Option<&Event> {
    key.events.first()
}
