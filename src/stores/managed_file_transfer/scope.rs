//! The lists `allowedOrgs` and `allowedApis`, whose format is not documented. They are read tolerantly, written in the
//! style that the site uses, and not changed if they are not understood (`mft-api-keys.md` 2.4).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value as Json;

/// The format of a list.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Style {
    Separated(&'static str),
    /// A JSON list inside the text, of numbers or of texts.
    Numbers,
    Texts,
}

/// The format of an empty list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Empty {
    Null,
    Text,
    Brackets,
}

/// A list.
#[derive(Debug)]
pub(super) struct Scope {
    /// Organizations as `id:41`, API types unchanged.
    pub(super) items: BTreeSet<Box<str>>,
    /// `None` if the list has too few entries to show it.
    style: Option<Style>,
    empty: Option<Empty>,
}

impl Scope {
    /// Whether nobody says what the list means: it is there, and empty (Q8). Null means that there is no restriction.
    pub(super) fn is_unclear(&self) -> bool {
        matches!(self.empty, Some(Empty::Text | Empty::Brackets))
    }
}

/// What a list contains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ListKind {
    Organizations,
    ApiTypes,
}

/// Reads a list; `None` if any part of it is not understood.
pub(super) fn read(of: ListKind, value: Option<&Json>) -> Option<Scope> {
    let text = match value {
        None | Some(Json::Null) => return Some(empty(Empty::Null)),
        Some(Json::String(text)) => text.trim(),
        Some(_) => return None,
    };
    if text.is_empty() {
        return Some(empty(Empty::Text));
    }
    let (parts, style) = if text.starts_with('[') { of_json(text)? } else { of_text(text) };
    let items: Option<BTreeSet<Box<str>>> = parts.iter().map(|part| item(of, part)).collect();
    let items = items?;
    if parts.is_empty() && !text.starts_with('[') {
        // Separators without entries: what was between them is unknown.
        return None;
    }
    let empty = items.is_empty().then_some(if text.starts_with('[') { Empty::Brackets } else { Empty::Text });
    Some(Scope { items, style, empty })
}

fn empty(empty: Empty) -> Scope {
    Scope { items: BTreeSet::new(), style: None, empty: Some(empty) }
}

fn of_json(text: &str) -> Option<(Vec<String>, Option<Style>)> {
    let Ok(Json::Array(elements)) = serde_json::from_str(text) else { return None };
    let are_numbers = elements.iter().all(Json::is_number);
    let style = if are_numbers { Style::Numbers } else { Style::Texts };
    let part = |element: Json| match element {
        Json::String(text) => Some(text.trim().to_owned()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let is_empty = elements.is_empty();
    let parts: Option<Vec<String>> = elements.into_iter().map(part).collect();
    Some((parts?, (!is_empty).then_some(style)))
}

/// Splits at commas, or at semicolons or bars if all parts are numbers.
fn of_text(text: &str) -> (Vec<String>, Option<Style>) {
    let split = |separator: char| {
        let parts = text.split(separator).map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect::<Vec<_>>()
    };
    let separators: [(char, &'static str, &'static str); 3] = [(',', ",", ", "), (';', ";", "; "), ('|', "|", " | ")];
    for (separator, tight, loose) in separators {
        if !text.contains(separator) {
            continue;
        }
        let parts = split(separator);
        if separator == ',' || parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
            let style = Style::Separated(if text.contains(loose) { loose } else { tight });
            let shows_style = parts.len() > 1;
            return (parts, shows_style.then_some(style));
        }
    }
    (vec![text.to_owned()], None)
}

fn item(of: ListKind, part: &str) -> Option<Box<str>> {
    match of {
        // 0 means all organizations in other parts of the API, so it is not accepted here.
        ListKind::Organizations => match part.parse::<i32>() {
            Ok(id @ 1..) if part.bytes().all(|byte| byte.is_ascii_digit()) => Some(format!("id:{id}").into()),
            _ => None,
        },
        // Text that manifests cannot declare (MFT-011) may be a list in an unknown style.
        ListKind::ApiTypes => {
            let is_unknown = part.is_empty() || part.contains([',', ';', '|', '"', '\'', '[', ']', '{', '}']);
            (!is_unknown && !part.contains(crate::text::is_hidden)).then(|| part.into())
        }
    }
}

/// Counts the formats of one kind of list in the site's keys.
#[derive(Default)]
pub(super) struct ListStyles {
    styles: BTreeMap<Style, usize>,
    empties: BTreeMap<Empty, usize>,
}

impl ListStyles {
    pub(super) fn learn(&mut self, scope: &Scope) {
        if let Some(style) = &scope.style {
            *self.styles.entry(style.clone()).or_default() += 1;
        }
        if let Some(empty) = scope.empty {
            *self.empties.entry(empty).or_default() += 1;
        }
    }

    /// Writes a list in ascending order, in the style of the key's own list, else of most lists here, else with commas.
    pub(super) fn write(&self, of: ListKind, items: &BTreeSet<Box<str>>, own: Option<&Scope>) -> Json {
        if items.is_empty() {
            return match most(&self.empties).unwrap_or(Empty::Null) {
                Empty::Null => Json::Null,
                Empty::Text => Json::from(""),
                Empty::Brackets => Json::from("[]"),
            };
        }
        let own = own.and_then(|own| own.style.clone());
        let style = own.or_else(|| most(&self.styles)).unwrap_or(Style::Separated(","));
        let texts: Vec<String> = match of {
            ListKind::ApiTypes => items.iter().map(ToString::to_string).collect(),
            ListKind::Organizations => {
                let mut ids: Vec<i64> =
                    items.iter().filter_map(|item| item.strip_prefix("id:")?.parse().ok()).collect();
                ids.sort_unstable();
                ids.iter().map(ToString::to_string).collect()
            }
        };
        Json::from(match style {
            Style::Separated(separator) => texts.join(separator),
            Style::Numbers if of == ListKind::Organizations => format!("[{}]", texts.join(",")),
            Style::Numbers | Style::Texts => Json::from(texts).to_string(),
        })
    }
}

/// The most frequent one; of several, the first in order, so that the choice is always the same.
fn most<T: Clone + Ord>(counts: &BTreeMap<T, usize>) -> Option<T> {
    counts.iter().rev().max_by_key(|(_, count)| **count).map(|(style, _)| style.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(of: ListKind, text: &str) -> Option<Vec<String>> {
        Some(read(of, Some(&Json::from(text)))?.items.iter().map(ToString::to_string).collect())
    }

    fn round(text: &str, styles: &ListStyles) -> String {
        let scope = read(ListKind::Organizations, Some(&Json::from(text))).unwrap();
        let written = styles.write(ListKind::Organizations, &scope.items, Some(&scope));
        written.as_str().unwrap().to_owned()
    }

    #[test]
    fn every_style_is_read_and_kept() {
        let styles = ListStyles::default();
        for text in ["41,57", "41, 57", "41;57", "41; 57", "41|57", "[41,57]", r#"["41","57"]"#] {
            assert_eq!(items(ListKind::Organizations, text), Some(vec!["id:41".into(), "id:57".into()]), "{text}");
            assert_eq!(round(text, &styles), text);
        }
        assert_eq!(round("57, 41,,41 ", &styles), "41, 57");
        assert_eq!(round("9,10", &styles), "9,10");
        assert_eq!(items(ListKind::ApiTypes, "billing, audit"), Some(vec!["audit".into(), "billing".into()]));
    }

    #[test]
    fn unknown_formats_are_not_read() {
        for text in ["41;north", "north", "41,0", "-1", "+41", "2147483648", "[41", "[[41]]", "[1.5]", "{}", "41 57"] {
            assert_eq!(items(ListKind::Organizations, text), None, "{text}");
        }
        for text in [";", " , ", ",,", "|"] {
            assert_eq!(items(ListKind::Organizations, text), None, "{text}");
        }
        for text in ["audit;billing", "a|b", "[audit]", "\"audit\""] {
            assert_eq!(items(ListKind::ApiTypes, text), None, "{text}");
        }
        assert!(read(ListKind::Organizations, Some(&Json::from(41))).is_none());
    }

    #[test]
    fn null_and_empty_are_equal_and_keep_their_format() {
        let mut styles = ListStyles::default();
        assert_eq!(styles.write(ListKind::ApiTypes, &BTreeSet::new(), None), Json::Null);
        for (value, written) in [(Json::from(""), Json::from("")), (Json::from("[]"), Json::from("[]"))] {
            let scope = read(ListKind::ApiTypes, Some(&value)).unwrap();
            assert!(scope.items.is_empty());
            styles.learn(&scope);
            styles.learn(&scope);
            let one = ListStyles { empties: [(scope.empty.unwrap(), 1)].into(), ..ListStyles::default() };
            assert_eq!(one.write(ListKind::ApiTypes, &BTreeSet::new(), None), written);
        }
        assert!(read(ListKind::ApiTypes, None).unwrap().items.is_empty());
        assert!(read(ListKind::ApiTypes, Some(&Json::Null)).unwrap().items.is_empty());
    }

    #[test]
    fn a_new_list_is_written_in_the_most_frequent_style() {
        let mut styles = ListStyles::default();
        for text in ["1, 2", "3, 4", "5;6"] {
            styles.learn(&read(ListKind::Organizations, Some(&Json::from(text))).unwrap());
        }
        let new: BTreeSet<Box<str>> = ["id:10".into(), "id:9".into()].into();
        assert_eq!(styles.write(ListKind::Organizations, &new, None), Json::from("9, 10"));
        assert_eq!(ListStyles::default().write(ListKind::Organizations, &new, None), Json::from("9,10"));
    }
}
