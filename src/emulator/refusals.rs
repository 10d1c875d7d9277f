//! Converts refusals of the embedded store to errors of the API (section 5.4 of the reference).

use super::answer::ApiError;
use super::wire;
use crate::model::Kind;
use crate::store::Refusal;
use crate::store::RefusalKind;

/// A refusal by a rule is a 400 that names the property; anything else is an internal error.
pub(super) fn error(kind: Kind, refusal: &Refusal) -> ApiError {
    match refusal.kind {
        RefusalKind::Rejected => {
            let rule = refusal.rule.as_ref().map_or("", |rule| rule.0);
            ApiError::property(property(kind, rule, &refusal.reason), message(rule, &refusal.reason))
        }
        // The service has no preconditions, so it does not report a write in between.
        RefusalKind::Stale | RefusalKind::Unavailable | RefusalKind::Unsettled => {
            ApiError::new(500, "Internal Server Error")
        }
    }
}

/// A message in the words of an API, which knows no addresses, manifests or rules. Only two are known of the service: a
/// blank value, and duplicates, which clients recognize by `duplicate value`.
fn message(rule: &str, reason: &str) -> &'static str {
    let is_blank = ["empty", "missing", "not blank"].iter().any(|word| reason.contains(word));
    match rule {
        "CAM-011" | "CAM-025" | "CAM-048" => DUPLICATE,
        "CAM-014" | "CAM-018" if reason.contains("already") => DUPLICATE,
        _ if is_blank => "This value is not allowed to be blank.",
        "CAM-009" | "CAM-022" | "CAM-023" if !reason.contains("cannot move") => "The object does not exist.",
        "CAM-007" | "CAM-008" | "CAM-013" | "CAM-017" | "CAM-022" | "CAM-031" | "CAM-036" | "CAM-037" | "CAM-038"
        | "CAM-039" => "This value cannot be changed.",
        "CAM-027" => "The plan does not allow keys to override this limit.",
        "CAM-034" => "The member is not active.",
        "CAM-044" | "CAM-045" => "The object is used by other objects.",
        "CAM-046" => "The object is managed by the platform.",
        "CAM-047" => "The role does not exist.",
        _ if reason.contains("characters") => "This value contains characters that are not allowed, or is too long.",
        _ => "This value is not allowed.",
    }
}

const DUPLICATE: &str = "duplicate value: This value is already used.";

/// The wrong property: the field at the start of the reason, or the subject of the rule.
fn property(kind: Kind, rule: &str, reason: &str) -> &'static str {
    let field = reason.strip_prefix('`').and_then(|rest| rest.split_once('`')).map(|(field, _)| field);
    if let Some(property) = field.and_then(|field| wire::property_of(kind, field)) {
        return property;
    }
    match rule {
        "CAM-001" | "CAM-007" | "CAM-048" => "username",
        "CAM-003" | "CAM-008" => "email",
        "CAM-010" | "CAM-011" | "CAM-014" | "CAM-018" => "name",
        "CAM-016" | "CAM-022" | "CAM-036" => "package",
        "CAM-017" => "keyAdapter",
        "CAM-023" => "plan",
        "CAM-024" | "CAM-025" | "CAM-038" => "apikey",
        "CAM-027" if reason.contains("settings.throttle") => "qpsLimitCeiling",
        "CAM-027" => "rateLimitCeiling",
        "CAM-030" | "CAM-031" | "CAM-034" => "status",
        "CAM-039" => "secret",
        "CAM-044" | "CAM-045" | "CAM-046" => "id",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Kind;
    use crate::rules;
    use crate::store::Refusal;

    #[test]
    fn a_duplicate_is_recognized_by_its_words() {
        let refusal = Refusal::rejected(&rules::CAM_014, "package/pay is already in the store");
        let error = super::error(Kind::Package, &refusal);
        assert_eq!((error.status, error.errors[0].0.as_str()), (400, "name"));
        assert!(error.errors[0].1.contains("duplicate value"));
        let refusal = Refusal::rejected(&rules::CAM_014, "its name is empty");
        assert_eq!(super::error(Kind::Package, &refusal).errors[0].1, "This value is not allowed to be blank.");
    }

    #[test]
    fn no_message_has_the_words_of_a_manifest() {
        for rule in rules::catalogue::all() {
            for reason in ["package/pay is already in the store", "`throttle.perSecond` must be 0 or more, not -1"] {
                let message = super::message(rule.id.0, reason);
                assert!(!message.contains(['`', '/']) && !message.contains("store"), "{}: {message}", rule.id);
            }
        }
    }

    #[test]
    fn the_property_is_the_one_of_the_api() {
        let refusal =
            Refusal::rejected(&rules::CAM_020, "`throttle.perSecond` must be a whole number of 0 or more, not -1");
        assert_eq!(super::error(Kind::Plan, &refusal).errors[0].0, "qpsLimitCeiling");
        assert_eq!(super::error(Kind::User, &Refusal::unavailable("disk full")).status, 500);
    }
}
