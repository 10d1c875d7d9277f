//! Why the API refuses a write: the rule, and a next step. The API only names a property, or nothing at all.

use super::api::Failure;
use super::fields;
use crate::model::Kind;
use crate::rules;
use crate::store::Refusal;

/// What the API says when it gives no reason.
const BARE: [&str; 2] = ["answered 400: Bad Request", "answered 400: no reason given"];

/// The refusal of a write of an object of this kind.
pub(super) fn explained(failure: Failure, kind: Kind, is_create: bool) -> Refusal {
    let Failure::Invalid { refusal, is_settled, is_duplicate, blank } = failure else { return failure.into() };
    if refusal.rule.is_some() || refusal.help.is_some() {
        return refusal;
    }
    let is_custom = |name: &&String| !matches!(&***name, "username" | "name") && !is_built_in(kind, name);
    let missing: Vec<&str> = blank.iter().filter(is_custom).map(|name| &**name).collect();
    let (rule, help) = if is_create && is_duplicate && kind == Kind::User {
        (Some(rules::CAM_048.id), taken().to_owned())
    } else if is_create && is_duplicate && kind == Kind::PackageKey {
        (Some(rules::CAM_085.id), USED_VALUE.to_owned())
    } else if !missing.is_empty() && matches!(kind, Kind::User | Kind::Application) {
        (Some(rules::CAM_053.id), required(&missing))
    } else if is_settled {
        // It names a property of the manifest.
        return refusal;
    } else if BARE.iter().any(|bare| refusal.reason.ends_with(bare)) {
        (None, bare(kind, is_create).to_owned())
    } else {
        (None, "this is the reason of the area, or of one of its event triggers: correct the manifest, or ask who administers \
                the area".to_owned())
    };
    Refusal { rule, help: Some(help), ..refusal }
}

fn is_built_in(kind: Kind, wire: &str) -> bool {
    fields::of(kind).iter().any(|field| field.wire == wire)
}

const USED_VALUE: &str = "another key of the package has this value, or a key of another application whose plan shares a service \
                          with this one: choose another value, or delete the other key first";

const fn taken() -> &'static str {
    "another customer of the platform has this username, or a deleted user had it: declare a username that was never used"
}

fn required(missing: &[&str]) -> String {
    let names = missing.iter().map(|name| format!("`{}`", crate::text::quoted(name))).collect::<Vec<_>>().join(" and ");
    format!("the area requires {names}: set it under extendedAttributes in the manifest")
}

const fn bare(kind: Kind, is_create: bool) -> &'static str {
    match (kind, is_create) {
        (Kind::User, true) => {
            "the service gave no reason; the usual ones are a username that is taken or was deleted (CAM-048), and a custom \
             attribute that the area requires (CAM-053)"
        }
        (Kind::Application, true) => {
            "the service gave no reason; a usual one is a custom attribute that the area requires (CAM-053)"
        }
        _ => "the service gave no reason: compare the fields of the manifest with what the portal accepts",
    }
}
