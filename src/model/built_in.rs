//! Names that custom attributes cannot have: the API's own properties, and names of secrets.
//!
//! On the wire, the attributes of users and applications are next to the properties (`cloud-api-management.md` 1.2, 1.3):
//! an attribute `areaStatus` would disable the user, and no guard would notice. It is not documented whether names are
//! case-sensitive, so `AreaStatus` counts as the same.

use super::Kind;

const USER: &str = "\
    address1 address2 applications areaStatus blog company countryCode created displayName email externalId \
    firstName id im imsvc lastName locality packageKeys passwdNew phone postalCode region registrationIpaddr roles \
    status updated uri username";

const APPLICATION: &str = "\
    ads adsSystem commercial created description externalId howDidYouHear id isPackaged is_packaged member name \
    notes oauthRedirectUri packageKeys preferredOutput preferredProtocol status tags type updated uri usageModel \
    username";

const PACKAGE: &str = "\
    created description eav id keyAdapter keyLength name nearQuotaThreshold notifyAdminEmails notifyAdminNearQuota \
    notifyAdminOverQuota notifyAdminOverThrottle notifyAdminPeriod notifyDeveloperNearQuota notifyDeveloperOverQuota \
    notifyDeveloperOverThrottle notifyDeveloperPeriod organization plans sharedSecretLength updated";

const PLAN: &str = "\
    adminEmailTemplateSetId adminKeyProvisioningEnabled created description eav emailTemplateSetId id keyLifespan \
    listed maxNumKeysAllowed name notes numKeysBeforeReview production qpsLimitCeiling qpsLimitExempt \
    qpsLimitKeyOverrideAllowed rateLimitCeiling rateLimitExempt rateLimitKeyOverrideAllowed rateLimitPeriod \
    responseFilterOverrideAllowed roles selfServiceKeyProvisioningEnabled services status updated";

const PACKAGE_KEY: &str = "\
    apikey application created expires id limits member package plan qpsLimitCeiling qpsLimitExempt rateLimitCeiling \
    rateLimitExempt secret status updated";

/// All documented properties of a kind (1.2 to 1.6), managed or not.
const fn properties(kind: Kind) -> &'static str {
    match kind {
        Kind::User => USER,
        Kind::Application => APPLICATION,
        Kind::Package => PACKAGE,
        Kind::Plan => PLAN,
        Kind::PackageKey => PACKAGE_KEY,
        Kind::ApiKey => "",
    }
}

/// Whether the API defines this property for the kind, in upper or lower case.
pub fn is_built_in(kind: Kind, name: &str) -> bool {
    properties(kind).split(' ').any(|property| property.eq_ignore_ascii_case(name.trim()))
}

/// How names of secrets end, in lower case: the API's own (`passwdNew`, `apikey`, `secret`) and common ones.
const SECRETS: [&str; 20] = [
    "passwd",
    "passwdnew",
    "password",
    "passphrase",
    "pwd",
    "pin",
    "secret",
    "apikey",
    "privatekey",
    "token",
    "credential",
    "credentials",
    "secretkey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "passwordhash",
    "apikeyvalue",
    "jwt",
    "pass",
];

/// Whether an attribute with this name is a secret. Only the end of the name counts: `tokenLifetime` is not one.
pub fn is_secret_name(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let lower = letters.to_ascii_lowercase();
    // `password2` is one, too.
    let lower = lower.trim_end_matches(|digit: char| digit.is_ascii_digit());
    // Many words end with `pin` or `pass`.
    let is_it =
        |secret: &&str| if matches!(*secret, "pin" | "pass") { lower == *secret } else { lower.ends_with(*secret) };
    SECRETS.iter().any(is_it)
}

/// Whether a field below `spec` of a manifest is an attribute that is a secret.
pub fn is_secret_field(field: &str) -> bool {
    let name = field.strip_prefix("eav.").or_else(|| field.strip_prefix("extendedAttributes."));
    name.is_some_and(is_secret_name)
}

/// Whether a manifest cannot set this field, because it is a custom attribute with the name of a property or a secret.
pub fn is_forbidden(kind: Kind, field: &str) -> bool {
    // `eav` is an object of its own, so its names cannot collide with properties.
    let custom = field.strip_prefix("extendedAttributes.");
    is_secret_field(field) || custom.is_some_and(|name| is_built_in(kind, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_recognized_in_any_case() {
        for name in ["areaStatus", "AREASTATUS", " areastatus ", "passwdNew", "username", "id"] {
            assert!(is_built_in(Kind::User, name), "{name}");
        }
        assert!(is_built_in(Kind::Application, "Name") && is_built_in(Kind::Plan, "status"));
        for name in ["team", "costCentre", "areaStatus2", "area status"] {
            assert!(!is_built_in(Kind::User, name), "{name}");
        }
    }

    #[test]
    fn a_secret_is_recognized_by_the_end_of_its_name() {
        for name in [
            "passwdNew",
            "passwd_new",
            "PASSWORD",
            "db-password",
            "clientSecret",
            "x-api-key",
            "accessToken",
            "pin",
            "pass",
            "password2",
            "awsSecretAccessKey",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["team", "tokenLifetime", "secretariat", "keyLength", "shipping", "compass", "passwordPolicy", ""] {
            assert!(!is_secret_name(name), "{name}");
        }
        assert!(
            is_secret_field("eav.token") && is_secret_field("extendedAttributes.pwd") && !is_secret_field("secret")
        );
    }
}
