//! How a list with one item on each line takes other items: the lines of those that stay are kept with their comments.

use std::ops::Range;

use super::scalar::scalar;

/// What takes the place of a value: the range of the old text, and the new one.
pub(super) type Replaced = (Range<usize>, String);

/// One line of the list.
struct Line<'t> {
    text: &'t str,
    /// How the line ends: empty for a part of a line, and at the end of the file.
    end: &'t str,
    /// The item; `None` for an empty line or a comment.
    item: Option<String>,
}

/// Where the first `-` of a list is, if the value at `start` is one. The parser leaves it out if the list is as far right as its
/// key.
pub(super) fn start(text: &str, start: usize) -> Option<usize> {
    let (above, list) = text.split_at_checked(start)?;
    if list.starts_with("- ") {
        return Some(start);
    }
    let line = &above[above.rfind('\n').map_or(0, |at| at + 1)..];
    (line.trim() == "-").then(|| above.rfind('-'))?
}

/// The new lines of the list at `start..end`, from the beginning of the first one. `None` if an item is not a plain or quoted text
/// on one line.
pub(super) fn block(text: &str, start: usize, end: usize, new: &[&str]) -> Option<Replaced> {
    let above = text.get(..start)?;
    let begin = above.rfind('\n').map_or(0, |at| at + 1);
    let (above, indent) = above.split_at(begin);
    let old = text.get(begin..end)?;
    if !indent.bytes().all(|byte| byte == b' ') {
        return None;
    }
    let lines: Vec<Line<'_>> = old.split_inclusive('\n').map(|line| Line::of(line, indent)).collect::<Option<_>>()?;
    let is_there = |item: &str| lines.iter().any(|line| line.item.as_deref() == Some(item));
    let added = new.iter().filter(|item| !is_there(item)).map(|item| format!("{indent}- {}", scalar("", item)));
    let mut added: Vec<String> = added.collect();
    if new.is_empty() {
        added.push(empty(above, indent));
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut kept: Vec<(&str, &str)> = Vec::new();
    // New items come after the last one that stays.
    let mut at = 0;
    for line in &lines {
        match &line.item {
            Some(item) if !new.contains(&item.as_str()) => continue,
            Some(_) => at = kept.len() + 1,
            None => {}
        }
        kept.push((line.text, line.end));
    }
    kept.splice(at..at, added.iter().map(|line| (line.as_str(), "")));
    let count = kept.len();
    let has_end = old.ends_with('\n');
    let line = |(index, (text, end)): (usize, (&str, &str))| {
        let is_cut = end.is_empty() && (index + 1 < count || has_end);
        format!("{text}{}", if is_cut { newline } else { end })
    };
    Some((begin..end, kept.into_iter().enumerate().map(line).collect()))
}

/// A list without items. It must be further right than its key, unlike a list with items.
fn empty(above: &str, indent: &str) -> String {
    let is_text = |line: &&str| !line.trim_start().is_empty() && !line.trim_start().starts_with('#');
    let key = above.lines().rev().find(is_text).unwrap_or_default();
    let is_right = key.len() - key.trim_start().len() < indent.len();
    format!("{indent}{}[]", if is_right { "" } else { "  " })
}

impl<'t> Line<'t> {
    fn of(line: &'t str, indent: &str) -> Option<Self> {
        let text = line.trim_end_matches(['\r', '\n']);
        let (text, end) = line.split_at(text.len());
        let content = text.trim_start();
        if content.is_empty() || content.starts_with('#') {
            return Some(Self { text, end, item: None });
        }
        let item = item(text.strip_prefix(indent)?.strip_prefix("- ")?.trim_start())?;
        Some(Self { text, end, item: Some(item) })
    }
}

/// The text of an item, without its quotes and its comment.
fn item(text: &str) -> Option<String> {
    let (item, rest) = match text.chars().next()? {
        quote @ ('\'' | '"') => {
            let inside = &text[1..];
            let end = inside.find(quote)?;
            // Escapes are rare, and each kind of quotes has others.
            let is_simple = !inside[..end].contains('\\') && !inside[end + 1..].starts_with(quote);
            is_simple.then(|| inside.split_at(end))?
        }
        '#' | '&' | '*' | '!' | '|' | '>' | '{' | '}' | '[' | ']' | '%' | '@' | '`' | '?' | '-' | ',' | ':' => {
            return None;
        }
        _ => {
            let end = text.find(" #").unwrap_or(text.len());
            let item = text[..end].trim_end();
            let is_mapping = item.contains(": ") || item.ends_with(':');
            return (!is_mapping).then(|| item.to_owned());
        }
    };
    let rest = &rest[1..];
    (rest.trim().is_empty() || rest.trim_start().len() < rest.len() && rest.trim_start().starts_with('#'))
        .then(|| item.to_owned())
}
