//! The value in a line that a person pasted, for example from a log or a commit.

use std::collections::BTreeSet;

use crate::model::Secret;
use crate::rules::is_key_text;

/// The longest line, in bytes. A value has at most 255 characters.
const LONGEST: usize = 4096;

/// Why a pasted text has no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unreadable {
    Empty,
    /// The number of lines that are not blank.
    SeveralLines(usize),
    TooLong,
}

/// The parts of the only line that could be the value, the whole line first. Blanks, line ends, a byte order mark and what is
/// around a value, like `KEY=` or quotes, do not count. A part that is no value of a key has no effect.
pub fn pasted(text: &str) -> Result<Vec<Secret>, Unreadable> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    let line = lines.next().ok_or(Unreadable::Empty)?;
    match lines.count() {
        0 if line.len() > LONGEST => Err(Unreadable::TooLong),
        0 => Ok(parts(line)),
        more => Err(Unreadable::SeveralLines(more + 1)),
    }
}

fn parts(line: &str) -> Vec<Secret> {
    let is_key_text = |character: char| character.is_ascii() && is_key_text(character.encode_utf8(&mut [0; 4]));
    let mut parts: Vec<&str> = vec![line];
    for word in line.split(|character| !is_key_text(character)) {
        parts.push(word);
        // `key:value` has only characters of keys.
        parts.extend(word.match_indices(':').map(|(at, _)| &word[at + 1..]));
    }
    let mut seen = BTreeSet::new();
    parts.into_iter().filter(|part| !part.is_empty() && seen.insert(*part)).map(Secret::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "chk_notarealkey.12345";

    fn has_value(text: &str) -> bool {
        pasted(text).is_ok_and(|parts| parts.contains(&Secret::new(VALUE)))
    }

    #[test]
    fn a_value_is_found_in_what_people_paste() {
        for around in [
            "V",
            "V\n",
            "V\r\n",
            "  V\t\n\n",
            "\u{feff}V\r\n",
            "KEY=V",
            "export KEY=\"V\"",
            "KEY='V';",
            "key: V",
            "key:V",
            "\"key\": \"V\",",
            "Authorization: Bearer V",
            "GET https://api.example.com/?api_key=V&sig=1",
            "\u{200b}V\u{200b}",
        ] {
            assert!(has_value(&around.replace('V', VALUE)), "{around}");
        }
    }

    #[test]
    fn more_than_one_line_is_refused() {
        let error = |text: &str| pasted(text).err();
        assert_eq!(error(""), Some(Unreadable::Empty));
        assert_eq!(error("\u{feff} \r\n\n"), Some(Unreadable::Empty));
        assert_eq!(error("a\nb\n"), Some(Unreadable::SeveralLines(2)));
        assert_eq!(error("a\rb\r\n\nc"), Some(Unreadable::SeveralLines(3)));
        assert_eq!(error(&"a".repeat(5_000)), Some(Unreadable::TooLong));
    }
}
