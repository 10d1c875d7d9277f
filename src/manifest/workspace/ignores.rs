//! `ignores:` in `keywright.yaml`.

use crate::manifest::read::Spanned;

mapping! {
    "spec.ignores"
    /// Fields that the store is known to ignore: no update sets them, and no run reports that the store kept its own value.
    struct IgnoresSpec {
        /// Fields of users, like company.
        field users: Vec<Spanned<Box<str>>> = "users",
        /// Fields of applications.
        field applications: Vec<Spanned<Box<str>>> = "applications",
        /// Fields of packages.
        field packages: Vec<Spanned<Box<str>>> = "packages",
        /// Fields of package plans, like selfServiceKeyProvisioningEnabled.
        field plans: Vec<Spanned<Box<str>>> = "plans",
        /// Fields of package keys, like settings.status.
        field package_keys: Vec<Spanned<Box<str>>> = "packageKeys",
        /// Fields of API keys.
        field api_keys: Vec<Spanned<Box<str>>> = "apiKeys",
    }
}
