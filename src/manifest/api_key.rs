//! `kind: ApiKey`: a key of the Boomi MFT (AFT) Management API.

use super::read::Spanned;
use super::scalar::InstantOrNever;
use crate::manifest::rules;

words! {
    /// Whether the key shall be there.
    enum ApiKeyState rules::KW_007 {
        Present = "present",
        /// There, and switched off.
        Disabled = "disabled",
        /// Gone. The API knows no delete, so the key is switched off and the portal deletes it.
        Absent = "absent",
    }
}

mapping! {
    "ApiKey.spec"
    /// A key of the Boomi MFT (AFT) Management API. metadata.name is its keyName. The API can not delete keys, only switch them off.
    struct ApiKeySpec {
        /// Whether the key works. It must be said, because the API takes a missing value for false.
        stored enabled: bool = "enabled" needs MFT_006,
        /// present (the default), disabled or absent.
        field state: ApiKeyState = "state",
        /// The API types that the key may call. An empty list needs allApis: true.
        managed allowed_apis: Vec<Spanned<Box<str>>> = "allowedApis",
        /// true when the key may call every API type.
        field all_apis: bool = "allApis",
        /// The organisations that the key is tied to: a public code, a system code, a name, or id:41. An empty list needs allOrgs: true.
        managed allowed_orgs: Vec<Spanned<Box<str>>> = "allowedOrgs",
        /// true when the key is good for every organisation.
        field all_orgs: bool = "allOrgs",
        /// The instant from which the key no longer works, with its offset, like 2027-06-30T00:00:00Z, or never.
        managed expires: InstantOrNever = "expires" default "never",
    }
}
