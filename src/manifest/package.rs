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
        managed notify_developer_period: NotifyPeriod = "notifyDeveloperPeriod",
        /// Whether developers hear that their quota is nearly used up.
        managed notify_developer_near_quota: bool = "notifyDeveloperNearQuota",
        /// Whether developers hear that their quota is used up.
        managed notify_developer_over_quota: bool = "notifyDeveloperOverQuota",
        /// Whether developers hear that they called too fast.
        managed notify_developer_over_throttle: bool = "notifyDeveloperOverThrottle",
        /// How often administrators are notified at most: minute, hour, day, week or month.
        managed notify_admin_period: NotifyPeriod = "notifyAdminPeriod",
        /// Whether administrators hear that a key's quota is nearly used up.
        managed notify_admin_near_quota: bool = "notifyAdminNearQuota",
        /// Whether administrators hear that a key's quota is used up.
        managed notify_admin_over_quota: bool = "notifyAdminOverQuota",
        /// Whether administrators hear that a key called too fast.
        managed notify_admin_over_throttle: bool = "notifyAdminOverThrottle",
        /// The mail addresses of the administrators to notify; their order does not matter.
        managed notify_admin_emails: Vec<Spanned<Box<str>>> = "notifyAdminEmails",
        /// From how many per cent of the quota it counts as nearly used up, 0 to 100.
        managed near_quota_threshold: i64 = "nearQuotaThreshold",
        /// How long generated key values are, 1 to 255 characters; the store's default is 24.
        managed key_length: i64 = "keyLength",
        /// How long generated shared secrets are, 0 to 255 characters; 0 means that keys have none.
        managed shared_secret_length: i64 = "sharedSecretLength",
        /// Custom attributes of the package, by name. Attributes that are not listed are left alone.
        managed eav: TextMap = "eav",
    }
}
