//! `kind: PackageKey`: a key of an application for a plan of a package, as the vendor's New Package Key form asks for it.

use super::read::Spanned;
use super::scalar::DateOrNever;
use super::scalar::Duration;
use super::scalar::KeyLimit;
use crate::manifest::rules;

words! {
    /// Whether calls with the key are answered.
    enum KeyStatus rules::CAM_030 {
        /// Calls are answered, within the plan's limits.
        Active = "active",
        /// Waits for an administrator; only a key that does not exist yet can be declared so.
        Waiting = "waiting",
        /// Calls are rejected.
        Disabled = "disabled",
    }
}

words! {
    /// Who makes up the value of a generated key.
    enum Minter rules::KW_007 {
        /// Keywright, before the key exists: a lost answer can then never double a key.
        Keywright = "keywright",
        /// The store.
        Store = "store",
    }
}

mapping! {
    "PackageKey.spec.key.generate"
    /// A value that is made up at random.
    struct Generate {
        /// How the value begins, like chk_. It is how Keywright finds the key again beside other keys of the same application and package.
        field prefix: Box<str> = "prefix",
        /// Who makes up the value: keywright (the default) or store.
        field by: Minter = "by",
    }
}

mapping! {
    "secret"
    /// Where a secret is read from. Exactly one of the fields.
    struct SecretFrom {
        /// The name of an environment variable; the workspace must allow its prefix under environment.allow.
        field env: Box<str> = "env",
        /// The path of a file below the workspace; a line break at its end does not count.
        field file: Box<str> = "file",
        /// A program and its arguments, whose output is the secret; the workspace must allow the program under environment.commands.
        field command: Vec<Spanned<Box<str>>> = "command",
        /// The secret itself. Whoever can read the manifest can read it, so CAM-043 warns.
        field value: Box<str> = "value",
    }
}

mapping! {
    "PackageKey.spec.key"
    /// Which type of key it is: generate or custom.
    struct Key {
        /// Generate a new value.
        field generate: Generate = "generate",
        /// Take a value of your own: letters, digits and the characters _ - . : only.
        field custom: SecretFrom = "custom",
    }
}

mapping! {
    "PackageKey.spec.settings" below "settings."
    /// What can be changed of a key after it exists.
    struct Settings {
        /// active, disabled, or for a key that does not exist yet waiting.
        managed status: KeyStatus = "status" default "active",
        /// Calls per second: plan (the plan's limit), unlimited, a number, or {perSecond: 50}. A number or unlimited needs the plan's throttle.keyOverride.
        managed throttle: KeyLimit<false> = "throttle" default "plan",
        /// Calls in the plan's period: plan (the plan's quota), unlimited, a number, or {calls: 10000}. A number or unlimited needs the plan's quota.keyOverride.
        managed quota: KeyLimit<true> = "quota" default "plan",
    }
}

mapping! {
    "PackageKey.spec.rotation"
    /// When a generated key is followed by a new one. The old one stays active for a while beside it.
    struct RotationSpec {
        /// The age at which a new key is made, like 90d.
        field every: Duration = "every" required KW_006,
        /// How long the old key stays active beside the new one; 0s when left out.
        field overlap: Duration = "overlap",
        /// How long the old key stays disabled before it is deleted; 0s when left out.
        field grace: Duration = "grace",
    }
}

mapping! {
    "PackageKey.spec.deliver[]"
    /// A file that receives the key's value.
    struct DeliverTo {
        /// The path of the file below the workspace; it is made with access for its owner only.
        field file: Box<str> = "file" required KW_006,
        /// The name before the equals sign: NAME=value.
        field variable: Box<str> = "as" required KW_006,
    }
}

mapping! {
    "PackageKey.spec"
    /// A key with which an application calls the APIs of a package. The fields are those of the vendor's New Package Key form. metadata.name is a label, unique among keys; the store does not know it.
    struct PackageKeySpec {
        /// The username of the user for whom the key is; the user must be active.
        field user: Box<str> = "user" required CAM_023,
        /// The name of the user's application that the key belongs to.
        field application: Box<str> = "application" required CAM_023,
        /// The name of the package that the key opens.
        field package: Box<str> = "package" required CAM_023,
        /// The name of the plan of that package under which the key runs. A key can change to another plan of the same package.
        stored plan: Box<str> = "plan" required CAM_023,
        /// The last day of the key, like 2027-06-30, or never. Left out, a new key never expires.
        managed expires: DateOrNever = "expires" default "never",
        /// Which type of key it is: {generate: {prefix: chk_}} or {custom: {env: CHECKOUT_KEY}}.
        field key: Key = "key" required CAM_042,
        /// A shared secret of your own, sent when the key is created; it can not change afterwards.
        field secret: SecretFrom = "secret",
        /// What can be changed of a key after it exists.
        group settings: Settings = "settings",
        /// When a generated key is followed by a new one.
        field rotation: RotationSpec = "rotation",
        /// The files that receive the key's value.
        field deliver: Vec<Spanned<DeliverTo>> = "deliver",
    }
}
