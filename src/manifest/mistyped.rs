//! What to write instead of a value of another form.

use super::node::Content;
use super::plain::whole_number;

/// The help for a value where `wanted` is expected. It never repeats the value, which may be a misplaced secret.
pub(super) fn help(found: &Content<'_>, wanted: &str) -> Option<&'static str> {
    match found {
        Content::Scalar { text, plain: true } if wanted.starts_with("a mapping") && is_tight_field(text) => {
            Some(TIGHT_COLON)
        }
        Content::Scalar { .. } if wanted.ends_with("PackageKey.spec.key") => {
            Some("write `key: {generate: {}}` for a generated value, or `key: {custom: {env: NAME}}` for your own")
        }
        Content::Scalar { .. } if wanted.starts_with("a list of places") => Some("write `deliver: [{file: …, as: …}]`"),
        Content::Scalar { .. } if wanted.starts_with("a list") => Some("write the value in brackets: `[value]`"),
        Content::Mapping(_) if wanted.starts_with("a list") => Some("write the mapping in brackets: `[{…}]`"),
        Content::List(_) if wanted.ends_with("a manifest") => {
            Some("write the fields without dashes, and `---` between two manifests")
        }
        Content::List(_) if wanted.starts_with("a mapping") => Some("write the fields without dashes"),
        Content::Scalar { text, .. } if wanted == "true or false" => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" => Some("write `true`, without quotes"),
            "false" | "no" | "n" | "off" => Some("write `false`, without quotes"),
            _ => None,
        },
        Content::Scalar { text, plain } if wanted == "a whole number" => match whole_number(text) {
            Some(_) if !plain => Some("write it without quotes"),
            None if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') => {
                Some("the number is too large")
            }
            _ => Some("write digits only, like 5000"),
        },
        _ => None,
    }
}

/// The field of the mapping `what` under which the field `name` belongs.
pub(super) fn parent_of(name: &str, what: &str) -> Option<&'static str> {
    match (what, name) {
        ("PackageKey.spec.key", "prefix" | "by" | "checksum") => Some("generate"),
        ("PackageKey.spec.key", "env" | "file" | "command") => Some("custom"),
        ("Plan.spec", "perSecond" | "keyOverride") => Some("throttle"),
        ("Plan.spec", "calls" | "per") => Some("quota"),
        ("PackageKey.spec", "status" | "throttle" | "quota") => Some("settings"),
        _ => None,
    }
}

/// Whether a text begins with the name of a field and a colon, without the space after it.
pub(super) fn is_tight_field(text: &str) -> bool {
    let Some((name, value)) = text.split_once(':') else { return false };
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_name && !value.is_empty() && !value.starts_with([' ', '/', ':']) && !text.contains(": ")
}

pub(super) const TIGHT_COLON: &str = "write a space after the colon: `name: value`";
