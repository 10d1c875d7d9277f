//! The table of the fields that stores keep: names, forms, limits, rules and defaults.

use std::sync::LazyLock;

use crate::manifest::field::Field;
use crate::model::Kind;

static TABLE: LazyLock<[Vec<Field>; 6]> = LazyLock::new(|| Kind::ALL.map(declared));

fn declared(kind: Kind) -> Vec<Field> {
    let mut all = Vec::new();
    match kind {
        Kind::Package => super::package::PackageSpec::table(&mut all),
        Kind::Plan => super::plan::PlanSpec::table(&mut all),
        Kind::User => super::user::UserSpec::table(&mut all),
        Kind::Application => super::application::ApplicationSpec::table(&mut all),
        Kind::PackageKey => super::package_key::PackageKeySpec::table(&mut all),
        Kind::ApiKey => super::api_key::ApiKeySpec::table(&mut all),
    }
    all
}

/// The fields of a kind that a store keeps, including those of groups, in the order of declaration.
pub fn of(kind: Kind) -> &'static [Field] {
    &TABLE[kind as usize]
}

/// The field with a name; `eav.team` belongs to the field `eav`.
pub fn find(kind: Kind, name: &str) -> Option<&'static Field> {
    of(kind).iter().find(|field| field.is(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_defaults_are_valid() {
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at, "the index of {kind}");
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
    fn a_name_with_a_dot_belongs_to_its_family() {
        assert!(find(Kind::Plan, "eav.team").is_some() && find(Kind::Plan, "throttle.perSecond").is_some());
        for not in ["eav", "eav.", "eavx", "throttle", "throttle.unlimited", "perSecond", "name"] {
            assert!(find(Kind::Plan, not).is_none(), "{not}");
        }
    }
}
