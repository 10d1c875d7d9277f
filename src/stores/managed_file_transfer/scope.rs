//! The texts `allowedOrgs` and `allowedApis`: how a list stands in them is not documented, so they are read tolerantly,
//! written in the style that is there, and left alone when they are not understood (`mft-api-keys.md` 2.4).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value as Json;

/// How a list is written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Style {
    Separated(&'static str),
    /// A JSON list in the text, of numbers or of texts.
    Numbers,
    Texts,
}

/// How a list without entries is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Empty {
    Null,
    Text,
    Brackets,
}

/// A list as it was read.
#[derive(Debug)]
pub(super) struct Scope {
    /// Organizations as `id:41`, API types as they are.
    pub(super) items: BTreeSet<Box<str>>,
    /// Nothing when one entry or none says nothing about it.
    style: Option<Style>,
    empty: Option<Empty>,
}

/// What kind of thing a list holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Of {
    Organizations,
    ApiTypes,
}

/// Reads a list; nothing when any of it is not understood.
pub(super) fn read(of: Of, value: Option<&Json>) -> Option<Scope> {
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

/// Commas; and semicolons or bars only where all between them are numbers.
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
            let says = parts.len() > 1;
            return (parts, says.then_some(style));
        }
    }
    (vec![text.to_owned()], None)
}

fn item(of: Of, part: &str) -> Option<Box<str>> {
    match of {
        // 0 means all organizations in other parts of the API, so here it is not taken for one.
        Of::Organizations => match part.parse::<i32>() {
            Ok(id @ 1..) if part.bytes().all(|byte| byte.is_ascii_digit()) => Some(format!("id:{id}").into()),
            _ => None,
        },
        // What can not be declared (MFT-011) may be a list in a style that nobody knows.
        Of::ApiTypes => {
            let is_odd = part.is_empty() || part.contains([',', ';', '|', '"', '\'', '[', ']', '{', '}']);
            (!is_odd && !part.contains(crate::text::is_hidden)).then(|| part.into())
        }
    }
}

/// How lists of one kind are written at this site: what most live keys have.
#[derive(Default)]
pub(super) struct Habit {
    styles: BTreeMap<Style, usize>,
    empties: BTreeMap<Empty, usize>,
}

impl Habit {
    pub(super) fn learn(&mut self, scope: &Scope) {
        if let Some(style) = &scope.style {
            *self.styles.entry(style.clone()).or_default() += 1;
        }
        if let Some(empty) = scope.empty {
            *self.empties.entry(empty).or_default() += 1;
        }
    }

    /// Writes a list in ascending order, in the style that the key's own list has, else as most lists here, else with
    /// plain commas.
    pub(super) fn write(&self, of: Of, items: &BTreeSet<Box<str>>, own: Option<&Scope>) -> Json {
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
            Of::ApiTypes => items.iter().map(ToString::to_string).collect(),
            Of::Organizations => {
                let mut ids: Vec<i64> =
                    items.iter().filter_map(|item| item.strip_prefix("id:")?.parse().ok()).collect();
                ids.sort_unstable();
                ids.iter().map(ToString::to_string).collect()
            }
        };
        Json::from(match style {
            Style::Separated(separator) => texts.join(separator),
            Style::Numbers if of == Of::Organizations => format!("[{}]", texts.join(",")),
            Style::Numbers | Style::Texts => Json::from(texts).to_string(),
        })
    }
}

/// What is there most often; of two the first in order, so that the choice is always the same.
fn most<T: Clone + Ord>(counts: &BTreeMap<T, usize>) -> Option<T> {
    counts.iter().rev().max_by_key(|(_, count)| **count).map(|(style, _)| style.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(of: Of, text: &str) -> Option<Vec<String>> {
        Some(read(of, Some(&Json::from(text)))?.items.iter().map(ToString::to_string).collect())
    }

    fn round(text: &str, habit: &Habit) -> String {
        let scope = read(Of::Organizations, Some(&Json::from(text))).unwrap();
        let written = habit.write(Of::Organizations, &scope.items, Some(&scope));
        written.as_str().unwrap().to_owned()
    }

    #[test]
    fn every_style_is_read_and_kept() {
        let habit = Habit::default();
        for text in ["41,57", "41, 57", "41;57", "41; 57", "41|57", "[41,57]", r#"["41","57"]"#] {
            assert_eq!(items(Of::Organizations, text), Some(vec!["id:41".into(), "id:57".into()]), "{text}");
            assert_eq!(round(text, &habit), text);
        }
        assert_eq!(round("57, 41,,41 ", &habit), "41, 57");
        assert_eq!(round("9,10", &habit), "9,10");
        assert_eq!(items(Of::ApiTypes, "billing, audit"), Some(vec!["audit".into(), "billing".into()]));
    }

    #[test]
    fn what_is_not_understood_is_nothing() {
        for text in ["41;north", "north", "41,0", "-1", "+41", "2147483648", "[41", "[[41]]", "[1.5]", "{}", "41 57"] {
            assert_eq!(items(Of::Organizations, text), None, "{text}");
        }
        for text in ["audit;billing", "a|b", "[audit]", "\"audit\""] {
            assert_eq!(items(Of::ApiTypes, text), None, "{text}");
        }
        assert!(read(Of::Organizations, Some(&Json::from(41))).is_none());
    }

    #[test]
    fn nothing_and_empty_are_the_same_and_keep_their_form() {
        let mut habit = Habit::default();
        assert_eq!(habit.write(Of::ApiTypes, &BTreeSet::new(), None), Json::Null);
        for (value, written) in [(Json::from(""), Json::from("")), (Json::from("[]"), Json::from("[]"))] {
            let scope = read(Of::ApiTypes, Some(&value)).unwrap();
            assert!(scope.items.is_empty());
            habit.learn(&scope);
            habit.learn(&scope);
            let one = Habit { empties: [(scope.empty.unwrap(), 1)].into(), ..Habit::default() };
            assert_eq!(one.write(Of::ApiTypes, &BTreeSet::new(), None), written);
        }
        assert!(read(Of::ApiTypes, None).unwrap().items.is_empty());
        assert!(read(Of::ApiTypes, Some(&Json::Null)).unwrap().items.is_empty());
    }

    #[test]
    fn a_new_list_is_written_as_most_are() {
        let mut habit = Habit::default();
        for text in ["1, 2", "3, 4", "5;6"] {
            habit.learn(&read(Of::Organizations, Some(&Json::from(text))).unwrap());
        }
        let new: BTreeSet<Box<str>> = ["id:10".into(), "id:9".into()].into();
        assert_eq!(habit.write(Of::Organizations, &new, None), Json::from("9, 10"));
        assert_eq!(Habit::default().write(Of::Organizations, &new, None), Json::from("9,10"));
    }
}
