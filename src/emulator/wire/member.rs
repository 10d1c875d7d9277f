//! Members (section 1.2 of the reference).

use super::Is;
use super::Property;
use super::explicit;
use super::implicit;
use super::text;
use crate::model::Kind;

/// The vendor's table is readable up to `phone`; later properties are returned on request only. `passwdNew` is accepted
/// and discarded: the emulator keeps no passwords.
pub(super) const PROPERTIES: &[Property] = &[
    implicit("id", Is::Id),
    implicit("created", Is::Created),
    implicit("updated", Is::Updated),
    implicit("username", Is::Name),
    text("email"),
    text("displayName"),
    text("uri"),
    text("blog"),
    text("im"),
    text("imsvc"),
    text("phone"),
    explicit("company", Is::Text("company")),
    explicit("address1", Is::Text("address1")),
    explicit("address2", Is::Text("address2")),
    explicit("locality", Is::Text("locality")),
    explicit("region", Is::Text("region")),
    explicit("postalCode", Is::Text("postalCode")),
    explicit("countryCode", Is::Text("countryCode")),
    explicit("firstName", Is::Text("firstName")),
    explicit("lastName", Is::Text("lastName")),
    explicit("registrationIpaddr", Is::Text("registrationIpaddr")),
    explicit("areaStatus", Is::Word("status")),
    explicit("externalId", Is::Text("externalId")),
    explicit("passwdNew", Is::WriteOnly),
    explicit("applications", Is::Below(Kind::Application)),
    explicit("packageKeys", Is::Below(Kind::PackageKey)),
    explicit("roles", Is::Roles),
];
