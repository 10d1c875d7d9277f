//! Escapes untrusted text for Markdown and its inline HTML.
//!
//! Every special character becomes a numeric entity. In CommonMark an entity is never syntax: it cannot open a tag, end
//! a cell, or make a link, an image, a mention or emphasis. Code uses tags instead of backticks, because a backtick in
//! the text would end the code, and a pipe the cell.

use std::fmt::Write;

use crate::text;

/// A text as part of a sentence.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text::line(text).chars() {
        if is_harmless(character) {
            out.push(character);
        } else {
            let _ = write!(out, "&#{};", u32::from(character));
        }
    }
    // GitHub turns these into links.
    out.replace("www.", "www&#46;")
}

/// A text as code, without mentions and issue links.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", prose(text)) }
}

/// A text as one word that cannot end a comment: letters, digits and single dashes; other characters as `%2E_`. Different
/// texts are different words.
pub(super) fn word(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || (character == '-' && !out.ends_with('-')) {
            out.push(character);
        } else {
            let _ = write!(out, "%{:X}_", u32::from(character));
        }
    }
    out
}

/// Letters, digits, spaces, and punctuation without a meaning inside a line; no text starts a line.
fn is_harmless(character: char) -> bool {
    !character.is_ascii_punctuation() || matches!(character, '.' | ',' | '/' | ';' | '-' | '(' | ')' | '\'')
}

#[cfg(test)]
mod tests {
    use super::code;
    use super::prose;

    #[test]
    fn no_character_with_a_meaning_in_markdown_or_html_is_left() {
        let hostile = "</code></details><script>alert(1)</script> | `x` | ![i](https://e.example/p) @team #1 **b** ~~s~~ \
                       <!-- \\ $x$ a_b_c & \u{202e}\n# t www.example.com a@b.example";
        let escaped = prose(hostile);
        let meaning = |character: char| character.is_ascii_punctuation() && !"&#;.,/-()'".contains(character);
        assert!(!escaped.contains(meaning), "{escaped}");
        assert!(!escaped.contains('\n') && !escaped.contains('\u{202e}'), "{escaped}");
        // What is left of `&` and `#` belongs to entities.
        let rest = escaped.split("&#").skip(1);
        assert!(
            rest.map(|part| part.split_once(';').unwrap().0).all(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
        );
        assert_eq!(escaped.matches('&').count(), escaped.matches('#').count());
        assert!(!escaped.contains("www."), "{escaped}");
    }

    #[test]
    fn plain_text_stays_readable() {
        assert_eq!(prose("größe 漢 a.b, c/d"), "größe 漢 a.b, c/d");
        assert_eq!(code("plan/payments/gold"), "<code>plan/payments/gold</code>");
        assert_eq!(code(""), "");
    }
}
