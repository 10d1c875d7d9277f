//! One quirk on the command line: `page-offset`, `max-limit=50`, `mft-date-format=no-offset`.

use std::str::FromStr;

use super::Quirk;
use super::Takes;

/// A quirk with its argument, see [`super::Quirks`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chosen(pub Quirk, pub u64);

impl FromStr for Chosen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, behind) = text.split_once('=').map_or((text, None), |(name, behind)| (name, Some(behind)));
        let Some(quirk) = Quirk::ALL.iter().copied().find(|quirk| quirk.name() == name) else {
            return Err(unknown(name, Quirk::ALL.iter().map(|quirk| quirk.name())));
        };
        let number = match (quirk.takes(), behind) {
            (Takes::Nothing, None) => 0,
            (Takes::Nothing, Some(_)) => return Err(format!("{name} takes no value")),
            (Takes::Number(usual), None) => usual,
            (Takes::Number(_), Some(number)) => match number.parse() {
                Ok(number @ 1..=1_000_000) => number,
                _ => return Err(format!("{name} takes a whole number from 1 to 1000000")),
            },
            (Takes::OneOf(words), behind) => {
                place(words, behind.unwrap_or_default()).ok_or_else(|| takes(name, "one", words))?
            }
            (Takes::Some(words), behind) => behind
                .unwrap_or_default()
                .split(',')
                .try_fold(0, |bits, word| Some(bits | 1 << place(words, word)?))
                .ok_or_else(|| takes(name, "some", words))?,
        };
        Ok(Self(quirk, number))
    }
}

fn place(words: &[&str], word: &str) -> Option<u64> {
    words.iter().position(|other| *other == word).and_then(|place| u64::try_from(place).ok())
}

fn takes(name: &str, many: &str, words: &[&str]) -> String {
    format!("{name} takes {many} of {}, like {name}={}", words.join(", "), words.last().unwrap_or(&""))
}

/// The message for an unknown name: the nearest one, and all.
pub(in crate::emulator) fn unknown(name: &str, known: impl Iterator<Item = &'static str> + Clone) -> String {
    let near = |other: &&str| similar::TextDiff::from_chars(name, *other).ratio();
    let nearest = known.clone().filter(|other| near(other) > 0.6).max_by(|a, b| near(a).total_cmp(&near(b)));
    let hint = nearest.map(|nearest| format!(" (did you mean {nearest}?)")).unwrap_or_default();
    format!("unknown name{hint}; the names are {}", known.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::Quirks;
    use super::Chosen;
    use super::Quirk;

    #[test]
    fn quirks_are_named_and_some_have_a_number() {
        assert_eq!("page-offset".parse(), Ok(Chosen(Quirk::PageOffset, 0)));
        assert_eq!("max-limit".parse(), Ok(Chosen(Quirk::MaxLimit, 100)));
        assert_eq!("max-limit=7".parse(), Ok(Chosen(Quirk::MaxLimit, 7)));
        for wrong in ["max-limit=0", "max-limit=x", "page-offset=1", "", "=", "max-limit=99999999999999999999"] {
            assert!(wrong.parse::<Chosen>().is_err(), "{wrong}");
        }
        let error = "page-ofset".parse::<Chosen>().unwrap_err();
        assert!(error.contains("did you mean page-offset?") && error.contains("null-limits"), "{error}");
    }

    #[test]
    fn some_quirks_have_words() {
        let quirks = ["mft-date-format=no-offset", "mft-ignore-fields-on-update=allowedOrgs,keyName"];
        let quirks = Quirks::new(quirks.map(|text| text.parse().unwrap()));
        assert_eq!(quirks.word(Quirk::MftDateFormat), Some("no-offset"));
        assert!(quirks.word(Quirk::MftNameMode).is_none() && !quirks.is(Quirk::MftNameMode, "alias"));
        let ignored = ["keyName", "allowedOrgs", "allowedApis", "other"]
            .map(|name| quirks.names(Quirk::MftIgnoreFieldsOnUpdate, name));
        assert_eq!(ignored, [true, true, false, false]);
        for wrong in ["mft-date-format", "mft-date-format=", "mft-date-format=zulu", "mft-ignore-fields-on-update=id"] {
            let error = wrong.parse::<Chosen>().unwrap_err();
            assert!(error.contains(" of "), "{wrong}: {error}");
        }
    }

    #[test]
    fn every_quirk_has_a_one_sentence_description() {
        for quirk in Quirk::ALL {
            let text = quirk.description_with_source();
            assert!(text.ends_with(").") && text.contains(" ("), "{quirk}: {text}");
            assert!(quirk.description().len() < 130, "{quirk}: {}", quirk.description());
        }
    }
}
