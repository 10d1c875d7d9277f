//! The keys of the stores, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics;
use super::words::Delivery;
use super::words::Kind;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::keys;
use crate::render::KeyReport;

pub(super) const KIND: &str = "keys";

/// The keys of the stores. Their values, and the ids of API keys, are absent.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright keys")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: keys.
    kind: &'static str,
    /// The name of the workspace.
    workspace: &'a str,
    /// The stores, in words.
    store: &'a str,
    /// The time of the run, as RFC 3339.
    at: String,
    /// The end of the time that `keys due` lists; absent without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// Whether the manifests are valid. If not, the list is of the stores alone, without rotations and declared addresses.
    with_manifests: bool,
    /// The keys.
    keys: Vec<Key<'a>>,
    /// The findings about manifests, and about lists that do not show all keys.
    diagnostics: Vec<diagnostics::Diagnostic<'a>>,
}

/// One key.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Key<'a> {
    /// The address in the manifests; for older generations and undeclared keys that in the store.
    address: String,
    /// The kind of the key.
    kind: Kind,
    /// The declared key of which this is an older generation.
    #[serde(skip_serializing_if = "Option::is_none")]
    generation_of: Option<String>,
    /// Whether it works, as far as the key itself decides.
    state: State,
    /// When it was created, as RFC 3339; absent if the store does not return it.
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    /// Its age in whole days.
    #[serde(skip_serializing_if = "Option::is_none")]
    age_days: Option<i64>,
    /// Its end; absent if it never ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<&'a str>,
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
    places: Vec<Place<'a>>,
    /// What happens next, the earliest first.
    events: Vec<Event>,
    /// What a person should know or change.
    findings: Vec<Finding>,
}

/// A place of delivery.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    /// The place.
    to: Delivery<'a>,
    /// When this value was delivered there, as RFC 3339; absent if no delivery is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered: Option<String>,
    /// Whether a manifest names the place: if not, it holds a copy still. Absent if the manifests are not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<bool>,
    /// When this value was delivered there, as RFC 3339, if a later run began to deliver there again and did not record that it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_doubt: Option<String>,
    /// When the sink received this value before the settings made it another place, as RFC 3339; absent if it is the same place.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_before: Option<String>,
    /// Whether the file shows this value; absent if it is not on this machine, or the store shows the value only masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    shows: Option<bool>,
}

/// Something that happens to a key.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Event {
    /// When, as RFC 3339. What is past is overdue.
    at: String,
    /// Whether a run should have done it already.
    overdue: bool,
    /// What happens.
    what: What,
    /// Why no run does it, or what it waits for, in words; absent if the next run at that time does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<String>,
}

/// Whether a key works.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum State {
    /// It is active.
    Active,
    /// It waits for approval.
    Waiting,
    /// It is disabled.
    Disabled,
    /// Its end is past.
    Ended,
    /// The store has a word that is not understood.
    Unknown,
}

/// What happens to a key.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum What {
    /// A run creates its successor.
    Rotation,
    /// A run disables it, because its overlap is over.
    EndOfOverlap,
    /// A run deletes it.
    Deletion,
    /// It ends by itself.
    Expiry,
}

/// What a person should know or change.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Finding {
    /// It works, has no end, and is not rotated.
    NeverExpires,
    /// No manifest declares it.
    Undeclared,
    /// It works, and none of its places is known to have its value.
    DeliveredNowhere,
    /// Another key of its application and package works, and no rotation retires one of them.
    SeveralActive,
    /// It is active, but its user is not.
    OwnerDisabled,
    /// A manifest declares its name, and another key has it too.
    SameName,
}

impl<'a> Document<'a> {
    pub(super) fn of(report: &KeyReport<'a>, found: &'a [Diagnostic], sources: &'a Sources) -> Self {
        let places = Places::new(sources);
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            workspace: report.workspace,
            store: report.store,
            at: report.now.to_rfc3339(),
            until: report.until.map(|until| until.to_rfc3339()),
            with_manifests: report.has_manifests,
            keys: report.keys.iter().map(|key| Key::of(key, report)).collect(),
            diagnostics: diagnostics::list(found, &places),
        }
    }
}

impl<'a> Key<'a> {
    fn of(key: &'a keys::Key, report: &KeyReport<'_>) -> Self {
        let terms = key.terms.as_ref();
        Self {
            address: key.address.to_string(),
            kind: key.address.kind().into(),
            generation_of: key.generation_of.as_ref().map(ToString::to_string),
            state: key.state.into(),
            created: key.created.map(|created| created.to_rfc3339()),
            age_days: crate::render::keys::days(key, report.now),
            expires: key.expires.as_deref(),
            owner: key.owner.as_deref(),
            application: terms.map(|terms| terms.application.to_string()),
            package: terms.map(|terms| terms.package.to_string()),
            plan: terms.and_then(|terms| terms.plan.as_deref()),
            places: key.places.iter().map(Place::of).collect(),
            events: key.events.iter().map(|event| Event::of(event, report)).collect(),
            findings: key.concerns.iter().map(|concern| (*concern).into()).collect(),
        }
    }
}

impl<'a> Place<'a> {
    fn of(place: &'a keys::Place) -> Self {
        let text = |at: Option<crate::model::Instant>| at.map(|at| at.to_rfc3339());
        let shows = match place.seen {
            keys::Seen::Value => Some(true),
            keys::Seen::Another | keys::Seen::Nothing | keys::Seen::Broken => Some(false),
            keys::Seen::NotHere | keys::Seen::Masked | keys::Seen::Absent => None,
        };
        Self {
            to: (&place.to).into(),
            declared: place.is_declared,
            delivered: text(place.at),
            in_doubt: text(place.in_doubt),
            delivered_before: text(place.before),
            shows,
        }
    }
}

impl Event {
    fn of(event: &keys::Event, report: &KeyReport<'_>) -> Self {
        let (at, overdue) = (event.at.to_rfc3339(), event.is_overdue(report.now));
        Self { at, overdue, what: event.what.into(), held: event.held.clone() }
    }
}

impl From<keys::State> for State {
    fn from(state: keys::State) -> Self {
        match state {
            keys::State::Active => Self::Active,
            keys::State::Waiting => Self::Waiting,
            keys::State::Disabled => Self::Disabled,
            keys::State::Ended => Self::Ended,
            keys::State::Unknown => Self::Unknown,
        }
    }
}

impl From<keys::What> for What {
    fn from(what: keys::What) -> Self {
        match what {
            keys::What::Rotation => Self::Rotation,
            keys::What::EndOfOverlap => Self::EndOfOverlap,
            keys::What::Deletion => Self::Deletion,
            keys::What::Expiry => Self::Expiry,
        }
    }
}

impl From<keys::Concern> for Finding {
    fn from(concern: keys::Concern) -> Self {
        match concern {
            keys::Concern::NeverExpires => Self::NeverExpires,
            keys::Concern::Undeclared => Self::Undeclared,
            keys::Concern::DeliveredNowhere => Self::DeliveredNowhere,
            keys::Concern::SeveralActive => Self::SeveralActive,
            keys::Concern::OwnerOff => Self::OwnerDisabled,
            keys::Concern::SameName => Self::SameName,
        }
    }
}
