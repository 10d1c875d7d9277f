//! Texts of limited length.

use std::borrow::Cow;

use super::hidden::is_hidden;

/// At most `longest` characters of a text, on one line, with U+FFFD for hidden characters and `…` for the rest.
pub fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    cut_with(text, longest, |character| if is_hidden(character) { '\u{fffd}' } else { character })
}

/// A value for messages: one line, at most 60 characters. It limits how much of a misplaced secret is shown.
pub fn quoted(text: &str) -> Cow<'_, str> {
    cut(text, 60)
}

pub(super) fn cut_with(text: &str, longest: usize, show: impl Fn(char) -> char) -> Cow<'_, str> {
    if text.len() <= longest && text.chars().all(|character| show(character) == character) {
        return Cow::Borrowed(text);
    }
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(longest).map(show).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quoted_values_are_short_and_visible() {
        assert_eq!(quoted("a b"), "a b");
        assert_eq!(quoted("a\u{1b}[31m"), "a\u{fffd}[31m");
        assert_eq!(quoted(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(quoted(&"x".repeat(80)).chars().count(), 61);
    }
}
