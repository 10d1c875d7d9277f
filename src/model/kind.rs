//! The kinds of objects in a store.

use std::fmt;

/// A kind of object, in creation order: parents before children.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    Package,
    Plan,
    User,
    Application,
    PackageKey,
    ApiKey,
}

impl Kind {
    /// Every kind, in creation order.
    pub const ALL: [Self; 6] =
        [Self::Package, Self::Plan, Self::User, Self::Application, Self::PackageKey, Self::ApiKey];

    /// The value of `kind:` in a manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Package => "Package",
            Self::Plan => "Plan",
            Self::User => "User",
            Self::Application => "Application",
            Self::PackageKey => "PackageKey",
            Self::ApiKey => "ApiKey",
        }
    }

    /// The kind with a name in manifests.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The first word of an address of this kind.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Plan => "plan",
            Self::User => "user",
            Self::Application => "application",
            Self::PackageKey => "key",
            Self::ApiKey => "apikey",
        }
    }

    /// The plural in sentences.
    /// The kind in a sentence about one object.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Plan => "package plan",
            Self::User => "user",
            Self::Application => "application",
            Self::PackageKey => "package key",
            Self::ApiKey => "API key",
        }
    }

    pub const fn plural(self) -> &'static str {
        match self {
            Self::Package => "packages",
            Self::Plan => "package plans",
            Self::User => "users",
            Self::Application => "applications",
            Self::PackageKey => "package keys",
            Self::ApiKey => "API keys",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
