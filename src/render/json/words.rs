//! The enums and values that the documents share.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::diagnostic;
use crate::model;
use crate::plan;

/// Defines an enum of a document for an enum of the core.
macro_rules! words {
    ($(#[$about:meta])* $name:ident from $core:ty { $($(#[doc = $doc:literal])* $variant:ident,)+ }) => {
        #[derive(Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
        $(#[$about])*
        #[schemars(inline)]
        pub(crate) enum $name { $($(#[doc = $doc])* $variant,)+ }

        impl From<$core> for $name {
            fn from(core: $core) -> Self {
                match core { $(<$core>::$variant => Self::$variant,)+ }
            }
        }

        impl From<$name> for $core {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant,)+ }
            }
        }
    };
}

words! {
    /// The severity of a finding.
    #[serde(rename_all = "camelCase")]
    Severity from diagnostic::Severity {
        /// Stops the run.
        Error,
        /// Likely a mistake; does not stop the run.
        Warning,
        /// A note.
        Info,
    }
}

words! {
    /// The action on an object.
    #[serde(rename_all = "camelCase")]
    Action from plan::Action {
        /// The object is created.
        Create,
        /// Fields of the object change.
        Update,
        /// The object is enabled.
        Enable,
        /// The object is disabled.
        Disable,
        /// The object is deleted and created again, because the store cannot change the field.
        Replace,
        /// The value of a key is written to its delivery files; the store does not change.
        Deliver,
        /// The object is deleted.
        Delete,
    }
}

words! {
    /// The kind of an object, as manifests write it.
    Kind from model::Kind { Package, Plan, User, Application, PackageKey, ApiKey, }
}

/// The longest text that is written whole, in characters. Reports are for readers; a saved plan has the whole values.
const LONGEST: usize = 10_000;

/// A value of a field: a text, a whole number, true or false, or a list of texts whose order has no meaning. Of a text with more
/// than 10,000 characters only these are here, followed by `… (` and the number of all its characters.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Bool(bool),
    Set(Vec<Cow<'a, str>>),
}

impl<'a> From<&'a model::Value> for Value<'a> {
    fn from(value: &'a model::Value) -> Self {
        match value {
            model::Value::Text(text) => Self::Text(shown(text)),
            model::Value::Number(number) => Self::Number(*number),
            model::Value::Bool(flag) => Self::Bool(*flag),
            model::Value::Set(items) => Self::Set(items.iter().map(|item| shown(item)).collect()),
        }
    }
}

fn shown(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_with_its_length() {
        assert_eq!(shown(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
        assert_eq!(shown(&"é".repeat(20_000)), "é".repeat(LONGEST) + "… (20000 characters)");
        assert_eq!(shown("a\nb"), "a\nb");
    }
}

/// A place that receives a key's value: a file with lines of NAME=value, or a path in a sink.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delivery<'a> {
    /// The path of a file below the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// The name of a sink in keywright.yaml.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    /// The path in the sink.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    /// The name of the value: in a file the one before the equals sign.
    r#as: &'a str,
    /// true if the place receives the shared secret of the key instead of its value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    secret: bool,
}

impl<'a> From<&'a model::Delivery> for Delivery<'a> {
    fn from(to: &'a model::Delivery) -> Self {
        let (file, path) = if to.sink.is_none() { (Some(&*to.file), None) } else { (None, Some(&*to.file)) };
        Self { file, to: to.sink.as_deref(), path, r#as: &to.variable, secret: to.is_secret() }
    }
}
