//! Values written as one text: words, dates, instants, durations and limits.

use crate::rule::Rule;
use std::borrow::Cow;

use chrono::DateTime;
use chrono::Datelike;
use chrono::NaiveDate;
use chrono::SecondsFormat;
use chrono::Timelike;
use chrono::Utc;
use chrono::format::ParseErrorKind;
use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use super::node::Content;
use super::node::Node;
use super::plain::is_null;
use super::plain::whole_number;
use super::read::FromNode;
use super::read::Reading;
use super::schema::Managed;
use crate::diagnostic::Place;
use crate::diagnostic::did_you_mean;
use crate::manifest::field::Form;
use crate::manifest::rules;
use crate::model::DesiredField;
use crate::model::Instant;
use crate::model::Value;
use crate::text::quoted;

/// One of `words`, or a finding under `rule`.
pub fn word(node: &Node<'_>, words: &[&'static str], rule: &Rule, reading: &mut Reading) -> Option<&'static str> {
    let Content::Scalar { text, plain } = &node.content else {
        reading.mistyped(node, &format!("one of {}", words.join(", ")));
        return None;
    };
    if let Some(found) = words.iter().find(|word| **word == text.as_ref()) {
        return Some(found);
    }
    if *plain && is_null(text) {
        reading.mistyped(node, "a word");
        return None;
    }
    let message = format!("`{}` is not one of {}", quoted(text), words.join(", "));
    let problem = rule.finding(message).at(node.place);
    reading.report(match did_you_mean(text, words.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    });
    None
}

/// One of `words`, or another word with a warning under `rule`: a store may have words that the vendor does not name.
pub fn open_word(node: &Node<'_>, words: &[&'static str], rule: &Rule, reading: &mut Reading) -> Option<Box<str>> {
    let word = Box::<str>::from_node(node, reading)?;
    if words.contains(&&*word) {
        return Some(word);
    }
    let message = format!("`{}` is not one of {}", quoted(&word), words.join(", "));
    if word.trim().is_empty() {
        reading.report(rule.finding(message).at(node.place));
        return None;
    }
    reading.report(rule.also(message).at(node.place).help(match did_you_mean(&word, words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "this is only right if the store has this word; a plan does not write it".to_owned(),
    }));
    Some(word)
}

/// The text of a scalar, or a finding that `wanted` was expected.
fn text<'n>(node: &'n Node<'_>, wanted: &str, reading: &mut Reading) -> Option<&'n str> {
    match &node.content {
        Content::Scalar { text, plain } if !(*plain && is_null(text)) => Some(text),
        _ => {
            reading.mistyped(node, wanted);
            None
        }
    }
}

/// A calendar date, or `never`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DateOrNever {
    Date(NaiveDate),
    Never,
}

impl FromNode for DateOrNever {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        let text = text(node, "a date like 2027-06-30, or never", reading)?;
        if text == "never" {
            return Some(Self::Never);
        }
        let well_formed = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(date) if well_formed => Some(Self::Date(date)),
            _ => {
                let message = format!("`{}` is not a calendar date", quoted(text));
                let help = "write year, month and day like 2027-06-30, or never";
                reading.report(rules::CAM_032.finding(message).at(node.place).help(help));
                None
            }
        }
    }
}

schema!(DateOrNever, {
    "type": "string",
    "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|never)$",
    "patternErrorMessage": "Write year, month and day like 2027-06-30, or never.",
    "examples": ["2027-06-30", "never"],
});

impl Managed for DateOrNever {
    const FORM: Form = Form::Date;
    const RULE: &'static Rule = &rules::CAM_032;

    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>) {
        let value = match self {
            Self::Date(date) => Value::text(date.format("%Y-%m-%d").to_string()),
            Self::Never => Value::text("never"),
        };
        fields.push(DesiredField { field: field.into(), value, place });
    }
}

/// An instant with its offset, or `never`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InstantOrNever {
    At(Instant),
    Never,
}

impl FromNode for InstantOrNever {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        let text = text(node, "a time like 2027-06-30T00:00:00Z, or never", reading)?;
        if text == "never" {
            return Some(Self::Never);
        }
        let message = match DateTime::parse_from_rfc3339(text).map(|instant| instant.with_timezone(&Utc)) {
            // A leap second has more than a second of nanoseconds.
            Ok(instant) if instant.nanosecond() > 0 => {
                format!("the store cannot hold `{}`: it keeps whole seconds from 00 to 59", quoted(text))
            }
            Ok(instant) if !(1..=9999).contains(&instant.year()) => {
                format!("the store cannot hold `{}`: in UTC its year is {}", quoted(text), instant.year())
            }
            Ok(instant) => return Some(Self::At(instant)),
            Err(error) if error.kind() == ParseErrorKind::OutOfRange => {
                format!("`{}` does not exist: the calendar or the clock has no such day or time", quoted(text))
            }
            Err(_) => format!("`{}` is not a time with an offset", quoted(text)),
        };
        let help = "write it like 2027-06-30T00:00:00Z or 2027-06-30T02:00:00+02:00, or never";
        reading.report(rules::MFT_013.finding(message).at(node.place).help(help));
        None
    }
}

schema!(InstantOrNever, {
    "type": "string",
    "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})|never)$",
    "patternErrorMessage": "Write a time with its offset, like 2027-06-30T00:00:00Z, or never.",
    "examples": ["2027-06-30T00:00:00Z", "never"],
});

impl Managed for InstantOrNever {
    const FORM: Form = Form::Instant;
    const RULE: &'static Rule = &rules::MFT_013;

    /// In UTC and whole seconds, the form in which values are compared (`mft-api-keys.md` 2.5).
    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>) {
        let value = match self {
            Self::At(instant) => Value::text(instant.to_rfc3339_opts(SecondsFormat::Secs, true)),
            Self::Never => Value::text("never"),
        };
        fields.push(DesiredField { field: field.into(), value, place });
    }
}

/// A duration in seconds: `90d`, `12h`, `30m`, `45s`, `2w`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Duration(pub i64);

/// Longest duration: a hundred years, in seconds.
const LONGEST: i64 = 100 * 366 * 86_400;

impl FromNode for Duration {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        let text = text(node, "a duration like 90d", reading)?;
        if let Some(seconds) = duration(text) {
            return Some(Self(seconds));
        }
        let message = format!("`{}` is not a duration", quoted(text));
        let help = "write a whole number and a unit, like 90d: s, m, h, d (24 hours) or w; at most 100 years";
        reading.report(rules::KW_015.finding(message).at(node.place).help(help));
        None
    }
}

fn duration(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    let number = whole_number(&text[..text.len() - 1]).filter(|number| *number >= 0)?;
    number.checked_mul(unit).filter(|seconds| *seconds <= LONGEST)
}

schema!(Duration, {
    "type": "string",
    "pattern": "^(0|[1-9][0-9]*)[smhdw]$",
    "patternErrorMessage": "Write a whole number and a unit, like 90d: s, m, h, d (24 hours) or w.",
    "examples": ["90d"],
});

/// A key's own limit: the plan's, none, or a number. `QUOTA` means calls per period, otherwise calls per second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyLimit<const QUOTA: bool> {
    Plan,
    Unlimited,
    Own(i64),
}

impl<const QUOTA: bool> KeyLimit<QUOTA> {
    /// The name of the number, as a plan calls it.
    const NUMBER: &'static str = if QUOTA { "calls" } else { "perSecond" };

    pub fn value(self) -> Value {
        match self {
            Self::Plan => "plan".into(),
            Self::Unlimited => "unlimited".into(),
            Self::Own(number) => number.into(),
        }
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        match &node.content {
            Content::Scalar { text, .. } if text == "plan" => Some(Self::Plan),
            Content::Scalar { text, .. } if text == "unlimited" => Some(Self::Unlimited),
            Content::Scalar { text, plain: true } => whole_number(text).filter(|number| *number >= 1).map(Self::Own),
            Content::Mapping(pairs) if pairs.len() == 1 => {
                let number = Self::read(super::read::field(pairs, Self::NUMBER)?)?;
                matches!(number, Self::Own(_)).then_some(number)
            }
            Content::Scalar { .. } | Content::Mapping(_) | Content::List(_) => None,
        }
    }
}

impl<const QUOTA: bool> Managed for KeyLimit<QUOTA> {
    const FORM: Form = Form::OwnLimit;
    const RULE: &'static Rule = &rules::CAM_028;

    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>) {
        fields.push(DesiredField { field: field.into(), value: self.value(), place });
    }
}

impl<const QUOTA: bool> FromNode for KeyLimit<QUOTA> {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        if let Some(limit) = Self::read(node) {
            return Some(limit);
        }
        if matches!(&node.content, Content::Scalar { text, plain: true } if is_null(text)) {
            reading.mistyped(node, "a limit");
            return None;
        }
        let found = match &node.content {
            Content::Scalar { text, .. } => format!("`{}`", quoted(text)),
            other => other.describe().to_owned(),
        };
        let help = "write `plan` for the plan's limit, `unlimited`, or a whole number of 1 or more";
        reading.report(rules::CAM_028.finding(format!("{found} is not a limit")).at(node.place).help(help));
        None
    }
}

impl<const QUOTA: bool> JsonSchema for KeyLimit<QUOTA> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("KeyLimit_{}", Self::NUMBER).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let number = json_schema!({ "type": "integer", "minimum": 1 });
        let mut named = serde_json::Map::new();
        named.insert(Self::NUMBER.to_owned(), number.clone().to_value());
        let (what, example) =
            if QUOTA { ("PackageKey.spec.settings.quota", 10_000) } else { ("PackageKey.spec.settings.throttle", 50) };
        let named = super::schema::object(what, named, &[Self::NUMBER], "");
        let says = format!("Write plan, unlimited, a whole number of 1 or more, or {{{}: {example}}}.", Self::NUMBER);
        super::schema::one_of([json_schema!({ "enum": ["plan", "unlimited"] }), number, named], &says)
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        assert_eq!(duration("90d"), Some(7_776_000));
        assert_eq!(duration("2w"), Some(1_209_600));
        assert_eq!(duration("1h"), Some(3_600));
        assert_eq!(duration("30m"), Some(1_800));
        assert_eq!(duration("0s"), Some(0));
        assert_eq!(duration("5200w"), Some(3_144_960_000));
        for not in ["", "d", "90", "90 d", "-1d", "1.5d", "090d", "90days", "9999999999999999d", "5300w", "1é"] {
            assert_eq!(duration(not), None, "{not}");
        }
    }
}
