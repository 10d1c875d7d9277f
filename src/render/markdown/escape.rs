//! Foreign text inside Markdown and the HTML that Markdown lets through.
//!
//! Every character that either of them gives a meaning is written as a numeric entity. By CommonMark an entity is never
//! structure: it can not open a tag, end a cell, or make a link, an image, a mention or emphasis. Code stands between
//! tags and not between backticks, because a backtick in a text would end those, and a pipe the cell.

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
    // GitHub makes links of these without being asked.
    out.replace("www.", "www&#46;")
}

/// A text as code, in which nobody is mentioned and no issue is meant.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", prose(text)) }
}

/// Letters of every script, digits, spaces, and the marks that mean nothing inside a line; no text begins one.
fn is_harmless(character: char) -> bool {
    !character.is_ascii_punctuation() || matches!(character, '.' | ',' | '/' | ';' | '-' | '(' | ')' | '\'')
}

#[cfg(test)]
mod tests {
    use super::code;
    use super::prose;

    #[test]
    fn nothing_is_left_that_markdown_or_html_gives_a_meaning() {
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
