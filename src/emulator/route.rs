//! Paths to resources (section 4.1 of the reference).

use super::services::ServicePath;
use crate::model::Kind;

/// The target of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Route<'a> {
    /// All objects of a kind, or those of one parent.
    List { kind: Kind, parent: Option<&'a str> },
    /// One object; with a parent, only if it belongs to it.
    One { kind: Kind, parent: Option<&'a str>, id: &'a str },
    /// The services of the area.
    Services { path: ServicePath<'a> },
    /// The services that a plan opens.
    PlanServices { package: &'a str, plan: &'a str, path: ServicePath<'a> },
    /// A read-only list, or one row of it.
    Lookup { what: Lookup, id: Option<&'a str> },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lookup {
    Roles,
    Organizations,
    EmailTemplateSets,
}

/// The resource for the parts of a path below `/v3/rest`.
pub(super) fn route<'a>(path: &[&'a str]) -> Option<Route<'a>> {
    let list = |kind, parent| Some(Route::List { kind, parent });
    let one = |kind, parent, id| Some(Route::One { kind, parent, id });
    let lookup = |what, id| Some(Route::Lookup { what, id });
    match *path {
        ["members"] => list(Kind::User, None),
        ["members", id] => one(Kind::User, None, id),
        ["members", member, "applications"] => list(Kind::Application, Some(member)),
        ["members", member, "applications", id] => one(Kind::Application, Some(member), id),
        ["applications"] => list(Kind::Application, None),
        ["applications", id] => one(Kind::Application, None, id),
        ["applications", application, "packageKeys"] => list(Kind::PackageKey, Some(application)),
        ["applications", application, "packageKeys", id] => one(Kind::PackageKey, Some(application), id),
        ["packageKeys"] => list(Kind::PackageKey, None),
        ["packageKeys", id] => one(Kind::PackageKey, None, id),
        ["packages"] => list(Kind::Package, None),
        ["packages", id] => one(Kind::Package, None, id),
        ["packages", package, "plans"] => list(Kind::Plan, Some(package)),
        ["packages", package, "plans", id] => one(Kind::Plan, Some(package), id),
        ["packages", package, "plans", plan, "services", ref rest @ ..] => {
            ServicePath::parse(rest).map(|path| Route::PlanServices { package, plan, path })
        }
        ["services", ref rest @ ..] => ServicePath::parse(rest).map(|path| Route::Services { path }),
        ["roles"] => lookup(Lookup::Roles, None),
        ["roles", id] => lookup(Lookup::Roles, Some(id)),
        ["organizations"] => lookup(Lookup::Organizations, None),
        ["organizations", id] => lookup(Lookup::Organizations, Some(id)),
        ["emailTemplateSets"] => lookup(Lookup::EmailTemplateSets, None),
        ["emailTemplateSets", id] => lookup(Lookup::EmailTemplateSets, Some(id)),
        _ => None,
    }
}

/// The fixed words of paths; every other part is an id.
pub(super) const WORDS: [&str; 13] = [
    "v3",
    "rest",
    "token",
    "members",
    "applications",
    "packageKeys",
    "packages",
    "plans",
    "services",
    "endpoints",
    "roles",
    "organizations",
    "emailTemplateSets",
];
