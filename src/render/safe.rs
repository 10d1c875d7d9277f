//! Foreign text made harmless: nothing from a file or a store can move the cursor, forge a line or reorder one.

use std::borrow::Cow;

use crate::model::is_hidden;

/// A text of a finding is cut after so many characters.
const LONGEST: usize = 2_000;

/// The character that is shown for `character`. One stands for one, so that columns stay what they are.
pub(super) fn visible(character: char) -> char {
    match character {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        hidden if is_hidden(hidden) => '\u{fffd}',
        other => other,
    }
}

/// A text on one line.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    harmless(text, visible)
}

/// A text that may have several lines.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    harmless(text, |character| if character == '\n' { '\n' } else { visible(character) })
}

fn harmless(text: &str, show: impl Fn(char) -> char) -> Cow<'_, str> {
    if text.len() <= LONGEST && text.chars().all(|character| show(character) == character) {
        return Cow::Borrowed(text);
    }
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(LONGEST).map(show).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::line;
    use super::lines;

    #[test]
    fn what_moves_the_cursor_or_reorders_a_line_is_made_visible() {
        assert_eq!(line("a\u{1b}[31mb\tc\nd\r"), "a␛[31mb␉c␊d␍");
        assert_eq!(line("\u{7f}\u{9b}\u{202e}\u{2066}\u{200b}\u{feff}"), "␡�����");
        assert_eq!(lines("a\nb\u{7}"), "a\nb␇");
        assert!(matches!(line("plain, é, 漢, 🦀"), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn what_has_no_end_is_cut() {
        let cut = line(&"é".repeat(1_000_000)).into_owned();
        assert_eq!(cut.chars().count(), super::LONGEST + 1);
        assert!(cut.ends_with("é…"));
    }
}
