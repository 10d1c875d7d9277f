//! Reads and writes the site's instants (1.5, 2.5).

use chrono::NaiveDateTime;
use chrono::SecondsFormat;
use chrono::Timelike;

use crate::emulator::quirks::Quirk;
use crate::emulator::quirks::Quirks;
use crate::model::Instant;

/// The value of an unset date in .NET.
const UNSET: &str = "0001-01-01T00:00:00";

/// An instant in a body, in whole seconds; without offset it is UTC. The inner `None` is the date that means "unset".
pub(super) fn read(text: &str) -> Option<Option<Instant>> {
    let with_offset = chrono::DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc());
    let instant = with_offset.or_else(|_| text.parse::<NaiveDateTime>().map(|naive| naive.and_utc())).ok()?;
    let is_unset = instant.naive_utc().and_utc().to_rfc3339_opts(SecondsFormat::Secs, true).starts_with(UNSET);
    // .NET has no leap seconds: it counts as the second before.
    let whole = instant.with_nanosecond(0)?;
    Some((!is_unset).then_some(whole))
}

/// Whether the store accepts it: a year has four digits there.
pub(super) fn is_storable(instant: Instant) -> bool {
    use chrono::Datelike;
    (0..=9999).contains(&instant.year())
}

pub(super) fn write(instant: Option<Instant>, quirks: &Quirks) -> Option<String> {
    let Some(instant) = instant else {
        return quirks.has(Quirk::MftUnsetDates).then(|| UNSET.to_owned());
    };
    Some(match quirks.word(Quirk::MftDateFormat) {
        Some("no-offset") => instant.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
        Some("seven-digits") => instant.format("%Y-%m-%dT%H:%M:%S%.9f").to_string()[..27].to_owned() + "Z",
        _ => instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    })
}

#[cfg(test)]
mod tests {
    use super::is_storable;
    use super::read;
    use super::write;
    use crate::emulator::quirks::Quirks;

    fn quirk(text: &str) -> Quirks {
        Quirks::new([text.parse().unwrap()])
    }

    #[test]
    fn instants_are_read_with_and_without_offset_and_fraction() {
        let expected = read("2027-06-30T00:00:00Z").unwrap();
        for same in ["2027-06-30T02:00:00+02:00", "2027-06-30T00:00:00", "2027-06-30T00:00:00.9999999"] {
            assert_eq!(read(same).unwrap(), expected, "{same}");
        }
        assert_eq!(read("0001-01-01T00:00:00"), Some(None));
        assert_eq!(read("2016-12-31T23:59:60Z"), read("2016-12-31T23:59:59Z"));
        for wrong in ["", "never", "2027-02-30T00:00:00Z", "2027-06-30", "1", "99999-01-01T00:00:00Z"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
        assert!(!is_storable(read("9999-12-31T23:59:59-23:00").unwrap().unwrap()));
    }

    #[test]
    fn instants_are_written_in_three_ways() {
        let instant = read("2027-06-30T00:00:00Z").unwrap();
        assert_eq!(write(instant, &Quirks::default()).unwrap(), "2027-06-30T00:00:00Z");
        assert_eq!(write(instant, &quirk("mft-date-format=no-offset")).unwrap(), "2027-06-30T00:00:00");
        assert_eq!(write(instant, &quirk("mft-date-format=seven-digits")).unwrap(), "2027-06-30T00:00:00.0000000Z");
        assert_eq!(write(None, &Quirks::default()), None);
        assert_eq!(write(None, &quirk("mft-unset-dates")).unwrap(), "0001-01-01T00:00:00");
    }
}
