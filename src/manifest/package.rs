//! `kind: Package`: a bundle of API plans.

use super::read::Spanned;
use super::read::TextMap;
use crate::manifest::rules;

words! {
    /// How often a notification is sent at most.
    enum NotifyPeriod rules::CAM_015 {
        Minute = "minute",
        Hour = "hour",
        Day = "day",
        Week = "week",
        Month = "month",
    }
}

mapping! {
    "Package.spec"
    /// A package bundles API plans; keys are made for a plan of a package. metadata.name is its name, at most 255 characters.
    struct PackageSpec {
        /// What the package offers.
        managed description: Box<str> = "description",
        /// How often developers are notified at most: minute, hour, day, week or month.
        managed notify_developer_period: NotifyPeriod = "notifyDeveloperPeriod" default "day",
        /// Whether developers hear that their quota is nearly used up.
        managed notify_developer_near_quota: bool = "notifyDeveloperNearQuota" default false,
        /// Whether developers hear that their quota is used up.
        managed notify_developer_over_quota: bool = "notifyDeveloperOverQuota" default false,
        /// Whether developers hear that they called too fast.
        managed notify_developer_over_throttle: bool = "notifyDeveloperOverThrottle" default false,
        /// How often administrators are notified at most: minute, hour, day, week or month.
        managed notify_admin_period: NotifyPeriod = "notifyAdminPeriod" default "day",
        /// Whether administrators hear that a key's quota is nearly used up.
        managed notify_admin_near_quota: bool = "notifyAdminNearQuota" default false,
        /// Whether administrators hear that a key's quota is used up.
        managed notify_admin_over_quota: bool = "notifyAdminOverQuota" default false,
        /// Whether administrators hear that a key called too fast.
        managed notify_admin_over_throttle: bool = "notifyAdminOverThrottle" default false,
        /// The mail addresses of the administrators to notify; their order does not matter.
        managed notify_admin_emails: Vec<Spanned<Box<str>>> = "notifyAdminEmails",
        /// From how many per cent of the quota it counts as nearly used up, {least} to {most}.
        managed near_quota_threshold: i64 = "nearQuotaThreshold" from 0 to 100 warn CAM_016 default 50,
        /// How long generated key values are, {least} to {most} characters; the store's default is {default}.
        managed key_length: i64 = "keyLength" from 1 to 255 warn CAM_016 default 24,
        /// How long generated shared secrets are, {least} to {most} characters; 0 means that keys have none.
        managed shared_secret_length: i64 = "sharedSecretLength" from 0 to 255 warn CAM_016 default 0,
        /// Custom attributes of the package, by name. Attributes that are not listed are left alone.
        managed eav: TextMap = "eav",
    }
}
