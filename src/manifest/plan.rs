//! `kind: Plan`: the terms under which keys of a package are used.

use super::read::Spanned;
use super::read::TextMap;
use super::schema::Managed;
use crate::diagnostic::Place;
use crate::manifest::rules;
use crate::model::Value;
use crate::model::Wish;

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
    "Plan.spec.throttle"
    /// How fast a key of this plan may call.
    struct Throttle {
        /// Calls per second, 0 or more. Leave it out when unlimited is true.
        field per_second: i64 = "perSecond",
        /// true for no limit per second.
        field unlimited: bool = "unlimited",
        /// Whether a single key may have a throttle of its own.
        field key_override: bool = "keyOverride",
    }
}

mapping! {
    "Plan.spec.quota"
    /// How many calls a key of this plan may make in a period.
    struct Quota {
        /// Calls per period, 0 or more. Leave it out when unlimited is true.
        field calls: i64 = "calls",
        /// true for no quota.
        field unlimited: bool = "unlimited",
        /// The period that is counted: minute, hour, day or month. A key's own quota counts the same period.
        field per: QuotaPeriod = "per",
        /// Whether a single key may have a quota of its own.
        field key_override: bool = "keyOverride",
    }
}

mapping! {
    "Plan.spec"
    /// The terms under which keys of a package are used: how fast, how much, by whom. metadata.name is its name, unique within its package.
    struct PlanSpec {
        /// The name of the package that the plan belongs to.
        field package: Box<str> = "package" required rules::CAM_022,
        /// What the plan offers.
        managed description: Box<str> = "description",
        /// active or inactive.
        managed status: PlanStatus = "status",
        /// Whether developers may take a key of this plan in the portal by themselves.
        managed self_service_key_provisioning_enabled: bool = "selfServiceKeyProvisioningEnabled",
        /// Whether keys of this plan are moderated by administrators.
        managed admin_key_provisioning_enabled: bool = "adminKeyProvisioningEnabled",
        /// Notes for administrators.
        managed notes: Box<str> = "notes",
        /// How many keys one user may hold in this plan.
        managed max_num_keys_allowed: i64 = "maxNumKeysAllowed",
        /// How many keys one user gets before an administrator must look.
        managed num_keys_before_review: i64 = "numKeysBeforeReview",
        /// How fast a key of this plan may call.
        managed throttle: Throttle = "throttle",
        /// How many calls a key of this plan may make in a period.
        managed quota: Quota = "quota",
        /// Whether a single key may change the response filter.
        managed response_filter_override_allowed: bool = "responseFilterOverrideAllowed",
        /// The id of the mail templates for developers.
        managed email_template_set_id: Box<str> = "emailTemplateSetId",
        /// The id of the mail templates for administrators.
        managed admin_email_template_set_id: Box<str> = "adminEmailTemplateSetId",
        /// The portal access groups whose users may register keys of this plan, by name.
        managed roles: Vec<Spanned<Box<str>>> = "roles",
        /// Custom attributes of the plan, by name. Attributes that are not listed are left alone.
        managed eav: TextMap = "eav",
    }
}

/// The limit of a dimension: a number, or the word for none. `unlimited: false` alone says nothing.
fn limit(number: Option<&Spanned<i64>>, unlimited: Option<&Spanned<bool>>) -> Option<(Value, Place)> {
    match (number, unlimited) {
        (_, Some(unlimited)) if unlimited.value => Some((Value::text("unlimited"), unlimited.place)),
        (Some(number), _) => Some((Value::Number(number.value), number.place)),
        (None, _) => None,
    }
}

impl Managed for Throttle {
    fn wish(&self, _: &'static str, _: Place, wishes: &mut Vec<Wish>) {
        if let Some((value, place)) = limit(self.per_second.as_ref(), self.unlimited.as_ref()) {
            wishes.push(Wish { field: "throttle.perSecond".into(), value, place });
        }
        if let Some(flag) = &self.key_override {
            flag.value.wish("throttle.keyOverride", flag.place, wishes);
        }
    }
}

impl Managed for Quota {
    fn wish(&self, _: &'static str, _: Place, wishes: &mut Vec<Wish>) {
        if let Some((value, place)) = limit(self.calls.as_ref(), self.unlimited.as_ref()) {
            wishes.push(Wish { field: "quota.calls".into(), value, place });
        }
        if let Some(per) = &self.per {
            per.value.wish("quota.per", per.place, wishes);
        }
        if let Some(flag) = &self.key_override {
            flag.value.wish("quota.keyOverride", flag.place, wishes);
        }
    }
}
