//! The events of keys as a calendar (RFC 5545), for a team's calendar program.

use std::io;

use icalendar::Calendar;
use icalendar::Component;
use icalendar::EventLike;

use crate::keys::Event;
use crate::keys::Key;
use crate::model::Digest;
use crate::render::KeyReport;
use crate::text;

/// Writes an entry for every event. An entry keeps its id while key and event are the same, so that a program that
/// subscribes to the file shows each once, also if its time changes.
pub fn calendar(out: &mut dyn io::Write, report: &KeyReport<'_>) -> io::Result<()> {
    let mut calendar = Calendar::empty();
    let name = format!("Keys of {}", text::line(report.workspace));
    for property in [("VERSION", "2.0"), ("PRODID", "-//Keywright//keys//EN"), ("X-WR-CALNAME", &*name)] {
        calendar.append_property(property);
    }
    for key in report.keys {
        for event in &key.events {
            calendar.push(entry(key, event, report));
        }
    }
    let text = calendar.done().to_string();
    let has_events = report.keys.iter().any(|key| !key.events.is_empty());
    // A calendar must have a component (RFC 5545, 3.4). A time zone that no event uses shows nothing.
    let text = if has_events { text } else { text.replace(END, &format!("{NO_EVENT}{END}")) };
    write!(out, "{text}")
}

const END: &str = "END:VCALENDAR";

const NO_EVENT: &str = "BEGIN:VTIMEZONE\r\nTZID:UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\n\
                        TZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

fn entry(key: &Key, event: &Event, report: &KeyReport<'_>) -> icalendar::Event {
    let (address, what) = (key.address.to_string(), event.what);
    let created = key.created.map_or(0, |created| created.timestamp_millis());
    let identity = format!("{}\n{address}\n{created}\n{}", report.workspace, what.name());
    let mut entry = icalendar::Event::new();
    entry.uid(&format!("{}@keywright.dev", Digest::of(identity.as_bytes())));
    entry.timestamp(report.now);
    entry.starts(event.at);
    let overdue = if event.is_overdue(report.now) { "overdue: " } else { "" };
    entry.summary(&format!("{overdue}{address} {}", what.in_words()));
    let generation = key.generation_of.as_ref().map(|current| format!("an older generation of {current}"));
    let about: Vec<String> = event.held.iter().map(|held| text::line(held).to_string()).chain(generation).collect();
    if !about.is_empty() {
        entry.description(&about.join("; "));
    }
    entry.done()
}
