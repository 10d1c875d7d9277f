//! The words of the documents, and their schemas.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::diagnostic;
use crate::model;
use crate::plan;

/// Makes an enum of words out of an enum of the core.
macro_rules! words {
    ($(#[doc = $about:literal])* $name:ident from $core:ty { $($(#[doc = $doc:literal])* $variant:ident,)+ }) => {
        $(#[doc = $about])*
        #[derive(Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
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
    /// How bad a finding is.
    Severity from diagnostic::Severity {
        /// The work stops.
        Error,
        /// Likely a mistake; the work goes on.
        Warning,
        /// Worth knowing.
        Info,
    }
}

words! {
    /// What is done to an object.
    Action from plan::Action {
        /// The object is made.
        Create,
        /// Fields of the object are changed.
        Update,
        /// The object is switched on.
        Enable,
        /// The object is switched off.
        Disable,
        /// The object is deleted and made again, because a field that can not change must change.
        Replace,
        /// The value of a key is written to where it is read; the store is not touched.
        Deliver,
        /// The object is deleted.
        Delete,
    }
}

/// The kind of an object, as manifests write it.
#[derive(Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schemars(inline)]
pub(crate) enum Kind {
    Package,
    Plan,
    User,
    Application,
    PackageKey,
    ApiKey,
}

impl From<model::Kind> for Kind {
    fn from(kind: model::Kind) -> Self {
        match kind {
            model::Kind::Package => Self::Package,
            model::Kind::Plan => Self::Plan,
            model::Kind::User => Self::User,
            model::Kind::Application => Self::Application,
            model::Kind::PackageKey => Self::PackageKey,
            model::Kind::ApiKey => Self::ApiKey,
        }
    }
}

impl From<Kind> for model::Kind {
    fn from(word: Kind) -> Self {
        match word {
            Kind::Package => Self::Package,
            Kind::Plan => Self::Plan,
            Kind::User => Self::User,
            Kind::Application => Self::Application,
            Kind::PackageKey => Self::PackageKey,
            Kind::ApiKey => Self::ApiKey,
        }
    }
}

/// A value of a field: a text, a whole number, true or false, or a list of texts whose order has no meaning.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Number(i64),
    Bool(bool),
    Set(Vec<&'a str>),
}

impl<'a> From<&'a model::Value> for Value<'a> {
    fn from(value: &'a model::Value) -> Self {
        match value {
            model::Value::Text(text) => Self::Text(text),
            model::Value::Number(number) => Self::Number(*number),
            model::Value::Bool(flag) => Self::Bool(*flag),
            model::Value::Set(items) => Self::Set(items.iter().map(AsRef::as_ref).collect()),
        }
    }
}
