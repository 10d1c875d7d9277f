//! `kind: Application`: an application of a user. Package keys belong to it.

use super::package_key::DeliverSpec;
use super::read::Spanned;
use super::read::TextMap;

mapping! {
    "Application.spec.packages[]"
    /// A package that the application uses. Keywright generates one key for it.
    struct PackageUse {
        /// The name of the package.
        field package: Box<str> = "package" required KW_006,
        /// The name of the package plan that applies to the key.
        field plan: Box<str> = "plan" required KW_006,
        /// The places that receive the value of the key: files {file, as}, and sinks {to, path, as}.
        field deliver: DeliverSpec = "deliver",
    }
}

mapping! {
    "Application.spec"
    /// An application of a user. Package keys belong to an application. metadata.name is its name, at most 127 characters.
    struct ApplicationSpec {
        /// The username of the owner. The owner of an application cannot change.
        field user: Box<str> = "user" required CAM_009,
        /// What the application is for.
        managed description: Box<str> = "description",
        /// The kind of application, in a word of your own. At most {most} characters.
        managed r#type: Box<str> = "type" to 255 warn CAM_012,
        /// Whether the application is commercial. Default: {default}.
        managed commercial: bool = "commercial" default false,
        /// Whether the application shows advertisements. Default: {default}.
        managed ads: bool = "ads" default false,
        /// The advertising system that the application uses. At most {most} characters.
        managed ads_system: Box<str> = "adsSystem" to 64 warn CAM_012,
        /// How the application is used. At most {most} characters.
        managed usage_model: Box<str> = "usageModel" to 32 warn CAM_012,
        /// Search terms for the application, as one text and not a list. At most {most} characters.
        managed tags: Box<str> = "tags" to 255 warn CAM_012,
        /// Notes for administrators.
        managed notes: Box<str> = "notes",
        /// How the owner heard about the API. At most {most} characters.
        managed how_did_you_hear: Box<str> = "howDidYouHear" to 255 warn CAM_012,
        /// The protocol that the application prefers. At most {most} characters.
        managed preferred_protocol: Box<str> = "preferredProtocol" to 32 warn CAM_012,
        /// The output format that the application prefers. At most {most} characters.
        managed preferred_output: Box<str> = "preferredOutput" to 32 warn CAM_012,
        /// The id of the application in another system. At most {most} characters.
        managed external_id: Box<str> = "externalId" to 255 warn CAM_012,
        /// The URL of the application's website. At most {most} characters.
        managed uri: Box<str> = "uri" to 255 warn CAM_012,
        /// The URL to which OAuth redirects users of the application.
        managed oauth_redirect_uri: Box<str> = "oauthRedirectUri",
        /// Custom attributes of your area, by name. Keywright does not change attributes that are not listed.
        managed extended_attributes: TextMap = "extendedAttributes",
        /// The packages that the application uses. Each entry declares one generated key with the address key/USER/APPLICATION/PACKAGE. `[]` declares none; the keys of entries that are gone stay, unless `ownership` and `--prune` remove them.
        field packages: Vec<Spanned<PackageUse>> = "packages",
    }
}
