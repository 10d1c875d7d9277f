//! `kind: Application`: what a user builds; package keys belong to it.

use super::read::Spanned;
use super::read::TextMap;

mapping! {
    "Application.spec.packages[]"
    /// A package that the application uses; one key is generated for it.
    struct PackageUse {
        /// The package's name.
        field package: Box<str> = "package" required KW_006,
        /// The plan of that package under which the key runs.
        field plan: Box<str> = "plan" required KW_006,
    }
}

mapping! {
    "Application.spec"
    /// An application of a user. Package keys belong to an application. metadata.name is its name, at most 127 characters.
    struct ApplicationSpec {
        /// The username of the owner. An application can not change hands.
        field user: Box<str> = "user" required CAM_009,
        /// What the application is for.
        managed description: Box<str> = "description",
        /// The kind of application in your area's own words.
        managed r#type: Box<str> = "type" to 255 warn CAM_012,
        /// Whether the application earns money.
        managed commercial: bool = "commercial" default false,
        /// Whether the application shows advertisements.
        managed ads: bool = "ads" default false,
        /// Which advertising system it uses, at most {most} characters.
        managed ads_system: Box<str> = "adsSystem" to 64 warn CAM_012,
        /// How the application is used, at most {most} characters.
        managed usage_model: Box<str> = "usageModel" to 32 warn CAM_012,
        /// Free text to find the application by; one text, not a list.
        managed tags: Box<str> = "tags" to 255 warn CAM_012,
        /// Notes for administrators.
        managed notes: Box<str> = "notes",
        /// How the owner came to know the API.
        managed how_did_you_hear: Box<str> = "howDidYouHear" to 255 warn CAM_012,
        /// The protocol that the application prefers, at most {most} characters.
        managed preferred_protocol: Box<str> = "preferredProtocol" to 32 warn CAM_012,
        /// The output format that the application prefers, at most {most} characters.
        managed preferred_output: Box<str> = "preferredOutput" to 32 warn CAM_012,
        /// The application's id in another system of yours.
        managed external_id: Box<str> = "externalId" to 255 warn CAM_012,
        /// The address of the application's web site.
        managed uri: Box<str> = "uri" to 255 warn CAM_012,
        /// Where OAuth sends its users back to.
        managed oauth_redirect_uri: Box<str> = "oauthRedirectUri",
        /// Custom attributes of your area, by name. Attributes that are not listed are left alone.
        managed extended_attributes: TextMap = "extendedAttributes",
        /// The packages that the application uses. Each entry declares one generated key, named key/USER/APPLICATION/PACKAGE.
        field packages: Vec<Spanned<PackageUse>> = "packages",
    }
}
