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
        managed email: Box<str> = "email" required rules::CAM_003,
        /// The name that the portal shows.
        managed display_name: Box<str> = "displayName" required rules::CAM_004,
        /// active, waiting or disabled. Only an active user can hold keys; disabling a user takes the keys away.
        managed status: UserStatus = "status",
        /// The given name.
        managed first_name: Box<str> = "firstName",
        /// The family name.
        managed last_name: Box<str> = "lastName",
        /// The company that the user works for.
        managed company: Box<str> = "company",
        /// The first line of the postal address.
        managed address1: Box<str> = "address1",
        /// The second line of the postal address.
        managed address2: Box<str> = "address2",
        /// The town or city.
        managed locality: Box<str> = "locality",
        /// The state, province or region, at most 50 characters.
        managed region: Box<str> = "region",
        /// The postal code, at most 64 characters; write it in quotes.
        managed postal_code: Box<str> = "postalCode",
        /// The country as two letters, like DE.
        managed country_code: Box<str> = "countryCode",
        /// The telephone number; write it in quotes.
        managed phone: Box<str> = "phone",
        /// The address of the user's web site.
        managed uri: Box<str> = "uri",
        /// The address of the user's blog.
        managed blog: Box<str> = "blog",
        /// The name in an instant messenger.
        managed im: Box<str> = "im",
        /// Which instant messenger that is, at most 64 characters.
        managed imsvc: Box<str> = "imsvc",
        /// The network address from which the user registered, at most 15 characters.
        managed registration_ipaddr: Box<str> = "registrationIpaddr",
        /// The user's id in another system of yours.
        managed external_id: Box<str> = "externalId",
        /// The portal access groups of the user, by name; they must exist, because the API can not create them.
        managed roles: Vec<Spanned<Box<str>>> = "roles",
        /// Custom attributes of your area, by name. Attributes that are not listed are left alone.
        managed extended_attributes: TextMap = "extendedAttributes",
    }
}
