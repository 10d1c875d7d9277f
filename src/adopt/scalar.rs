//! How a text is spelled as a YAML scalar.

use crate::text;

/// A text in the quotes of the old value.
pub(super) fn scalar(old: &str, text: &str) -> String {
    let is_simple = !text.is_empty() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    match old.as_bytes().first() {
        Some(b'\'') if is_simple => format!("'{}'", text.replace('\'', "''")),
        Some(b'\'' | b'"') => text::yaml(text),
        _ if is_plain(text) => text.to_owned(),
        _ => text::yaml(text),
    }
}

/// Whether a text needs no quotes for any version of YAML, also inside brackets: it has no character with a meaning, is no word
/// of YAML 1.1 and no number. Dates and times are read as texts.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 12] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"];
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b" -_./@+".contains(&byte);
    let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(is_inside)
        && !text.ends_with(' ')
        && text.len() <= 200
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    is_word || crate::model::moment::moment(text).is_some()
}
