//! `kind: User`: a member of the area, who owns applications.

use super::read::Spanned;
use super::read::TextMap;
use crate::manifest::rules;

words! {
    /// Whether a user may use the portal and hold keys.
    enum UserStatus rules::CAM_006 {
        /// Signed in and able to hold keys.
        Active = "active",
        /// Registered and not yet confirmed; holds no keys.
        Waiting = "waiting",
        /// Shut out; the keys stop working too.
        Disabled = "disabled",
    }
}

mapping! {
    "User.spec"
    /// A person or team that owns applications. metadata.name is the username, which is unique over the whole platform and stays taken for ever once it was used.
    struct UserSpec {
        /// The mail address; it can not change once the user exists.
        managed email: Box<str> = "email" required CAM_003 as Email to 255 refuse CAM_003,
        /// The name that the portal shows.
        managed display_name: Box<str> = "displayName" required CAM_004 from 1 to 255 refuse CAM_004,
        /// active, waiting or disabled. Only an active user can hold keys; disabling a user takes the keys away.
        managed status: UserStatus = "status" default "waiting",
        /// The given name.
        managed first_name: Box<str> = "firstName" to 255 warn CAM_005,
        /// The family name.
        managed last_name: Box<str> = "lastName" to 255 warn CAM_005,
        /// The company that the user works for.
        managed company: Box<str> = "company" to 255 warn CAM_005,
        /// The first line of the postal address.
        managed address1: Box<str> = "address1" to 255 warn CAM_005,
        /// The second line of the postal address.
        managed address2: Box<str> = "address2" to 255 warn CAM_005,
        /// The town or city.
        managed locality: Box<str> = "locality" to 255 warn CAM_005,
        /// The state, province or region, at most {most} characters.
        managed region: Box<str> = "region" to 50 warn CAM_005,
        /// The postal code, at most {most} characters; write it in quotes.
        managed postal_code: Box<str> = "postalCode" to 64 warn CAM_005,
        /// The country as two letters, like DE.
        managed country_code: Box<str> = "countryCode" to 8 warn CAM_005,
        /// The telephone number; write it in quotes.
        managed phone: Box<str> = "phone" to 255 warn CAM_005,
        /// The address of the user's web site.
        managed uri: Box<str> = "uri" to 255 warn CAM_005,
        /// The address of the user's blog.
        managed blog: Box<str> = "blog" to 255 warn CAM_005,
        /// The name in an instant messenger.
        managed im: Box<str> = "im" to 255 warn CAM_005,
        /// Which instant messenger that is, at most {most} characters.
        managed imsvc: Box<str> = "imsvc" to 64 warn CAM_005,
        /// The network address from which the user registered, at most {most} characters.
        managed registration_ipaddr: Box<str> = "registrationIpaddr" to 15 warn CAM_005,
        /// The user's id in another system of yours.
        managed external_id: Box<str> = "externalId" to 255 warn CAM_005,
        /// The portal access groups of the user, by name; they must exist, because the API can not create them.
        managed roles: Vec<Spanned<Box<str>>> = "roles" as Roles refuse CAM_047,
        /// Custom attributes of your area, by name. Attributes that are not listed are left alone.
        managed extended_attributes: TextMap = "extendedAttributes",
    }
}
