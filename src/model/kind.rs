//! The kinds of object that a store holds.

use std::fmt;

/// A kind of object, in the order in which objects may be created: what comes later may hang on what comes before.
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

    /// The word that stands under `kind:` in a manifest.
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

    /// The kind that a manifest names, or nothing.
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

    /// The word for several objects of this kind, as it stands in sentences and under `ownership:`.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Package => "packages",
            Self::Plan => "plans",
            Self::User => "users",
            Self::Application => "applications",
            Self::PackageKey => "packageKeys",
            Self::ApiKey => "apiKeys",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
