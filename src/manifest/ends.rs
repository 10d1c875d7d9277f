//! When a package key ends: on a date, never, or at an age.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;

use super::field::Form;
use super::node::Content;
use super::node::Node;
use super::read::FromNode;
use super::read::Reading;
use super::read::Spanned;
use super::scalar::DateOrNever;
use super::scalar::Duration;
use super::schema::Managed;
use super::schema::one_of;
use crate::diagnostic::Place;
use crate::manifest::rules;
use crate::model::DesiredField;
use crate::rule::Rule;

mapping! {
    "PackageKey.spec.expires"
    /// The age at which each generation of a rotated key ends.
    struct EndingAge {
        /// The age at which a generation ends, like 120d: longer than every and overlap of the rotation together.
        field after: Duration = "after" required KW_006,
    }
}

/// The end of a package key.
pub enum Ends {
    On(DateOrNever),
    /// At an age. Each generation of a rotated key has an end of its own.
    After(Spanned<Duration>),
}

impl FromNode for Ends {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        match &node.content {
            Content::Mapping(_) => EndingAge::from_node(node, reading)?.after.map(Self::After),
            Content::Scalar { .. } | Content::List(_) => DateOrNever::from_node(node, reading).map(Self::On),
        }
    }
}

impl JsonSchema for Ends {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Ends".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let forms = [DateOrNever::json_schema(generator), EndingAge::json_schema(generator)];
        one_of(forms, "Write a date like 2027-06-30, never, or an age like {after: 120d}.")
    }
}

impl Managed for Ends {
    const FORM: Form = Form::Date;
    const RULE: &'static Rule = &rules::CAM_032;

    /// The date of an age depends on the key, so a plan adds it.
    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>) {
        if let Self::On(date) = self {
            date.push_fields(field, place, fields);
        }
    }
}
