//! How a list in brackets on one line takes other items: those that stay keep their order, their spelling and their spaces.

use super::scalar::scalar;

/// What is between two commas: an item as it is spelled, with the spaces around it.
struct Part<'t> {
    before: &'t str,
    spelling: &'t str,
    after: &'t str,
    item: String,
}

/// The list with these items. `None` if an item is not a plain or quoted text.
pub(super) fn brackets(old: &str, new: &[&str]) -> Option<String> {
    let inside = old.strip_prefix('[')?.strip_suffix(']')?;
    let mut parts = parts(inside)?;
    // A comma may follow the last item.
    let end = parts.pop_if(|part| part.spelling.is_empty()).filter(|_| !parts.is_empty());
    if parts.iter().any(|part| part.spelling.is_empty()) {
        return None;
    }
    let is_there = |item: &str| parts.iter().any(|part| part.item == item);
    let (first, last) = (parts.first().map_or("", |part| part.before), parts.last());
    let (quotes, space) = (last.map_or("", |part| part.spelling), parts.get(1).map_or(" ", |part| part.before));
    let padding = last.map_or("", |part| part.after);
    let is_last = |part: &Part<'_>| last.is_some_and(|last| std::ptr::eq(part, last));
    let stay = parts
        .iter()
        .filter(|part| new.contains(&part.item.as_str()))
        .map(|part| (part.before, format!("{}{}", part.spelling, if is_last(part) { "" } else { part.after })));
    let added = new.iter().filter(|item| !is_there(item)).map(|item| (space, scalar(quotes, item)));
    let mut text = String::from("[");
    for (index, (before, item)) in stay.chain(added).enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        // The space after the bracket, and not the one after a comma.
        text.push_str(if index == 0 { first } else { before });
        text.push_str(&item);
    }
    if text.len() > 1 {
        text.push_str(padding);
        text.extend(end.iter().flat_map(|end| [",", end.before]));
    }
    Some(text + "]")
}

fn parts(inside: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = inside;
    loop {
        let content = rest.trim_start();
        let before = &rest[..rest.len() - content.len()];
        let (item, length) = item(content)?;
        let (spelling, after) = content.split_at(length);
        let next = after.trim_start();
        let after = &after[..after.len() - next.len()];
        parts.push(Part { before, spelling, after, item });
        match next.strip_prefix(',') {
            Some(next) => rest = next,
            None => return next.is_empty().then_some(parts),
        }
    }
}

/// The text at the beginning, and the length of its spelling. Both are empty if there is none.
fn item(text: &str) -> Option<(String, usize)> {
    match text.as_bytes().first() {
        None | Some(b',') => Some((String::new(), 0)),
        Some(b'\'') => {
            let mut item = String::new();
            let mut rest = &text[1..];
            loop {
                let (part, after) = rest.split_once('\'')?;
                item.push_str(part);
                match after.strip_prefix('\'') {
                    Some(after) => (rest, item) = (after, item + "'"),
                    None => return Some((item, text.len() - after.len())),
                }
            }
        }
        Some(b'"') => {
            let (item, after) = text[1..].split_once('"')?;
            // Escapes are rare.
            (!item.contains('\\')).then(|| (item.to_owned(), text.len() - after.len()))
        }
        Some(byte) if b"#&*!|>%@`?-:".contains(byte) => None,
        Some(_) => {
            let item = text.split(',').next()?.trim_end();
            let is_other = item.contains(['[', ']', '{', '}']) || item.contains(": ") || item.ends_with(':');
            (!is_other && !item.contains(" #")).then(|| (item.to_owned(), item.len()))
        }
    }
}
