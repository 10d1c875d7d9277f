//! The properties of each resource under their API names, and their sources in the store.

mod member;
mod application;
mod package;
mod plan;
mod package_key;

use crate::model::Kind;
use crate::model::Value;

pub(super) struct Property {
    pub(super) name: &'static str,
    /// Whether answers contain it without `fields`.
    pub(super) is_implicit: bool,
    pub(super) is: Is,
}

/// The meaning of a property. The texts are field names of the store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Id,
    Created,
    Updated,
    /// The object's own name.
    Name,
    /// The username of an application's owner.
    Owner,
    Text(&'static str),
    /// A word of an enumeration.
    Word(&'static str),
    Flag(&'static str),
    Number(&'static str),
    /// The id of a set of mail templates: a text or number, or null.
    TemplateSet(&'static str),
    /// A set as a text with commas.
    Emails(&'static str),
    /// Custom attributes below one property.
    Eav,
    /// Names of roles, as objects.
    Roles,
    /// A plan's limit: `Ceiling` is its number, `Exempt` means that there is none.
    Ceiling(&'static str),
    Exempt(&'static str),
    /// A key's own limit: zero if it has none.
    OwnCeiling(&'static str),
    OwnExempt(&'static str),
    /// A key's effective limits; read-only.
    Limits,
    Expires,
    KeyValue,
    SharedSecret,
    /// A referenced object.
    Up(Kind),
    /// The package or plan of a key, under the service's names for it there.
    Inside(Kind),
    /// Child objects.
    Below(Kind),
    /// Kept only by the emulator, see [`super::extras`].
    Extra(&'static str),
    /// Always empty, whatever was sent.
    WriteOnly,
    /// A constant, read-only.
    FixedText(&'static str),
    FixedFlag(bool),
}

impl Is {
    /// Whether `fields=*` includes it: everything except objects and lists.
    pub(super) const fn is_scalar(self) -> bool {
        !matches!(
            self,
            Self::Eav | Self::Roles | Self::Limits | Self::Up(_) | Self::Inside(_) | Self::Below(_) | Self::Extra(_)
        )
    }

    /// The field of the store; `None` if there is none.
    pub(super) const fn field(self) -> Option<&'static str> {
        match self {
            Self::Text(field) | Self::Word(field) | Self::Flag(field) | Self::Number(field) => Some(field),
            Self::TemplateSet(field) | Self::Emails(field) | Self::Ceiling(field) | Self::OwnCeiling(field) => {
                Some(field)
            }
            Self::Eav => Some("eav"),
            Self::Roles => Some("roles"),
            Self::Extra(extra) => Some(extra),
            Self::Expires => Some("expires"),
            Self::Inside(Kind::Plan) => Some("plan"),
            _ => None,
        }
    }
}

/// The properties of a resource, in the order of answers.
pub(super) const fn of(kind: Kind) -> &'static [Property] {
    match kind {
        Kind::User => member::PROPERTIES,
        Kind::Application => application::PROPERTIES,
        Kind::Package => package::PROPERTIES,
        Kind::Plan => plan::PROPERTIES,
        Kind::PackageKey => package_key::PROPERTIES,
        Kind::ApiKey => &[],
    }
}

pub(super) fn find(kind: Kind, name: &str) -> Option<&'static Property> {
    of(kind).iter().find(|property| property.name == name)
}

/// The property for a field of the store, for messages.
pub(super) fn property_of(kind: Kind, field: &str) -> Option<&'static str> {
    of(kind).iter().find(|property| property.is.field() == Some(field)).map(|property| property.name)
}

/// The prefix of a kind's custom attributes in the store, where the API has them beside the other properties.
pub(super) const fn flat_attributes(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::User | Kind::Application => Some("extendedAttributes."),
        _ => None,
    }
}

/// The addresses in a text with commas.
pub(super) fn emails(text: &str) -> Value {
    Value::set(text.split(',').map(str::trim).filter(|item| !item.is_empty()))
}

const fn implicit(name: &'static str, is: Is) -> Property {
    Property { name, is_implicit: true, is }
}

const fn explicit(name: &'static str, is: Is) -> Property {
    Property { name, is_implicit: false, is }
}

const fn text(name: &'static str) -> Property {
    implicit(name, Is::Text(name))
}

#[cfg(test)]
mod tests {
    use super::flat_attributes;
    use super::of;
    use super::property_of;
    use crate::manifest::field::Form;
    use crate::manifest::fields;
    use crate::model::Kind;

    #[test]
    fn every_managed_field_has_a_property() {
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::ApiKey) {
            for field in fields::of(kind) {
                let is_flat = field.form == Form::Texts && flat_attributes(kind).is_some();
                assert!(is_flat || property_of(kind, field.name).is_some(), "{kind} {}", field.name);
            }
        }
    }

    #[test]
    fn every_property_is_in_the_table_of_the_documentation() {
        let page = include_str!("../../docs/coverage.md");
        let rows = [
            (Kind::User, "| Members:"),
            (Kind::Application, "| `Application`"),
            (Kind::Package, "| `Package`"),
            (Kind::Plan, "| `Plan`"),
            (Kind::PackageKey, "| Package keys:"),
        ];
        for (kind, start) in rows {
            let row = page.lines().find(|line| line.starts_with(start)).unwrap();
            let managed = row.split(" | ").nth(1).unwrap();
            for property in of(kind) {
                let name = format!("`{}`", property.name);
                assert!(row.contains(&name), "{kind}: {name} is not in the table");
            }
            for field in fields::of(kind) {
                let name = property_of(kind, field.name).map(|name| format!("`{name}`"));
                assert!(name.is_none_or(|name| managed.contains(&name)), "{kind}: {} is managed", field.name);
            }
        }
    }

    #[test]
    fn each_property_is_listed_once() {
        for kind in Kind::ALL {
            let mut names: Vec<_> = of(kind).iter().map(|property| property.name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{kind}");
        }
    }
}
