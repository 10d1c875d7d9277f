//! `kind: Package`: a bundle of API plans.

use super::read::Spanned;
use super::read::TextMap;
use crate::manifest::rules;

open_words! {
    /// The shortest time between two notifications.
    struct NotifyPeriod rules::CAM_015 { "minute", "hour", "day", "week", "month" }
}

mapping! {
    "Package.spec"
    /// A package bundles API plans; keys are made for a plan of a package. metadata.name is its name, at most 255 characters.
    struct PackageSpec {
        /// What the package offers.
        managed description: Box<str> = "description",
        /// The shortest time between two notifications to a developer: minute, hour, day, week or month. Default: {default}.
        managed notify_developer_period: NotifyPeriod = "notifyDeveloperPeriod" default "day",
        /// Whether developers are notified when a key is near its quota. Default: {default}.
        managed notify_developer_near_quota: bool = "notifyDeveloperNearQuota" default false,
        /// Whether developers are notified when a key exceeds its quota. Default: {default}.
        managed notify_developer_over_quota: bool = "notifyDeveloperOverQuota" default false,
        /// Whether developers are notified when a key exceeds its throttle. Default: {default}.
        managed notify_developer_over_throttle: bool = "notifyDeveloperOverThrottle" default false,
        /// The shortest time between two notifications to administrators: minute, hour, day, week or month. Default: {default}.
        managed notify_admin_period: NotifyPeriod = "notifyAdminPeriod" default "day",
        /// Whether administrators are notified when a key is near its quota. Default: {default}.
        managed notify_admin_near_quota: bool = "notifyAdminNearQuota" default false,
        /// Whether administrators are notified when a key exceeds its quota. Default: {default}.
        managed notify_admin_over_quota: bool = "notifyAdminOverQuota" default false,
        /// Whether administrators are notified when a key exceeds its throttle. Default: {default}.
        managed notify_admin_over_throttle: bool = "notifyAdminOverThrottle" default false,
        /// The email addresses of the administrators to notify, in any order.
        managed notify_admin_emails: Vec<Spanned<Box<str>>> = "notifyAdminEmails",
        /// The percentage of the quota from which a key counts as near its quota. From {least} to {most}. Default: {default}.
        managed near_quota_threshold: i64 = "nearQuotaThreshold" from 0 to 100 warn CAM_016 default 50,
        /// The length of generated key values, in characters. From {least} to {most}. Default: {default}.
        managed key_length: i64 = "keyLength" from 1 to 255 warn CAM_016 default 24,
        /// The length of generated shared secrets, in characters; 0 means that keys have no secret. From {least} to {most}. Default: {default}.
        managed shared_secret_length: i64 = "sharedSecretLength" from 0 to 255 warn CAM_016 default 0,
        /// Custom attributes of the package, by name. Keywright does not change attributes that are not listed.
        managed eav: TextMap = "eav",
    }
}
