//! `kind: User`: a person or team that owns applications.

use super::read::Spanned;
use super::read::TextMap;
use crate::manifest::rules;

words! {
    /// Whether a user may use the portal and hold keys.
    enum UserStatus rules::CAM_006 {
        /// Can use the portal and hold keys.
        Active = "active",
        /// Registered but not confirmed yet; cannot hold keys.
        Waiting = "waiting",
        /// Cannot use the portal; their keys stop working.
        Disabled = "disabled",
    }
}

mapping! {
    "User.spec"
    /// A person or team that owns applications. metadata.name is the username. It is unique across the whole platform, and a username that was used once can never be used again.
    struct UserSpec {
        /// The email address. It cannot change after the user is created. At most {most} characters, with one @.
        managed email: Box<str> = "email" required CAM_003 as Email to 255 refuse CAM_003,
        /// The name that the portal shows. From {least} to {most} characters.
        managed display_name: Box<str> = "displayName" required CAM_004 from 1 to 255 refuse CAM_004,
        /// Whether the user can use the portal and hold keys: active, waiting or disabled. Only an active user can hold keys; when a user is disabled, their keys stop working. Default: {default}.
        managed status: UserStatus = "status" default "waiting",
        /// The given name. At most {most} characters.
        managed first_name: Box<str> = "firstName" to 255 warn CAM_005,
        /// The family name. At most {most} characters.
        managed last_name: Box<str> = "lastName" to 255 warn CAM_005,
        /// The company that the user works for. At most {most} characters.
        managed company: Box<str> = "company" to 255 warn CAM_005,
        /// The first line of the postal address. At most {most} characters.
        managed address1: Box<str> = "address1" to 255 warn CAM_005,
        /// The second line of the postal address. At most {most} characters.
        managed address2: Box<str> = "address2" to 255 warn CAM_005,
        /// The town or city. At most {most} characters.
        managed locality: Box<str> = "locality" to 255 warn CAM_005,
        /// The state, province or region. At most {most} characters.
        managed region: Box<str> = "region" to 50 warn CAM_005,
        /// The postal code. Write it in quotes. At most {most} characters.
        managed postal_code: Box<str> = "postalCode" to 64 warn CAM_005,
        /// The country, as a two-letter code like DE. At most {most} characters.
        managed country_code: Box<str> = "countryCode" to 8 warn CAM_005,
        /// The telephone number. Write it in quotes. At most {most} characters.
        managed phone: Box<str> = "phone" to 255 warn CAM_005,
        /// The URL of the user's website. At most {most} characters.
        managed uri: Box<str> = "uri" to 255 warn CAM_005,
        /// The URL of the user's blog. At most {most} characters.
        managed blog: Box<str> = "blog" to 255 warn CAM_005,
        /// The user's name in an instant messenger. At most {most} characters.
        managed im: Box<str> = "im" to 255 warn CAM_005,
        /// The instant messenger that `im` belongs to. At most {most} characters.
        managed imsvc: Box<str> = "imsvc" to 64 warn CAM_005,
        /// The IP address from which the user registered. At most {most} characters.
        managed registration_ipaddr: Box<str> = "registrationIpaddr" to 15 warn CAM_005,
        /// The id of the user in another system. At most {most} characters.
        managed external_id: Box<str> = "externalId" to 255 warn CAM_005,
        /// The portal access groups of the user, by name. The groups must exist, because the API cannot create them.
        managed roles: Vec<Spanned<Box<str>>> = "roles" as Roles refuse CAM_047,
        /// Custom attributes of your area, by name. Keywright does not change attributes that are not listed.
        managed extended_attributes: TextMap = "extendedAttributes",
    }
}
