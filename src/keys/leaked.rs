//! Texts that could be keys of Keywright: those with the checksum of `generate: {checksum: true}`. Needs no store.

use std::collections::BTreeSet;

use crate::model::CHECKSUM;
use crate::model::has_checksum;
use crate::rules::MIN_RANDOM;
use crate::rules::is_key_text;

/// The longest value of a key, in characters.
const LONGEST: usize = 255;

/// The longest start of a value that is shown. The rest of a value is secret.
const LONGEST_PREFIX: usize = 16;

/// A text that could be a key. Contains only what is not secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Suspect {
    /// From 1.
    pub line: usize,
    /// Its start up to `_`, like `chk_`. `None` if it has none that is certainly no part of the random characters.
    pub prefix: Option<String>,
}

/// The texts in `text` that could be keys, by line.
pub fn suspects(text: &str) -> BTreeSet<Suspect> {
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(index, line)| values(line).map(move |value| Suspect { line: index + 1, prefix: prefix(value) }))
        .collect()
}

/// The parts of a line with a checksum.
fn values(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|character: char| !character.is_ascii() || !is_key_text(character.encode_utf8(&mut [0; 4])));
    words.filter_map(|word| {
        // Characters of keys that also stand around a word in a sentence or a setting.
        let word = word.trim_end_matches(['.', ':', '-']);
        let after = word.match_indices([':', '.']).map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(after).filter(|start| word.len() - start <= LONGEST);
        starts.map(|start| &word[start..]).find(|value| is_value(value))
    })
}

fn is_value(text: &str) -> bool {
    text.len() >= MIN_RANDOM + CHECKSUM && has_checksum(text)
}

fn prefix(value: &str) -> Option<String> {
    let at = value.find('_')? + 1;
    (at <= LONGEST_PREFIX && at + MIN_RANDOM + CHECKSUM <= value.len()).then(|| value[..at].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::checksum;

    fn value(start: &str) -> String {
        format!("{start}{}", str::from_utf8(&checksum(start)).unwrap())
    }

    fn found(text: &str) -> Vec<(usize, Option<String>)> {
        suspects(text).into_iter().map(|suspect| (suspect.line, suspect.prefix)).collect()
    }

    #[test]
    fn a_key_is_found_wherever_it_stands() {
        let key = value("chk_notarealkey12345");
        let all = [
            key.clone(),
            format!("KEY={key}"),
            format!("export KEY=\"{key}\" # ours"),
            format!("api_key: {key}"),
            format!("api_key:{key}"),
            format!("It was {key}."),
            format!("https://example.com/?api_key={key}&x=1"),
            format!("é{key}é"),
        ];
        for text in all {
            assert_eq!(found(&text), [(1, Some("chk_".to_owned()))], "{text}");
        }
        assert_eq!(found(&format!("one\n\n{key}")), [(3, Some("chk_".to_owned()))]);
        assert_eq!(found(&value("notarealkeynotareal")), [(1, None)]);
    }

    #[test]
    fn other_texts_are_no_keys() {
        let key = value("chk_notarealkey12345");
        let changed = key.replace('1', "2");
        let cut = &key[..key.len() - 1];
        for text in ["", "chk_", &changed, cut, &value("short"), "41cc6986-0000-4000-8000-000000000000"] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    /// The time does not grow with the square of the length.
    #[test]
    fn a_long_line_is_read_to_its_end() {
        let key = value("chk_notarealkey12345");
        let line = format!("{} {key}", "a.b:".repeat(250_000));
        assert_eq!(found(&line).len(), 1);
    }
}
