//! A moment as people write it: a date, or a time with its offset.

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::Utc;

use super::Instant;

/// Reads `2027-01-01`, which begins at midnight UTC, or a time like `2027-01-01T09:00:00+01:00`.
pub fn moment(text: &str) -> Option<Instant> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.with_timezone(&Utc));
    }
    let is_date = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| is_date)?;
    Some(date.and_time(NaiveTime::MIN).and_utc())
}

/// The day of a moment in UTC, like `2027-01-01`. Up to the year 9999, days are ordered as texts.
pub fn day(at: Instant) -> String {
    at.date_naive().to_string()
}

/// A moment for people: in UTC, to the minute.
pub fn in_utc(at: Instant) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_begins_at_midnight_utc_and_a_time_has_an_offset() {
        let read = |text| moment(text).map(in_utc);
        assert_eq!(read("2027-01-01").as_deref(), Some("2027-01-01 00:00 UTC"));
        assert_eq!(read("2027-01-01T09:30:00+01:00").as_deref(), Some("2027-01-01 08:30 UTC"));
        assert_eq!(read("2027-01-01T09:30:00Z").as_deref(), Some("2027-01-01 09:30 UTC"));
        for not in
            ["", "tomorrow", "2027-13-01", "2027-02-30", "2027-1-1", "01.01.2027", "2027-01-01T09:30:00", "+2027-01-1"]
        {
            assert_eq!(read(not), None, "{not}");
        }
    }
}
