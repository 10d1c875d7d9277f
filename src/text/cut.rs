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

/// What two long texts have in common before their first difference is shown up to this many characters.
const CONTEXT: usize = 40;

/// Two texts for a comparison, each of about `longest` characters at most and with the number of all its characters if it is
/// cut. A cut text begins shortly before the first difference, so that two different texts never look the same.
pub fn compared(one: &str, other: &str, longest: usize) -> [String; 2] {
    let lengths = [one, other].map(|text| text.chars().count());
    if lengths.iter().all(|length| *length <= longest) {
        return [one, other].map(str::to_owned);
    }
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let start = same.saturating_sub(CONTEXT);
    let part = |text: &str, length: usize| {
        let rest: String = text.chars().skip(start).collect();
        let shown = cut(&rest, longest);
        match (start, length <= longest) {
            (0, true) => shown.into_owned(),
            (0, false) => format!("{shown} ({length} characters)"),
            _ => format!("…{shown} ({length} characters, from character {})", start + 1),
        }
    };
    [part(one, lengths[0]), part(other, lengths[1])]
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
    use super::compared;
    use super::quoted;

    #[test]
    fn two_long_texts_show_where_they_differ() {
        assert_eq!(compared("a", "b", 5), ["a", "b"]);
        let same = "é".repeat(5_000);
        let [one, other] = compared(&format!("{same}A"), &format!("{same}BC"), 1_000);
        assert_eq!(one, format!("…{}A (5001 characters, from character 4961)", "é".repeat(40)));
        assert_eq!(other, format!("…{}BC (5002 characters, from character 4961)", "é".repeat(40)));
        let [one, other] = compared(&format!("A{same}"), "B", 1_000);
        assert_eq!(one, format!("A{}… (5001 characters)", "é".repeat(999)));
        assert_eq!(other, "B");
        // One text is the start of the other.
        let [one, other] = compared(&same, &format!("{same}!"), 1_000);
        assert!(one.contains("(5000 characters") && other.contains("! (5001 characters"), "{one}\n{other}");
    }

    #[test]
    fn quoted_values_are_short_and_visible() {
        assert_eq!(quoted("a b"), "a b");
        assert_eq!(quoted("a\u{1b}[31m"), "a\u{fffd}[31m");
        assert_eq!(quoted(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(quoted(&"x".repeat(80)).chars().count(), 61);
    }
}
