//! Plans (section 1.5 of the reference).

use super::Is;
use super::Property;
use super::explicit;
use super::implicit;
use super::text;

/// `listed` and `production` are only in the vendor's sample, not in its text; they are returned and never written.
pub(super) const PROPERTIES: &[Property] = &[
    implicit("id", Is::Id),
    implicit("created", Is::Created),
    implicit("updated", Is::Updated),
    implicit("name", Is::Name),
    text("description"),
    explicit("eav", Is::Eav),
    implicit("status", Is::Word("status")),
    implicit("selfServiceKeyProvisioningEnabled", Is::Flag("selfServiceKeyProvisioningEnabled")),
    implicit("adminKeyProvisioningEnabled", Is::Flag("adminKeyProvisioningEnabled")),
    explicit("notes", Is::Text("notes")),
    implicit("maxNumKeysAllowed", Is::Number("maxNumKeysAllowed")),
    implicit("numKeysBeforeReview", Is::Number("numKeysBeforeReview")),
    implicit("qpsLimitCeiling", Is::Ceiling("throttle.perSecond")),
    implicit("qpsLimitExempt", Is::Exempt("throttle.perSecond")),
    implicit("qpsLimitKeyOverrideAllowed", Is::Flag("throttle.keyOverride")),
    implicit("rateLimitCeiling", Is::Ceiling("quota.calls")),
    implicit("rateLimitExempt", Is::Exempt("quota.calls")),
    implicit("rateLimitKeyOverrideAllowed", Is::Flag("quota.keyOverride")),
    implicit("rateLimitPeriod", Is::Word("quota.per")),
    implicit("responseFilterOverrideAllowed", Is::Flag("responseFilterOverrideAllowed")),
    explicit("emailTemplateSetId", Is::TemplateSet("emailTemplateSetId")),
    explicit("adminEmailTemplateSetId", Is::TemplateSet("adminEmailTemplateSetId")),
    explicit("services", Is::Extra("services")),
    explicit("roles", Is::Roles),
    implicit("listed", Is::FixedFlag(false)),
    implicit("production", Is::FixedFlag(false)),
];
