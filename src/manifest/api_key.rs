//! `kind: ApiKey`: a key of the Boomi MFT (AFT) Management API.

use super::read::Spanned;
use super::scalar::InstantOrNever;
use crate::manifest::rules;

words! {
    /// Whether the key must exist.
    enum ApiKeyState rules::KW_007 {
        Present = "present",
        /// The key exists and is disabled.
        Disabled = "disabled",
        /// The key must not exist. The API cannot delete keys, so Keywright disables it; delete it in the portal.
        Absent = "absent",
    }
}

mapping! {
    "ApiKey.spec"
    /// A key of the Boomi MFT (AFT) Management API. metadata.name is its keyName. The API cannot delete keys; it can only disable them. There is no deliver: the API documents no answer that contains the value, so copy it from the portal.
    struct ApiKeySpec {
        /// Whether the key works. Required, because the API treats a missing value as false.
        stored enabled: bool = "enabled" needs MFT_006,
        /// Whether the key is present, disabled or absent; absent disables it, because the API cannot delete it. Default: present.
        field state: ApiKeyState = "state",
        /// The API types that the key may call. An empty list needs allApis: true.
        managed allowed_apis: Vec<Spanned<Box<str>>> = "allowedApis",
        /// true if the key may call every API type.
        field all_apis: bool = "allApis",
        /// The organizations that the key is limited to, each by public code, system code, name, or id:41. An empty list needs allOrgs: true.
        managed allowed_orgs: Vec<Spanned<Box<str>>> = "allowedOrgs",
        /// true if the key works for every organization.
        field all_orgs: bool = "allOrgs",
        /// The time at which the key stops working, with an offset, like 2027-06-30T00:00:00Z, or never. Default: {default}.
        managed expires: InstantOrNever = "expires" default "never",
    }
}
