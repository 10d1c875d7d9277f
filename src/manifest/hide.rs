//! Texts as they may be shown: the secrets that stand in them are made illegible. Every place stays where it is.

use super::read::Reading;
use super::tree::Content;
use super::tree::Node;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;

/// The texts for which `is_wanted` holds, with stars where a secret is written. The others are empty.
pub fn without_secrets(sources: &Sources, is_wanted: impl Fn(SourceId) -> bool) -> Sources {
    let hidden = |(index, source): (usize, &Source)| {
        let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
        let text = if is_wanted(id) { hidden(id, source) } else { "".into() };
        Source { name: source.name.clone(), text, readable: source.readable }
    };
    Sources(sources.0.iter().enumerate().map(hidden).collect())
}

fn hidden(id: SourceId, source: &Source) -> Box<str> {
    let mut places = Vec::new();
    // Most texts hold no secret, and need not be read again.
    if source.readable && source.text.contains("value") {
        super::tree::documents(&source.text, &mut Reading::new(id), |root, _| find(root, false, &mut places));
    }
    let mut text = source.text.to_string();
    places.into_iter().for_each(|place| hide_place(&mut text, place));
    text.into()
}

/// Hides what stands at a place, for findings that take it for a secret.
pub fn hide(sources: &mut Sources, place: Place) {
    if let Some(source) = sources.0.get_mut(place.source.0 as usize) {
        let mut text = std::mem::take(&mut source.text).into_string();
        hide_place(&mut text, place);
        source.text = text.into();
    }
}

fn hide_place(text: &mut String, place: Place) {
    let (start, end) = (place.start as usize, place.end as usize);
    let Some(secret) = text.get(start..end) else { return };
    // As many bytes as before, and the same lines.
    let star = |byte: u8| if byte.is_ascii_whitespace() { char::from(byte) } else { '*' };
    let stars: String = secret.bytes().map(star).collect();
    text.replace_range(start..end, &stars);
}

/// Every `value` below `key`, `custom` or `secret`, whether or not the manifest around it is right.
fn find(node: &Node<'_>, is_secret: bool, places: &mut Vec<Place>) {
    match &node.content {
        Content::Scalar { .. } => {}
        Content::List(items) => items.iter().for_each(|item| find(item, is_secret, places)),
        Content::Mapping(pairs) => {
            for (key, value) in pairs {
                let Content::Scalar { text, .. } = &key.content else { continue };
                match text.as_ref() {
                    "value" if is_secret => places.push(value.place),
                    name => find(value, is_secret || matches!(name, "key" | "custom" | "secret"), places),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_become_stars_and_everything_else_stays_where_it_is() {
        let text =
            "a: {key: {custom: {value: \"fäke\"}}}\nsecret:\n  value: |\n    one\n    two\nvalue: seen\nspec: [\n";
        let source = |text: &str| Source { name: "a.yaml".into(), text: text.into(), readable: true };
        let sources = Sources(vec![source(text), source(text)]);
        let shown = without_secrets(&sources, |id| id.0 == 0);
        assert_eq!(shown.0[0].text.len(), text.len());
        assert_eq!(shown.0[0].text.lines().count(), text.lines().count());
        assert!(!shown.0[0].text.contains("ke") && !shown.0[0].text.contains("one"), "{}", shown.0[0].text);
        assert!(shown.0[0].text.contains("value: seen"));
        assert!(shown.0[1].text.is_empty());
    }
}
