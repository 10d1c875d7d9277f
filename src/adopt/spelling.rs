//! How a new value is spelled where an old one was: in the same quotes, on one line; a list in the form that it had.

use std::ops::Range;

use super::block;
use super::block::Replaced;
use super::brackets::brackets;
use super::scalar::scalar;
use crate::model::Value;

/// The new text of the value at a place, or why its form is not edited.
pub(super) fn spelled(all: &str, at: Range<usize>, value: &Value) -> Result<Replaced, &'static str> {
    let at = with_bracket(all, at);
    let old = all.get(at.clone()).ok_or("it has no value")?;
    if let (Value::Set(items), Some(start)) = (value, block::start(all, at.start)) {
        let new: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        return block::block(all, start, at.end, &new).ok_or("its list has an item that is not one plain text");
    }
    if let Some(why) = other_form(old) {
        return Err(why);
    }
    let written = match value {
        Value::Set(items) => brackets(old, &items.iter().map(AsRef::as_ref).collect::<Vec<_>>())
            .ok_or("its list has an item that is not one plain text")?,
        _ if old.starts_with('[') => return Err("its value is a list"),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Text(text) => scalar(old, text),
    };
    Ok((at, written))
}

/// The place of a list in brackets with its `]`, before which the place of the parser ends.
fn with_bracket(all: &str, at: Range<usize>) -> Range<usize> {
    let is_open = all.get(at.clone()).is_some_and(|old| old.starts_with('[') && !old.ends_with(']'));
    let is_next = all.get(at.end..).is_some_and(|rest| rest.starts_with(']'));
    if is_open && is_next { at.start..at.end + 1 } else { at }
}

/// Why a value that is used in several places is not edited.
pub(super) const OF_ANCHOR: &str = "its value has an anchor (`&`), and aliases (`*`) use it in other places, too";

/// Whether an anchor is before the value. An alias has the place of its anchor.
pub(super) fn has_anchor(all: &str, start: usize) -> bool {
    let above = all.get(..start).unwrap_or_default().trim_end();
    above
        .rsplit(|character: char| character.is_whitespace() || "{[,".contains(character))
        .next()
        .is_some_and(|word| word.starts_with('&'))
}

/// The form of a value that is more than one text: a change could also change another place, or lose its layout.
fn other_form(old: &str) -> Option<&'static str> {
    match old.as_bytes().first() {
        None => Some("it has no value"),
        Some(b'*' | b'&') => Some(OF_ANCHOR),
        Some(b'!') => Some("its value has a tag"),
        Some(b'{') => Some("its value is a mapping"),
        Some(b'|' | b'>') => Some("its value has several lines"),
        _ if old.contains(['\n', '\r']) => Some("its value has several lines"),
        _ => None,
    }
}
