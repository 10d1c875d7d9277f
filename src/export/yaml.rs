//! Drafts → YAML that every reader reads the same: a text is in quotes unless no version of YAML can take it for anything
//! but this text.

use std::io::Write;
use std::ops::Range;

use super::draft::Draft;
use super::draft::Field;
use crate::manifest::API_VERSION;
use crate::model::Value;
use crate::model::services::ALL;
use crate::model::services::SERVICES;
use crate::model::services::ServiceItem;
use crate::model::services::items_of;
use crate::text;
use crate::text::ci_commands::Harmless;

/// Longest name of a field in YAML, in characters. Readers refuse a name of more than 1024 before a colon.
const LONGEST_NAME: usize = 1000;

/// One manifest as text.
pub(super) struct Written {
    pub(super) text: String,
    /// The lines of each part, as ranges of bytes.
    parts: Vec<(Range<usize>, Part)>,
}

/// A part of a manifest that can be left out, or the name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Name,
    /// A field, by its index.
    Field(usize),
    /// All fields of a mapping.
    Group(String),
}

impl Written {
    /// The part that contains a byte of the text.
    pub(super) fn part(&self, at: usize) -> Option<&Part> {
        self.parts.iter().find(|(range, _)| range.contains(&at)).map(|(_, part)| part)
    }

    fn line(&mut self, part: Part, line: &str) {
        let start = self.text.len();
        self.text.push_str(line);
        self.parts.push((start..self.text.len(), part));
    }
}

/// Whether YAML can contain a field with this name.
pub(super) fn is_writable_name(name: &str) -> bool {
    scalar(name).chars().count() <= LONGEST_NAME
}

/// The manifest, with its comments, as a document of a stream.
pub(super) fn document(draft: &Draft) -> Written {
    let mut written = Written { text: "---\n".to_owned(), parts: Vec::new() };
    for omitted in &draft.omitted {
        written.text.push_str(&comment(&format!("{} is not exported: {}", omitted.field, omitted.reason)));
    }
    let kind = draft.kind;
    written.text.push_str(&format!("apiVersion: {API_VERSION}\nkind: {kind}\nmetadata:\n"));
    written.line(Part::Name, &format!("  name: {}\n", scalar(&draft.name)));
    if draft.fields.is_empty() {
        written.text.push_str("spec: {}\n");
        return written;
    }
    written.text.push_str("spec:\n");
    let mut group = "";
    for (index, field) in draft.fields.iter().enumerate() {
        match &field.inner {
            None => written.line(Part::Field(index), &entry(2, &field.outer, field)),
            Some(inner) => {
                if group != field.outer {
                    written.line(Part::Group(field.outer.clone()), &format!("  {}:\n", scalar(&field.outer)));
                }
                written.line(Part::Field(index), &entry(4, inner, field));
            }
        }
        group = &field.outer;
    }
    written
}

fn entry(indent: usize, name: &str, field: &Field) -> String {
    let mut line = format!("{:indent$}{}:", "", scalar(name));
    match &field.value {
        // Ids look alike, whether they begin with a digit or not.
        Value::Text(text) if field.outer == "key" => line.push_str(&format!(" {}", text::yaml(text))),
        Value::Text(text) => line.push_str(&format!(" {}", scalar(text))),
        Value::Number(number) => line.push_str(&format!(" {number}")),
        Value::Bool(flag) => line.push_str(&format!(" {flag}")),
        Value::Set(items) if items.is_empty() => line.push_str(" []"),
        Value::Set(_) if field.outer == SERVICES => line.push_str(&services(indent, &field.value)),
        Value::Set(items) => {
            for item in items.iter() {
                line.push_str(&format!("\n{:indent$}  - {}", "", scalar(item)));
            }
        }
    }
    line.push('\n');
    line
}

/// The entries for services: a mapping for each, with its endpoints.
fn services(indent: usize, value: &Value) -> String {
    let mut text = String::new();
    let items = items_of(Some(value));
    for item in items.iter().filter(|item| matches!(item, ServiceItem::Service(_))) {
        text.push_str(&format!("\n{:indent$}  - service: {}", "", scalar(item.service())));
        let same = items.iter().filter(|other| other.service() == item.service());
        let endpoints: Vec<String> = same
            .filter_map(|other| match other {
                ServiceItem::Endpoint(_, endpoint) => Some(format!("\n{:indent$}      - {}", "", scalar(endpoint))),
                ServiceItem::Service(_) | ServiceItem::All(_) => None,
            })
            .collect();
        let is_all = items.contains(&ServiceItem::All(item.service().to_owned()));
        let list = if is_all {
            format!(" {ALL}")
        } else if endpoints.is_empty() {
            " []".to_owned()
        } else {
            endpoints.concat()
        };
        text.push_str(&format!("\n{:indent$}    endpoints:{list}", ""));
    }
    text
}

/// A comment of one line.
pub(super) fn comment(text: &str) -> String {
    let line = text::line(text).replace(text::is_unprintable, "\u{fffd}");
    let mut safe = Vec::new();
    // Memory takes all, and the text stays text.
    let _ = Harmless::new(&mut safe).write_all(line.as_bytes());
    format!("# {}\n", String::from_utf8_lossy(&safe))
}

/// A text as a scalar.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { text::yaml(text) }
}

/// Whether a text without quotes is a text for every version of YAML: it begins with a letter, has no character with a
/// meaning, and is not a word of YAML 1.1.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 12] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"];
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b" -_./@+".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(is_inside)
        && !text.ends_with(' ')
        && text.len() <= 200
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_some_reader_takes_for_something_else_is_in_quotes() {
        for odd in [
            "",
            " a",
            "a ",
            "on",
            "OFF",
            "y",
            "~",
            "null",
            "1_000",
            "0o7",
            "12:30:00",
            ".inf",
            "2027-06-30",
            "<<",
            "=",
            "- a",
            "a: b",
            "a #b",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "`a",
            "[a]",
            "{a}",
            "a\tb",
            "a\nb",
            "\u{feff}a",
            "a\u{2028}b",
            "a\u{85}b",
            "a\u{fffe}b",
            "é",
            "? a",
            "##vso[x]",
        ] {
            let written = scalar(odd);
            assert!(written.starts_with('"') && written.ends_with('"'), "{odd:?}");
            assert_eq!(serde_yaml::from_str::<String>(&written).unwrap(), odd);
        }
        for plain in ["alice", "alice@example.com", "Card and wallet payments", "a-b_c.d/e"] {
            assert_eq!(scalar(plain), plain);
        }
    }

    #[test]
    fn a_comment_is_one_line() {
        assert_eq!(comment("a\nb: {x}\u{2028}\u{ffff}"), "# a␊b: {x}\u{fffd}\u{fffd}\n");
    }

    #[test]
    fn long_names_are_not_written() {
        assert!(is_writable_name(&"é".repeat(900)) && !is_writable_name(&"\u{2028}".repeat(200)));
    }
}
