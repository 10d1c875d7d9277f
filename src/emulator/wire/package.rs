//! Packages (section 1.4 of the reference).

use super::Is;
use super::Property;
use super::explicit;
use super::implicit;
use super::text;
use crate::model::Kind;

/// `keyAdapter` is reserved for the vendor's engineers: it is always empty, and writing to it is refused.
pub(super) const PROPERTIES: &[Property] = &[
    implicit("id", Is::Id),
    implicit("created", Is::Created),
    implicit("updated", Is::Updated),
    implicit("name", Is::Name),
    text("description"),
    implicit("notifyDeveloperPeriod", Is::Word("notifyDeveloperPeriod")),
    explicit("notifyDeveloperNearQuota", Is::Flag("notifyDeveloperNearQuota")),
    explicit("notifyDeveloperOverQuota", Is::Flag("notifyDeveloperOverQuota")),
    explicit("notifyDeveloperOverThrottle", Is::Flag("notifyDeveloperOverThrottle")),
    implicit("notifyAdminPeriod", Is::Word("notifyAdminPeriod")),
    explicit("notifyAdminNearQuota", Is::Flag("notifyAdminNearQuota")),
    explicit("notifyAdminOverQuota", Is::Flag("notifyAdminOverQuota")),
    explicit("notifyAdminOverThrottle", Is::Flag("notifyAdminOverThrottle")),
    explicit("notifyAdminEmails", Is::Emails("notifyAdminEmails")),
    explicit("nearQuotaThreshold", Is::Number("nearQuotaThreshold")),
    explicit("eav", Is::Eav),
    explicit("keyAdapter", Is::Text("keyAdapter")),
    explicit("keyLength", Is::Number("keyLength")),
    explicit("sharedSecretLength", Is::Number("sharedSecretLength")),
    explicit("plans", Is::Below(Kind::Plan)),
    explicit("organization", Is::Extra("organization")),
];
