//! Commands of CI runners in foreign text, made harmless in the output stream itself, so that no output can forget it.
//!
//! GitHub executes `::name::` at the start of a line, also after spaces, and `##[name]` anywhere; Azure Pipelines executes
//! `##vso[…]` and `##[…]` anywhere, TeamCity `##teamcity[…]`. A user who can name an object in the store could set the
//! runner's variables or hide the rest of its log. A character is inserted into the command, or replaces its bracket.
//! (GitLab's sections need an escape character, which is never printed.)
//!
//! Styles do not count: a later stage may strip them, and then the line begins after them.

use std::io;
use std::io::Write;

/// Inserted after `::`.
const RATIO: &str = "\u{2236}";

/// Replaces the `[` of `##name[`.
const BRACKET: &str = "\u{27e6}";

/// The preceding text, as far as it may be the start of a command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The start of a line, and spaces.
    Nothing,
    /// One `:` at the start of a line, or two. Three are not a command, and findings contain them.
    Colon,
    Colons,
    /// `#`.
    Sharp,
    /// `##` and letters.
    Command,
    Text,
}

/// The position in an ANSI style.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Outside,
    Escape,
    Inside,
}

/// Reads a text byte by byte.
#[derive(Clone, Copy)]
struct Watch {
    before: Before,
    style: Style,
}

impl Watch {
    const fn new() -> Self {
        Self { before: Before::Nothing, style: Style::Outside }
    }

    /// If the byte completes a command: what to write instead of a bracket, or before another byte.
    fn instead(&mut self, byte: u8) -> Option<&'static str> {
        match (self.style, byte) {
            (Style::Outside, 0x1b) => self.style = Style::Escape,
            (Style::Escape, b'[') => self.style = Style::Inside,
            (Style::Escape, _) | (Style::Inside, 0x40..=0x7e) => self.style = Style::Outside,
            (Style::Inside, _) => {}
            (Style::Outside, _) => return self.text(byte),
        }
        None
    }

    fn text(&mut self, byte: u8) -> Option<&'static str> {
        let (before, instead) = match (self.before, byte) {
            (_, b'\n' | b'\r') => (Before::Nothing, None),
            (Before::Nothing, _) if byte.is_ascii_whitespace() => (Before::Nothing, None),
            (Before::Nothing, b':') => (Before::Colon, None),
            (Before::Colon, b':') => (Before::Colons, None),
            (Before::Colons, b':') => (Before::Text, None),
            (Before::Colons, _) => (Before::Text, Some(RATIO)),
            (Before::Command, b'[') => (Before::Text, Some(BRACKET)),
            (Before::Sharp | Before::Command, b'#') => (Before::Command, None),
            (Before::Command, _) if byte.is_ascii_alphanumeric() => (Before::Command, None),
            (_, b'#') => (Before::Sharp, None),
            _ => (Before::Text, None),
        };
        self.before = before;
        instead
    }
}

/// A stream without commands.
pub struct Harmless<W> {
    inner: W,
    watch: Watch,
}

impl<W: Write> Harmless<W> {
    pub const fn new(inner: W) -> Self {
        Self { inner, watch: Watch::new() }
    }

    /// The stream itself, for data that must stay as it is.
    pub const fn inner(&mut self) -> &mut W {
        &mut self.inner
    }
}

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut plain = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if let Some(instead) = self.watch.instead(*byte) {
                self.inner.write_all(&bytes[plain..at])?;
                self.inner.write_all(instead.as_bytes())?;
                plain = if instead == BRACKET { at + 1 } else { at };
            }
        }
        self.inner.write_all(&bytes[plain..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The positions of the brackets that complete a command, for formats that can escape them, like JSON.
pub fn brackets(text: &str) -> impl Iterator<Item = usize> {
    let mut watch = Watch::new();
    text.bytes().enumerate().filter_map(move |(at, byte)| (watch.instead(byte) == Some(BRACKET)).then_some(at))
}

/// The text without such brackets, for formats that have commands of their own.
pub fn without_brackets(text: &str) -> String {
    let mut plain = 0;
    let mut out = String::with_capacity(text.len());
    for at in brackets(text) {
        out.push_str(&text[plain..at]);
        out.push_str(BRACKET);
        plain = at + 1;
    }
    out + &text[plain..]
}

/// Whether a text contains a command.
pub fn is_any_in(text: &str) -> bool {
    let mut watch = Watch::new();
    text.bytes().any(|byte| watch.instead(byte).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn harmless(parts: &[&str]) -> String {
        let mut stream = Harmless::new(Vec::new());
        for part in parts {
            write!(stream, "{part}").unwrap();
        }
        String::from_utf8(stream.inner).unwrap()
    }

    #[test]
    fn runners_find_no_command() {
        for (text, shown) in [
            ("##vso[task.setvariable variable=x]y", "##vso⟦task.setvariable variable=x]y"),
            ("a ##[error]x", "a ##⟦error]x"),
            ("###[error] ####teamcity[x]", "###⟦error] ####teamcity⟦x]"),
            ("::add-mask::x", "::∶add-mask::x"),
            ("a\n  ::set-output name=x::y", "a\n  ::∶set-output name=x::y"),
            ("a\r::stop-commands::t", "a\r::∶stop-commands::t"),
            ("\u{1b}[2m  \u{1b}[0m::debug::x #\u{1b}[1m#[x", "\u{1b}[2m  \u{1b}[0m::∶debug::x #\u{1b}[1m#⟦x"),
        ] {
            assert_eq!(harmless(&[text]), shown);
            // In any pieces.
            let pieces: Vec<String> = text.chars().map(String::from).collect();
            assert_eq!(harmless(&pieces.iter().map(String::as_str).collect::<Vec<_>>()), shown);
            assert!(is_any_in(text));
        }
    }

    #[test]
    fn other_text_stays() {
        for text in ["## Plan [x]", "std::fmt a ::b", "# [x]", "é漢: ::", "a ##-[", "[1]: x", "  ::: a.yaml:1:1"] {
            assert_eq!(harmless(&[text]), text);
            assert!(!is_any_in(text));
        }
        assert_eq!(brackets("[\"##vso[x]\"]").collect::<Vec<_>>(), [7]);
    }
}
