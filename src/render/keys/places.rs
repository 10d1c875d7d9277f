//! A place of a key as a line.

use std::io;

use crate::keys::Place;
use crate::keys::Seen;
use crate::model::Instant;
use crate::model::moment::in_utc;
use crate::text;

pub(super) fn one(out: &mut dyn io::Write, place: &Place) -> io::Result<()> {
    let (at, name) = (place.to.place(), place.to.name());
    let (file, name) = (text::line(&at), text::line(&name));
    let known = if place.is_declared == Some(false) { copy(place) } else { known(place) };
    writeln!(out, "    {file} ({name}): {known}")
}

/// A place that no manifest names.
fn copy(place: &Place) -> String {
    let last = place.at.or(place.in_doubt).or(place.before);
    let when = last.map_or_else(String::new, |at| format!(", {}", in_utc(at)));
    match place.seen {
        Seen::Another | Seen::Nothing | Seen::Broken => {
            format!("no manifest names this place; the value was delivered there{when}, and the file has it no more")
        }
        _ => format!("holds a copy still: no manifest names this place, and the value was delivered there{when}"),
    }
}

fn known(place: &Place) -> String {
    let what = if place.to.is_secret() { "shared secret" } else { "value" };
    match (place.seen, place) {
        (Seen::Masked, _) => format!("unknown, because the store shows the {what} only masked"),
        (Seen::Absent, _) => "the store shows no shared secret of the key".to_owned(),
        (seen, Place { at: Some(at), .. }) => match but(seen) {
            Some(but) => format!("delivered {}, but {but}", in_utc(*at)),
            None => format!("delivered {}", in_utc(*at)),
        },
        (Seen::Value, _) => "the file shows the value".to_owned(),
        (_, Place { in_doubt: Some(at), .. }) => in_doubt(*at),
        (_, Place { before: Some(at), .. }) => before(*at),
        (seen, _) => but(seen).unwrap_or("no delivery is known").to_owned(),
    }
}

/// What a file of this machine shows instead of the value.
const fn but(seen: Seen) -> Option<&'static str> {
    match seen {
        Seen::Another => Some("the file shows another value"),
        Seen::Nothing => Some("the file has no value of this name"),
        Seen::Broken => Some("something else is in the place of the file on this machine"),
        Seen::NotHere | Seen::Value | Seen::Masked | Seen::Absent => None,
    }
}

fn in_doubt(at: Instant) -> String {
    let at = in_utc(at);
    format!("in doubt: delivered {at}, but a later run began to deliver there and did not record that it did")
}

fn before(at: Instant) -> String {
    let at = in_utc(at);
    format!(
        "not delivered there yet: the sink was another place when it got the value, {at}; its former place holds a copy still"
    )
}
