//! What people do not see in a text that should be one line, and that makes it another text.

use super::cut::quoted;
use super::hidden::is_hidden;

/// The first flaw of a one-line text.
pub struct Flaw<'t> {
    kind: Kind,
    character: char,
    before: &'t str,
    after: &'t str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    LineEnd,
    Hidden,
    Space,
}

/// Whether a character is not allowed in one-line texts. Joiners and variation selectors are allowed: languages and emoji
/// need them.
pub fn is_hidden_in_line(character: char) -> bool {
    is_hidden(character) && !matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// The first flaw: line ends before invisible characters, and those before spaces at the ends.
pub fn flaw(text: &str) -> Option<Flaw<'_>> {
    let is_plain = |byte: u8| byte.is_ascii_graphic();
    if text.bytes().all(|byte| is_plain(byte) || byte == b' ') && text.trim() == text {
        return None;
    }
    let find = |kind, is_it: fn(char) -> bool| Some((kind, text.char_indices().find(|(_, found)| is_it(*found))?));
    let ends = || {
        let first = text.char_indices().next().filter(|(_, found)| found.is_whitespace());
        Some((Kind::Space, first.or_else(|| text.char_indices().last().filter(|(_, found)| found.is_whitespace()))?))
    };
    let is_line_end = |found| matches!(found, '\n' | '\r');
    let found = find(Kind::LineEnd, is_line_end).or_else(|| find(Kind::Hidden, is_hidden_in_line)).or_else(ends);
    let (kind, (at, character)) = found?;
    Some(Flaw { kind, character, before: &text[..at], after: &text[at + character.len_utf8()..] })
}

/// The first flaw of an email address: those of every one-line text, and any space or invisible character in it.
pub fn flaw_of_email(text: &str) -> Option<Flaw<'_>> {
    let (at, character) = text.char_indices().find(|(_, found)| is_hidden(*found) || found.is_whitespace())?;
    let kind = if character.is_whitespace() { Kind::Space } else { Kind::Hidden };
    flaw(text).or(Some(Flaw { kind, character, before: &text[..at], after: &text[at + character.len_utf8()..] }))
}

impl Flaw<'_> {
    pub fn is_line_end(&self) -> bool {
        self.kind == Kind::LineEnd
    }

    /// A clause after the name of the text: `ends with a space`.
    pub fn clause(&self) -> String {
        let what = match (self.kind, self.character) {
            (Kind::LineEnd, _) => "a line end".to_owned(),
            (Kind::Space, ' ') => "a space".to_owned(),
            (Kind::Space, character) => named(character),
            (Kind::Hidden, character) => format!("the invisible character {}", named(character)),
        };
        if self.before.is_empty() {
            format!("begins with {what}")
        } else if self.after.trim().is_empty() {
            format!("ends with {what}")
        } else {
            format!("contains {what} after `{}`", quoted(self.before))
        }
    }

    pub const fn help(&self) -> &'static str {
        match self.kind {
            Kind::LineEnd => "write it on one line; if it is a block, write `|-` or `>-` instead of `|` or `>`",
            Kind::Hidden => "remove the character; it may have been copied with the text",
            Kind::Space => "remove the space",
        }
    }
}

/// The first character of a text that people take for a space, or do not see, and that is no space to a computer.
pub fn false_space(text: &str) -> Option<String> {
    let is_false = |found: &char| !found.is_ascii() && (found.is_whitespace() || is_hidden_in_line(*found));
    text.chars().find(is_false).map(named)
}

/// The code of a character, and its name if it is a common one.
fn named(character: char) -> String {
    let code = format!("U+{:04X}", u32::from(character));
    let name = match character {
        '\t' => "tab",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero width space",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{202a}' | '\u{202b}' | '\u{2066}' | '\u{2067}' | '\u{2068}' => "start of a text direction",
        '\u{202c}' | '\u{2069}' => "end of a text direction",
        '\u{202d}' => "left-to-right override",
        '\u{202e}' => "right-to-left override",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{2060}' => "word joiner",
        '\u{feff}' => "byte order mark",
        _ => return code,
    };
    format!("{code} ({name})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_character_and_its_place_are_named() {
        let clauses = [
            ("omar@example.com\n", "ends with a line end"),
            ("a\nb", "contains a line end after `a`"),
            ("Quin\u{202e} gnp.exe", "contains the invisible character U+202E (right-to-left override) after `Quin`"),
            ("\u{feff}pia", "begins with the invisible character U+FEFF (byte order mark)"),
            ("pia\u{e0041}", "ends with the invisible character U+E0041"),
            (" pia", "begins with a space"),
            ("pia ", "ends with a space"),
            ("pia\u{a0}", "ends with U+00A0 (no-break space)"),
            ("a\tb", "contains the invisible character U+0009 (tab) after `a`"),
        ];
        for (text, clause) in clauses {
            assert_eq!(flaw(text).unwrap().clause(), clause, "{text:?}");
        }
        let of_email = [
            ("j oe@example.com", "contains a space after `j`"),
            ("ann\u{fe0f}@example.com", "contains the invisible character U+FE0F after `ann`"),
            ("eve\u{a0}@example.com", "contains U+00A0 (no-break space) after `eve`"),
            ("pia@example.com ", "ends with a space"),
        ];
        for (text, clause) in of_email {
            assert_eq!(flaw_of_email(text).unwrap().clause(), clause, "{text:?}");
        }
        assert!(flaw_of_email("quin@example.com").is_none());
        for text in ["", "a b", "\u{6c34}", "\u{645}\u{6cc}\u{200c}\u{62e}", "\u{2764}\u{fe0f}", "a\u{a0}b"] {
            assert!(flaw(text).is_none(), "{text:?}");
        }
    }
}
