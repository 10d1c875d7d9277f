//! Texts that could be keys of Keywright: those with the checksum of `generate: {checksum: true}`. Needs no store.

use std::collections::BTreeSet;

use crate::model::CHECKSUM;
use crate::model::has_checksum;
use crate::rules::MIN_RANDOM;
use crate::rules::is_key_text;

/// The longest value of a key, in characters.
const LONGEST: usize = 255;

/// The letters of an escape that may stand before a value without a separator: `u003d` in JSON, `32m` in colored text.
const LONGEST_ESCAPE: usize = 6;

/// How many starts and ends of a word are tried, so that the time does not grow with the square of its length.
const MOST_EDGES: usize = 64;

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

/// The parts of a line with a checksum. A key is found whatever is around it: its neighbors may be characters of keys, too,
/// like the `-` of a diff, the `:` of a setting, the letters of an escape, or a name before `_`.
fn values(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|character: char| !character.is_ascii() || !is_key_text(character.encode_utf8(&mut [0; 4])));
    words.filter(|word| word.len() >= MIN_RANDOM + CHECKSUM).filter_map(value_in)
}

/// The longest value in a word that may have something before and after it.
fn value_in(word: &str) -> Option<&str> {
    let is_edge = |byte: u8| matches!(byte, b'-' | b'_' | b'.' | b':');
    let bytes = word.as_bytes();
    // After a separator, and after each of the first characters: those of an escape have none.
    let starts = (0..word.len()).filter(|at| *at <= LONGEST_ESCAPE || is_edge(bytes[at - 1]));
    let ends: Vec<usize> = (0..=word.len()).rev().filter(|at| *at == word.len() || is_edge(bytes[*at])).collect();
    starts.take(MOST_EDGES).find_map(|start| {
        let ends = ends.iter().take(MOST_EDGES).filter(|end| (start + 1..=start + LONGEST).contains(*end));
        ends.map(|end| &word[start..*end]).find(|text| is_value(text))
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
            format!("-{key}"),
            format!("\u{1b}[32m{key}\u{1b}[0m"),
            format!("{{\"log\": \"at\\n{key}\"}}"),
            format!("a\\u003d{key}"),
            format!("a%3D{key}"),
            format!("curl -u {key}:x"),
            format!("https://{key}:x@example.com:443/"),
            format!("_{key}_ {key}.json"),
            format!("KEY_{key}"),
            format!("key-{key}-old"),
        ];
        for text in all {
            let found = found(&text);
            assert!(
                found.len() == 1 && found[0].1.as_deref().is_some_and(|it| it.ends_with("chk_")),
                "{text}: {found:?}"
            );
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
