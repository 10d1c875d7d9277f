//! What is known of one managed field. Manifests declare the fields, see [`super::fields`].

use crate::manifest::rules;
use crate::model::Value;
use crate::rule::Rule;

/// One field that a store keeps.
pub struct Field {
    /// As the diff calls it: `email`, `throttle.perSecond`; for a field of [`Form::Texts`] what stands before the dot.
    pub name: &'static str,
    pub form: Form,
    /// The rule that a wrong value breaks.
    pub rule: &'static Rule,
    /// The fewest and the most: characters of a text, or the number itself.
    pub least: Option<i64>,
    pub most: Option<i64>,
    /// Whether stores refuse what is outside of these limits. Where they are only known from the old API, the rules
    /// warn, and what is only warned of must be possible.
    pub is_strict: bool,
    /// The rule that says that a new object must have the field.
    pub required: Option<&'static Rule>,
    /// What a store gives a new object in which nobody sets the field, and a field that is cleared.
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
    /// A date, or `never`.
    Date,
    /// An instant in UTC, or `never`.
    Instant,
    /// Texts under free names.
    Texts,
}

impl Field {
    /// Whether the diff means this field by `name`: `eav.team` is of the field `eav`.
    pub fn is(&self, name: &str) -> bool {
        match name.strip_prefix(self.name) {
            Some("") => self.form != Form::Texts,
            Some(rest) => self.form == Form::Texts && rest.len() > 1 && rest.starts_with('.'),
            None => false,
        }
    }

    /// The rule that the value breaks, and what the value must be. Which roles there are only the store knows.
    pub fn broken(&self, value: &Value) -> Option<(&'static Rule, String)> {
        let is_right = match (self.form, value) {
            (Form::Text | Form::Texts, Value::Text(text)) => !self.is_strict || self.fits(text),
            (Form::Email, Value::Text(text)) => self.fits(text) && text.matches('@').count() == 1,
            (Form::Word(words), Value::Text(text)) => words.contains(&text.as_ref()),
            (Form::Flag, Value::Bool(_)) | (Form::Set | Form::Roles, Value::Set(_)) => true,
            (Form::Number | Form::Limit, Value::Number(number)) => *number >= 0,
            (Form::OwnLimit, Value::Number(number)) => *number >= 1,
            (Form::Limit, Value::Text(word)) => &**word == "unlimited",
            (Form::OwnLimit, Value::Text(word)) => matches!(&**word, "plan" | "unlimited"),
            (Form::Date, Value::Text(text)) => is_date(text),
            (Form::Instant, Value::Text(text)) => is_instant(text),
            _ => false,
        };
        // A rule about the length of a text does not say that it is a text.
        let is_of_type = !self.is_strict && matches!(self.form, Form::Text | Form::Texts) || self.form == Form::Roles;
        let rule = if is_of_type { &rules::KW_007 } else { self.rule };
        (!is_right).then(|| (rule, self.must()))
    }

    fn must(&self) -> String {
        let most = self.most.unwrap_or(i64::MAX);
        match self.form {
            Form::Text if self.is_strict => format!("a text of {} to {most} characters", self.least.unwrap_or(0)),
            Form::Text | Form::Texts => "a text".to_owned(),
            Form::Email => format!("an e-mail address of at most {most} characters with one @"),
            Form::Word(words) => format!("one of {}", words.join(", ")),
            Form::Flag => "true or false".to_owned(),
            Form::Number => "a whole number of 0 or more".to_owned(),
            Form::Limit => "a whole number of 0 or more, or `unlimited`".to_owned(),
            Form::OwnLimit => "a whole number of 1 or more, or `plan` or `unlimited`".to_owned(),
            Form::Set | Form::Roles => "a list of texts".to_owned(),
            Form::Date => "a date as 2027-06-30, or `never`".to_owned(),
            Form::Instant => "an instant in UTC as 2027-06-30T00:00:00Z, or `never`".to_owned(),
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

fn is_date(text: &str) -> bool {
    // chrono also takes `2027-6-3` and `+2027-06-03`; ten characters leave only the written form.
    text == "never" || (text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok())
}

fn is_instant(text: &str) -> bool {
    text == "never" || (text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok())
}
