//! One field that a store keeps. The kinds of manifests declare them, see [`super::fields`].

use crate::manifest::rules;
use crate::model::Value;
use crate::rule::Rule;

/// One field that a store keeps.
pub struct Field {
    /// The name in the diff: `email`, `throttle.perSecond`; for [`Form::Texts`] the part before the dot.
    pub name: &'static str,
    pub form: Form,
    /// The rule for a wrong value.
    pub rule: &'static Rule,
    /// The minimum and maximum number, or number of characters of a text.
    pub least: Option<i64>,
    pub most: Option<i64>,
    /// Whether stores refuse values outside these limits. For limits that only the old API documents, the rules warn.
    pub is_strict: bool,
    /// The rule that requires the field for a new object.
    pub required: Option<&'static Rule>,
    /// The value that a store gives a field that is not set or is cleared.
    pub default: Option<Value>,
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    Text,
    Email,
    /// One of these words.
    Word(&'static [&'static str]),
    Flag,
    /// A whole number that is not negative.
    Number,
    /// A whole number that is not negative, or `unlimited`.
    Limit,
    /// `plan`, `unlimited`, or a whole number above zero.
    OwnLimit,
    /// Texts whose order has no meaning.
    Set,
    /// Names of roles that the store has.
    Roles,
    /// Services and their endpoints, as [`crate::model::services`] writes them.
    Services,
    /// A date, or `never`.
    Date,
    /// An instant in UTC, or `never`.
    Instant,
    /// Texts with custom names.
    Texts,
}

impl Field {
    /// Whether `name` means this field: `eav.team` belongs to the field `eav`.
    pub fn is(&self, name: &str) -> bool {
        match name.strip_prefix(self.name) {
            Some("") => self.form != Form::Texts,
            Some(rest) => self.form == Form::Texts && rest.len() > 1 && rest.starts_with('.'),
            None => false,
        }
    }

    /// The rule that the value breaks, and what the value must be. Only the store knows which roles exist.
    pub fn broken(&self, value: &Value) -> Option<(&'static Rule, String)> {
        let is_right = match (self.form, value) {
            (Form::Text | Form::Texts, Value::Text(text)) => !self.is_strict || self.fits(text),
            (Form::Email, Value::Text(text)) => self.fits(text) && is_email(text),
            (Form::Word(words), Value::Text(text)) => words.contains(&text.as_ref()),
            (Form::Flag, Value::Bool(_)) | (Form::Set | Form::Roles | Form::Services, Value::Set(_)) => true,
            (Form::Number | Form::Limit, Value::Number(number)) => *number >= 0,
            (Form::OwnLimit, Value::Number(number)) => *number >= 1,
            (Form::Limit, Value::Text(word)) => &**word == "unlimited",
            (Form::OwnLimit, Value::Text(word)) => matches!(&**word, "plan" | "unlimited"),
            (Form::Date, Value::Text(text)) => is_date(text),
            (Form::Instant, Value::Text(text)) => is_instant(text),
            _ => false,
        };
        // Rules about the length of a text do not cover its type.
        let is_of_type = !self.is_strict && matches!(self.form, Form::Text | Form::Texts) || self.form == Form::Roles;
        let rule = if is_of_type { &rules::KW_007 } else { self.rule };
        (!is_right).then(|| (rule, self.must()))
    }

    fn must(&self) -> String {
        let most = self.most.unwrap_or(i64::MAX);
        match self.form {
            Form::Text if self.is_strict => format!("a text of {} to {most} characters", self.least.unwrap_or(0)),
            Form::Text | Form::Texts => "a text".to_owned(),
            Form::Email => format!("an email address of at most {most} characters with one @"),
            Form::Word(words) => format!("one of {}", words.join(", ")),
            Form::Flag => "true or false".to_owned(),
            Form::Number => "a whole number of 0 or more".to_owned(),
            Form::Limit => "a whole number of 0 or more, or `unlimited`".to_owned(),
            Form::OwnLimit => "a whole number of 1 or more, or `plan` or `unlimited`".to_owned(),
            Form::Set | Form::Roles => "a list of texts".to_owned(),
            Form::Services => "a list of services".to_owned(),
            Form::Date => "a date like 2027-06-30, or `never`".to_owned(),
            Form::Instant => "a time in UTC like 2027-06-30T00:00:00Z, or `never`".to_owned(),
        }
    }

    /// Whether a number, or the count of a text's characters, is within the limits.
    pub fn holds(&self, size: i64) -> bool {
        self.least.is_none_or(|least| size >= least) && self.most.is_none_or(|most| size <= most)
    }

    fn fits(&self, text: &str) -> bool {
        i64::try_from(text.chars().count()).is_ok_and(|size| self.holds(size))
    }
}

/// Whether there is one `@` with text on both sides.
pub fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
}

fn is_date(text: &str) -> bool {
    // chrono also accepts `2027-6-3` and `+2027-06-03`; neither has ten characters.
    text == "never" || (text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok())
}

fn is_instant(text: &str) -> bool {
    text == "never" || (text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok())
}
