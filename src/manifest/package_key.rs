//! `kind: PackageKey`: a key of an application for a plan of a package, with the fields of the vendor's New Package Key form.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use super::ends::Ends;
use super::moment::Moment;
use super::node::Content;
use super::node::Node;
use super::read::FromNode;
use super::read::Reading;
use super::read::Spanned;
use super::scalar::Duration;
use super::scalar::KeyLimit;
use super::schema::one_of;
use crate::manifest::rules;

words! {
    /// Whether the key works.
    enum KeyStatus rules::CAM_030 {
        /// Calls succeed, within the limits of the plan.
        Active = "active",
        /// Waits for approval by an administrator. Only a new key can be declared as waiting.
        Waiting = "waiting",
        /// Calls are rejected.
        Disabled = "disabled",
    }
}

words! {
    /// Who generates the value of a key.
    enum Minter rules::KW_007 {
        /// Keywright, before it creates the key, so that a lost answer can never create a second key.
        Keywright = "keywright",
        /// The store.
        Store = "store",
    }
}

mapping! {
    "PackageKey.spec.key.generate"
    /// A random value.
    struct Generate {
        /// The first characters of the value, like chk_. Keywright uses the prefix to find the key among other keys of the same application and package. If omitted, the key has a prefix of its own, made from its name.
        field prefix: Box<str> = "prefix",
        /// Who generates the value: keywright or store. Default: keywright.
        field by: Minter = "by",
        /// Whether the value ends with a checksum, by which a scanner for leaked secrets knows it without asking the store (keywright keys check). Default: false.
        field checksum: bool = "checksum",
    }
}

mapping! {
    "secret"
    /// Where a secret is read from. Set exactly one of the fields.
    struct SecretFrom {
        /// The name of an environment variable. The workspace must allow its prefix in environment.allow.
        field env: Box<str> = "env",
        /// The path of a file, relative to the workspace. A line break at the end of the file is ignored.
        field file: Box<str> = "file",
        /// A program and its arguments; its standard output is the secret. In manifests, environment.commands must allow both, and the program runs only in apply.
        field command: Vec<Spanned<Box<str>>> = "command",
        /// The secret itself. Everyone who can read the manifest can read it, so CAM-043 warns.
        field value: Box<str> = "value",
    }
}

mapping! {
    "PackageKey.spec.key"
    /// Which key it is: a generated one, one with a custom value, or one that exists.
    struct Key {
        /// Generate a new value.
        field generate: Generate = "generate",
        /// Use a value of your own. It may contain only letters, digits and the characters _ - . : and must be unique in the package.
        field custom: SecretFrom = "custom",
        /// The store's id of a key that exists, as `keywright export` writes it. Keywright never creates this key and needs no value of it. With generate, it is the first generation.
        field existing: Box<str> = "existing",
    }
}

mapping! {
    "PackageKey.spec.settings" below "settings."
    /// The settings of a key, which can change at any time.
    struct Settings {
        /// Whether the key works: active, disabled, or waiting. A key that exists cannot become waiting. Default: {default}.
        managed status: KeyStatus = "status" default "active",
        /// Calls per second: plan (the limit of the plan), unlimited, a number, or {perSecond: 50}. A number or unlimited needs keyOverride in the throttle of the plan. Default: {default}.
        managed throttle: KeyLimit<false> = "throttle" default "plan",
        /// Calls per period of the plan: plan (the quota of the plan), unlimited, a number, or {calls: 10000}. A number or unlimited needs keyOverride in the quota of the plan. Default: {default}.
        managed quota: KeyLimit<true> = "quota" default "plan",
    }
}

mapping! {
    "PackageKey.spec.rotation"
    /// When a generated key gets a successor. The old key stays active for a while.
    struct RotationSpec {
        /// The age at which a key gets a successor, like 90d.
        field every: Duration = "every" required KW_006,
        /// How long the old key stays active after the new one is delivered. Default: 0s.
        field overlap: Duration = "overlap",
        /// How long the old key stays disabled before it is deleted. Default: 0s.
        field grace: Duration = "grace",
        /// A key that was created before this date, or time with an offset, gets a successor now, whatever its age: write the date of an audit. If a value leaked, use keywright keys revoke. A date in the future has no effect before it comes.
        field since: Moment = "since",
    }
}

mapping! {
    "deliver[]"
    /// A place that receives the value or the shared secret of the key: a file of the workspace, or a sink that keywright.yaml declares.
    struct DeliverTo {
        /// The path of a file with lines of NAME=value, relative to the workspace. Only its owner can read or write the file.
        field file: Box<str> = "file",
        /// The name of a sink in spec.sinks of keywright.yaml.
        field to: Box<str> = "to",
        /// The path in the sink, like teams/checkout.
        field path: Box<str> = "path",
        /// The name of the value. In a file, it is the name before the equals sign: NAME=value.
        field variable: Box<str> = "as" required KW_006,
        /// Whether the place receives the shared secret of the key instead of its value. The key has one if the manifest sets secret, or if the package has a sharedSecretLength. Default: false.
        field secret: bool = "secret",
    }
}

/// Where the value of a key goes: to files and sinks, or somewhere that Keywright does not know.
pub enum DeliverSpec {
    /// Another program or a person takes the value from the store. A rotation then does not wait for a delivery.
    Elsewhere,
    Files(Vec<Spanned<DeliverTo>>),
}

impl DeliverSpec {
    const ELSEWHERE: &'static str = "elsewhere";

    pub fn files(&self) -> &[Spanned<DeliverTo>] {
        match self {
            Self::Elsewhere => &[],
            Self::Files(files) => files,
        }
    }
}

impl FromNode for DeliverSpec {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        match &node.content {
            Content::Scalar { text, .. } if text == Self::ELSEWHERE => Some(Self::Elsewhere),
            Content::List(_) => FromNode::from_node(node, reading).map(Self::Files),
            Content::Scalar { .. } | Content::Mapping(_) => {
                reading.mistyped(node, "a list of places, or elsewhere");
                None
            }
        }
    }
}

impl JsonSchema for DeliverSpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Deliver".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let place = DeliverTo::json_schema(generator);
        let forms = [json_schema!({ "const": Self::ELSEWHERE }), json_schema!({ "type": "array", "items": place })];
        one_of(forms, "Write a list of places like [{file: secrets/checkout.env, as: CHECKOUT_KEY}], or elsewhere.")
    }
}

mapping! {
    "PackageKey.spec"
    /// A key with which an application calls the APIs of a package. The fields match the New Package Key form of the vendor. metadata.name is a label, unique among package keys; the store does not keep it.
    struct PackageKeySpec {
        /// The username of the user who owns the application. The user must be active.
        field user: Box<str> = "user" required CAM_023,
        /// The name of the application that the key belongs to.
        field application: Box<str> = "application" required CAM_023,
        /// The name of the package that the key gives access to.
        field package: Box<str> = "package" required CAM_023,
        /// The name of the package plan that applies to the key. A key can change to another plan of the same package.
        stored plan: Box<str> = "plan" required CAM_023,
        /// The last day on which the key works, like 2027-06-30, or never; for a rotated key {after: 120d}, the age at which each generation ends. Default: {default}.
        managed expires: Ends = "expires" default "never",
        /// Which key it is: {generate: {prefix: chk_}}, {custom: {env: CHECKOUT_KEY}} or {existing: ID}.
        field key: Key = "key" required CAM_042,
        /// Your own shared secret. It is sent when the key is created and cannot change later.
        field secret: SecretFrom = "secret",
        /// The settings of the key, which can change at any time.
        group settings: Settings = "settings",
        /// When a generated key gets a successor.
        field rotation: RotationSpec = "rotation",
        /// The places that receive the value of the key: files {file, as}, and sinks {to, path, as}. With secret: true, a place receives the shared secret. A rotated key has some, or says elsewhere: the value is then taken from the store, and the rotation counts the overlap from the creation of the new key.
        field deliver: DeliverSpec = "deliver",
    }
}
