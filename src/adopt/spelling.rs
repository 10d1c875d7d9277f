//! How a new value is spelled where an old one was: in the same quotes, on one line.

use crate::model::Value;
use crate::text;

/// The new text of a value. `None` if the old one is in a form that is not edited: several lines, a block, a list with comments
/// or a mapping.
pub(super) fn spelled(old: &str, value: &Value) -> Option<String> {
    let is_other = old.is_empty() || old.contains(['\n', '\r']) || old.starts_with(['|', '>', '{', '&', '*', '!']);
    match value {
        _ if is_other => None,
        Value::Set(items) => list(old, items.iter().map(AsRef::as_ref).collect()),
        _ if old.starts_with('[') => None,
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Text(text) => Some(scalar(old, text)),
    }
}

fn scalar(old: &str, text: &str) -> String {
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

/// A list in brackets: the items that stay keep their order and their spelling.
fn list(old: &str, new: Vec<&str>) -> Option<String> {
    let inside = old.strip_prefix('[')?.strip_suffix(']')?;
    // Quotes and comments may contain a comma.
    if inside.contains(['"', '\'', '#', '[', '{', '&', '*', '!']) {
        return None;
    }
    let items: Vec<&str> = inside.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    let stay = items.iter().copied().filter(|item| new.contains(item)).map(str::to_owned);
    let added = new.iter().filter(|item| !items.contains(item)).map(|item| scalar("", item));
    let all: Vec<String> = stay.chain(added).collect();
    Some(format!("[{}]", all.join(", ")))
}
