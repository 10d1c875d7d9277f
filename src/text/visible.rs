//! Hidden characters, which can move, reorder or hide other text. Keywright never prints them.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::ci_commands;
use super::cut::cut_with;
use super::hidden::is_hidden;

/// Maximum number of characters in a text of a finding.
const LONGEST: usize = 2_000;

/// The visible replacement of a character. It is one character, so that columns do not change.
pub fn visible(character: char) -> char {
    match character {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        hidden if is_hidden(hidden) => '\u{fffd}',
        other => other,
    }
}

/// A text on one line, of at most 2,000 characters.
pub fn line(text: &str) -> Cow<'_, str> {
    cut_with(text, LONGEST, visible)
}

/// A text that may have several lines, of at most 2,000 characters.
pub fn lines(text: &str) -> Cow<'_, str> {
    cut_with(text, LONGEST, |character| if character == '\n' { '\n' } else { visible(character) })
}

/// Whether YAML does not allow the character in a file, although it is not hidden: a place that Unicode keeps free for ever.
pub fn is_unprintable(character: char) -> bool {
    u32::from(character) & 0xfffe == 0xfffe
}

/// A text as a YAML string in double quotes, on one line, without commands of CI runners.
pub fn yaml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut commands = ci_commands::brackets(text).peekable();
    for (at, character) in text.char_indices() {
        let code = u32::from(character);
        let _ = match character {
            _ if commands.next_if_eq(&at).is_some() => out.write_str("\\x5b"),
            '"' | '\\' => write!(out, "\\{character}"),
            '\n' => out.write_str("\\n"),
            '\t' => out.write_str("\\t"),
            _ if !is_hidden(character) && !is_unprintable(character) => out.write_char(character),
            _ if code <= 0xff => write!(out, "\\x{code:02x}"),
            _ if code <= 0xffff => write!(out, "\\u{code:04x}"),
            _ => write!(out, "\\U{code:08x}"),
        };
    }
    out.push('"');
    out
}

/// Escapes hidden characters and commands of CI runners in a JSON document as `\u…`. They occur only in strings, so the
/// content stays the same.
pub fn json(document: &str) -> String {
    let mut safe = String::with_capacity(document.len());
    let mut commands = ci_commands::brackets(document).peekable();
    for (at, character) in document.char_indices() {
        if commands.next_if_eq(&at).is_some() {
            safe.push_str("\\u005b");
        } else if character == '\n' || !is_hidden(character) {
            safe.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_every_script_are_seen_and_what_has_no_shape_is_hidden() {
        for seen in "aé漢🦀 /%\u{a0}\u{e000}\u{301}\u{3000}".chars() {
            assert!(!is_hidden(seen), "{seen:?}");
        }
        let hidden = "\0\n\t\u{1b}\u{7f}\u{9b}\u{ad}\u{34f}\u{600}\u{61c}\u{180e}\u{200b}\u{200d}\u{2028}\u{202e}\u{2060}\
            \u{2065}\u{2066}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{1d173}\u{e0001}\u{e0041}\u{e0100}\u{e0fff}";
        for hidden in hidden.chars() {
            assert!(is_hidden(hidden), "{hidden:?}");
        }
    }

    #[test]
    fn what_moves_the_cursor_or_reorders_a_line_is_made_visible() {
        assert_eq!(line("a\u{1b}[31mb\tc\nd\r"), "a␛[31mb␉c␊d␍");
        assert_eq!(line("\u{7f}\u{9b}\u{202e}\u{2066}\u{200b}\u{feff}"), "␡�����");
        assert_eq!(lines("a\nb\u{7}"), "a\nb␇");
        assert!(matches!(line("plain, é, 漢, 🦀"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_texts_are_cut() {
        let cut = line(&"é".repeat(1_000_000)).into_owned();
        assert_eq!(cut.chars().count(), LONGEST + 1);
        assert!(cut.ends_with("é…"));
    }

    #[test]
    fn quoted_texts_are_read_back() {
        for text in
            ["", "##vso[x]", "a ##[x] ##y[z]", "a\"\\\n\t\r", "\u{1b}[31m\u{7f}\u{9b}", "x\u{202e}\u{e0041}y", "é漢🦀"]
        {
            let quoted = yaml(text);
            assert!(!quoted.contains(is_hidden) && !ci_commands::is_any_in(&quoted), "{quoted:?}");
            assert_eq!(serde_yaml::from_str::<String>(&quoted).unwrap(), text);
        }
    }
}
