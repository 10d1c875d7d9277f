//! The table of fields that stores keep, as the kinds of manifest declare them: names, forms, limits, rules, defaults.

use std::sync::LazyLock;

use super::api_key::ApiKeySpec;
use super::application::ApplicationSpec;
use super::package::PackageSpec;
use super::package_key::PackageKeySpec;
use super::plan::PlanSpec;
use super::user::UserSpec;
use crate::manifest::field::Field;
use crate::model::Kind;

static TABLE: LazyLock<[Vec<Field>; 6]> = LazyLock::new(|| Kind::ALL.map(declared));

fn declared(kind: Kind) -> Vec<Field> {
    let mut all = Vec::new();
    match kind {
        Kind::Package => PackageSpec::table(&mut all),
        Kind::Plan => PlanSpec::table(&mut all),
        Kind::User => UserSpec::table(&mut all),
        Kind::Application => ApplicationSpec::table(&mut all),
        Kind::PackageKey => PackageKeySpec::table(&mut all),
        Kind::ApiKey => ApiKeySpec::table(&mut all),
    }
    all
}

/// The fields of a kind that a store keeps, in the order of declaration; those of a group stand in its place.
pub fn of(kind: Kind) -> &'static [Field] {
    &TABLE[kind as usize]
}

/// The field that the diff means by a name; `eav.team` is of the field `eav`.
pub fn find(kind: Kind, name: &str) -> Option<&'static Field> {
    of(kind).iter().find(|field| field.is(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once_and_every_default_is_right() {
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at, "{kind} is found by its place");
            for field in of(kind) {
                assert_eq!(
                    of(kind).iter().filter(|other| other.name == field.name).count(),
                    1,
                    "{kind} {}",
                    field.name
                );
                let broken = field.default.as_ref().and_then(|value| field.broken(value));
                assert!(broken.is_none(), "{kind} {}", field.name);
            }
        }
    }

    #[test]
    fn a_family_is_meant_by_what_is_in_it() {
        assert!(find(Kind::Plan, "eav.team").is_some() && find(Kind::Plan, "throttle.perSecond").is_some());
        for not in ["eav", "eav.", "eavx", "throttle", "throttle.unlimited", "perSecond", "name"] {
            assert!(find(Kind::Plan, not).is_none(), "{not}");
        }
    }
}
