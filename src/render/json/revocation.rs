//! Keys that leaked and were disabled, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::Delivery;
use super::words::Kind;
use crate::keys::State;
use crate::outcome::ChangeResult;
use crate::render;

pub(super) const KIND: &str = "revocation";

/// Keys that leaked. Their values, and the ids of API keys, are absent.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright revocation")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: revocation.
    kind: &'static str,
    /// The name of the workspace.
    workspace: &'a str,
    /// The stores, in words.
    store: &'a str,
    /// The time of the run, as RFC 3339.
    at: String,
    /// Whether the manifests are valid. If not, it is unknown which of them declares a key.
    with_manifests: bool,
    /// The number of keys that were read.
    read: usize,
    /// What could not be read, and why.
    unread: Vec<&'a str>,
    /// The keys.
    keys: Vec<Key<'a>>,
    /// Why the workspace database does not know of it; absent if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    unrecorded: Option<&'a str>,
}

/// A key that leaked.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RevokedKey")]
struct Key<'a> {
    /// The address in the manifests; for older generations and undeclared keys that in the store.
    address: String,
    /// The kind of the key.
    kind: Kind,
    /// The declared key of which this is a generation.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<String>,
    /// The file and line of its manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared_in: Option<String>,
    /// The address that the database knows it by, if the manifests are not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    known_as: Option<&'a str>,
    /// Whether it is protected.
    protected: bool,
    /// The user of a package key, or the account of an API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    /// The application of a package key, like application/alice/checkout.
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    /// The package of a package key, like package/payments.
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<String>,
    /// The name of its package plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'a str>,
    /// Where its value is or belongs.
    places: Vec<Delivery<'a>>,
    /// The other working keys of its application and package.
    beside: Vec<String>,
    /// Whether its application has no other working key.
    #[serde(rename = "lastKey")]
    is_last: bool,
    /// What became of it.
    result: Outcome,
    /// Why it is not disabled, or not known to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// What became of a key.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Outcome {
    /// It is disabled, and the store shows it.
    Disabled,
    /// It was disabled before.
    WasDisabled,
    /// The store confirmed it, but it could not be read back.
    Unverified,
    /// It is not disabled.
    Failed,
}

impl<'a> Document<'a> {
    pub(super) fn of(report: &'a render::Revocation<'a>) -> Self {
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            workspace: report.workspace,
            store: report.store,
            at: report.now.to_rfc3339(),
            with_manifests: report.has_manifests,
            read: report.read,
            unread: report.unread.iter().map(String::as_str).collect(),
            keys: report.keys.iter().map(Key::of).collect(),
            unrecorded: report.unrecorded.as_deref(),
        }
    }
}

impl<'a> Key<'a> {
    fn of(revoked: &'a render::Revoked<'a>) -> Self {
        let (affected, key) = (revoked.affected, &revoked.affected.key);
        let terms = key.terms.as_ref();
        let result = match &revoked.result {
            Some(ChangeResult::Done) if key.state == State::Disabled => Outcome::WasDisabled,
            Some(ChangeResult::Done) => Outcome::Disabled,
            Some(ChangeResult::Unverified(_)) => Outcome::Unverified,
            _ => Outcome::Failed,
        };
        let reason = match &revoked.result {
            Some(ChangeResult::Failed(refusal) | ChangeResult::Unverified(refusal)) => Some(&*refusal.reason),
            Some(ChangeResult::Altered(_)) => Some("the store kept its own value"),
            _ => None,
        };
        Self {
            address: revoked.address(),
            kind: key.address.kind().into(),
            declared: affected.declared.as_ref().map(ToString::to_string),
            declared_in: revoked.line.as_ref().map(ToString::to_string),
            known_as: affected.known_as.as_deref(),
            protected: affected.is_protected,
            owner: key.owner.as_deref(),
            application: terms.map(|terms| terms.application.to_string()),
            package: terms.map(|terms| terms.package.to_string()),
            plan: terms.and_then(|terms| terms.plan.as_deref()),
            places: key.places.iter().map(|place| (&place.to).into()).collect(),
            beside: affected.beside.iter().map(ToString::to_string).collect(),
            is_last: affected.last_of.is_some(),
            result,
            reason,
        }
    }
}
