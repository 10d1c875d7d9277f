//! `kind: Plan`: the limits and access rules for keys of a package.

use super::read::Spanned;
use super::read::TextMap;
use crate::manifest::rules;

words! {
    /// Whether a plan is in use.
    enum PlanStatus rules::CAM_019 {
        Active = "active",
        Inactive = "inactive",
    }
}

open_words! {
    /// The period of a quota.
    struct QuotaPeriod rules::CAM_019 { "minute", "hour", "day", "month", "year" }
}

mapping! {
    "Plan.spec.throttle" below "throttle."
    /// How many calls per second a key of this plan may make.
    struct Throttle {
        /// Maximum number of calls per second; 0 blocks all calls. Omit it if unlimited is true. Default: {default}.
        limit per_second: i64 = "perSecond" refuse CAM_020 default 2,
        /// true for no limit per second.
        field unlimited: bool = "unlimited",
        /// Whether a key may have its own throttle. Default: {default}.
        managed key_override: bool = "keyOverride" default true,
    }
}

mapping! {
    "Plan.spec.quota" below "quota."
    /// How many calls a key of this plan may make in a period.
    struct Quota {
        /// Maximum number of calls in a period; 0 blocks all calls. Omit it if unlimited is true. Default: {default}.
        limit calls: i64 = "calls" refuse CAM_020 default 5000,
        /// true for no quota.
        field unlimited: bool = "unlimited",
        /// The period of the quota: minute, hour, day, month or year. A key with its own quota uses the same period. Default: {default}.
        managed per: QuotaPeriod = "per" default "day",
        /// Whether a key may have its own quota. Default: {default}.
        managed key_override: bool = "keyOverride" default true,
    }
}

mapping! {
    "Plan.spec"
    /// The limits and access rules for keys of a package. metadata.name is its name, unique within its package.
    struct PlanSpec {
        /// The name of the package that the plan belongs to.
        field package: Box<str> = "package" required CAM_022,
        /// What the plan offers.
        managed description: Box<str> = "description",
        /// Whether the plan is in use: active or inactive. Default: {default}.
        managed status: PlanStatus = "status" default "active",
        /// Whether developers may create keys of this plan in the portal. Default: {default}.
        managed self_service_key_provisioning_enabled: bool = "selfServiceKeyProvisioningEnabled" default true,
        /// Whether administrators moderate keys of this plan. Default: {default}.
        managed admin_key_provisioning_enabled: bool = "adminKeyProvisioningEnabled" default true,
        /// Notes for administrators.
        managed notes: Box<str> = "notes",
        /// Maximum number of keys that one user may have in this plan; one page of the vendor reads as if all users together
        /// had so many. Default: {default}.
        managed max_num_keys_allowed: i64 = "maxNumKeysAllowed" refuse CAM_020 default 4,
        /// The number of keys that one user of a moderated plan can get before an administrator must review; with 0, every key
        /// is reviewed. Default: {default}.
        managed num_keys_before_review: i64 = "numKeysBeforeReview" refuse CAM_020 default 0,
        /// How many calls per second a key of this plan may make.
        group throttle: Throttle = "throttle",
        /// How many calls a key of this plan may make in a period.
        group quota: Quota = "quota",
        /// Whether a key may override the response filter. Default: {default}.
        managed response_filter_override_allowed: bool = "responseFilterOverrideAllowed" default true,
        /// The id of the email templates for developers.
        managed email_template_set_id: Box<str> = "emailTemplateSetId",
        /// The id of the email templates for administrators.
        managed admin_email_template_set_id: Box<str> = "adminEmailTemplateSetId",
        /// The portal access groups whose users may register keys of this plan, by name.
        managed roles: Vec<Spanned<Box<str>>> = "roles" as Roles refuse CAM_047,
        /// Custom attributes of the plan, by name. Keywright does not change attributes that are not listed.
        managed eav: TextMap = "eav",
    }
}
