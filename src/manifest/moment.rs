//! A date, or a time with its offset.

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use super::node::Content;
use super::node::Node;
use super::read::FromNode;
use super::read::Reading;
use crate::manifest::rules;
use crate::model::Instant;
use crate::model::moment::moment;
use crate::text::quoted;

/// A date, which begins at midnight UTC, or a time with its offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment(pub Instant);

impl FromNode for Moment {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        let Content::Scalar { text, .. } = &node.content else {
            reading.mistyped(node, "a date like 2026-12-01, or a time like 2026-12-01T09:00:00Z");
            return None;
        };
        if let Some(at) = moment(text) {
            return Some(Self(at));
        }
        let message = format!("`{}` is neither a date nor a time with an offset", quoted(text));
        let help = "write it like 2026-12-01 (midnight UTC), 2026-12-01T09:00:00Z or 2026-12-01T10:00:00+01:00";
        reading.report(rules::KW_117.finding(message).at(node.place).help(help));
        None
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2}))?$";
        let says = "Write a date like 2026-12-01, or a time with its offset like 2026-12-01T09:00:00Z.";
        json_schema!({ "type": "string", "pattern": pattern, "patternErrorMessage": says, "examples": ["2026-12-01"] })
    }
}
