//! `kind: Plan`: the terms under which keys of a package are used.

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

words! {
    /// The period that a quota counts.
    enum QuotaPeriod rules::CAM_019 {
        Minute = "minute",
        Hour = "hour",
        Day = "day",
        Month = "month",
    }
}

mapping! {
    "Plan.spec.throttle" below "throttle."
    /// How fast a key of this plan may call.
    struct Throttle {
        /// Calls per second, 0 or more. Leave it out when unlimited is true.
        limit per_second: i64 = "perSecond" refuse CAM_020 default 2,
        /// true for no limit per second.
        field unlimited: bool = "unlimited",
        /// Whether a single key may have a throttle of its own.
        managed key_override: bool = "keyOverride" default true,
    }
}

mapping! {
    "Plan.spec.quota" below "quota."
    /// How many calls a key of this plan may make in a period.
    struct Quota {
        /// Calls per period, 0 or more. Leave it out when unlimited is true.
        limit calls: i64 = "calls" refuse CAM_020 default 5000,
        /// true for no quota.
        field unlimited: bool = "unlimited",
        /// The period that is counted: minute, hour, day or month. A key's own quota counts the same period.
        managed per: QuotaPeriod = "per" default "day",
        /// Whether a single key may have a quota of its own.
        managed key_override: bool = "keyOverride" default true,
    }
}

mapping! {
    "Plan.spec"
    /// The terms under which keys of a package are used: how fast, how much, by whom. metadata.name is its name, unique within its package.
    struct PlanSpec {
        /// The name of the package that the plan belongs to.
        field package: Box<str> = "package" required CAM_022,
        /// What the plan offers.
        managed description: Box<str> = "description",
        /// active or inactive.
        managed status: PlanStatus = "status" default "active",
        /// Whether developers may take a key of this plan in the portal by themselves.
        managed self_service_key_provisioning_enabled: bool = "selfServiceKeyProvisioningEnabled" default true,
        /// Whether keys of this plan are moderated by administrators.
        managed admin_key_provisioning_enabled: bool = "adminKeyProvisioningEnabled" default true,
        /// Notes for administrators.
        managed notes: Box<str> = "notes",
        /// How many keys one user may hold in this plan.
        managed max_num_keys_allowed: i64 = "maxNumKeysAllowed" refuse CAM_020 default 4,
        /// How many keys one user gets before an administrator must look.
        managed num_keys_before_review: i64 = "numKeysBeforeReview" refuse CAM_020 default 0,
        /// How fast a key of this plan may call.
        group throttle: Throttle = "throttle",
        /// How many calls a key of this plan may make in a period.
        group quota: Quota = "quota",
        /// Whether a single key may change the response filter.
        managed response_filter_override_allowed: bool = "responseFilterOverrideAllowed" default true,
        /// The id of the mail templates for developers.
        managed email_template_set_id: Box<str> = "emailTemplateSetId",
        /// The id of the mail templates for administrators.
        managed admin_email_template_set_id: Box<str> = "adminEmailTemplateSetId",
        /// The portal access groups whose users may register keys of this plan, by name.
        managed roles: Vec<Spanned<Box<str>>> = "roles" as Roles refuse CAM_047,
        /// Custom attributes of the plan, by name. Attributes that are not listed are left alone.
        managed eav: TextMap = "eav",
    }
}
