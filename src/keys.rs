//! Every key of the stores, with what its owners need to know about it: whether it works, who has it, what happens to it
//! next, and what is wrong with it. A pure function of the stores, the manifests and the memory of earlier runs.

mod concerns;
mod events;
mod incident;
mod leaked;
mod pasted;
mod places;
mod select;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::Address;
use crate::model::Delivery;
use crate::model::Desired;
use crate::model::Fingerprint;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::plan::KeyTimeline;
use crate::plan::Named;
use crate::plan::Next;
use crate::plan::Receipt;
use crate::plan::Remembered;
use crate::plan::Shown;
use crate::plan::Sighting;
use crate::workspace::Workspace;
use concerns::Slots;

pub use incident::Affected;
pub use incident::affected;
pub use incident::holders;
pub use incident::with_address;
pub use leaked::Suspect;
pub use leaked::suspects;
pub use pasted::Unreadable;
pub use pasted::pasted;
pub use places::Place;
pub use places::Seen;
pub use select::Selection;
pub use select::Unknown;

/// What the list is made from.
pub struct Input<'a> {
    pub live: &'a Live,
    pub now: Instant,
    pub workspace: &'a Workspace,
    /// `None` if the manifests are not valid: then the list is of the stores and the memory alone.
    pub manifests: Option<Manifests<'a>>,
    pub remembered: &'a Remembered,
    /// What the delivery files on this machine show.
    pub delivered: &'a BTreeMap<Delivery, Shown>,
}

/// Valid manifests, and what is known of their keys.
pub struct Manifests<'a> {
    pub desired: &'a Desired,
    /// The keys that they declare, of each the current generation first.
    pub declared: &'a [Sighting],
    /// The generations of rotated keys. Empty if no plan was made.
    pub rotations: &'a [KeyTimeline],
}

/// One key of a store. Contains neither its value nor, but in the address of an undeclared package key, its id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// The address in the manifests; for older generations and undeclared keys that in the store.
    pub address: Address,
    /// The declared key of which this is an older generation.
    pub generation_of: Option<Address>,
    pub state: State,
    pub created: Option<Instant>,
    /// Its end as the store has it; `None` if it never ends.
    pub expires: Option<Box<str>>,
    /// The user of a package key, or the account of an API key, if it is known.
    pub owner: Option<Box<str>>,
    /// Where a package key belongs. `None` for API keys.
    pub terms: Option<Terms>,
    /// Where its value is or belongs, by place.
    pub places: Vec<Place>,
    /// What happens next, the earliest first. What is past its time is due.
    pub events: Vec<Event>,
    pub concerns: BTreeSet<Concern>,
}

/// The application, the package and the package plan of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    pub application: Address,
    pub package: Address,
    /// `None` if the key has no package plan.
    pub plan: Option<Box<str>>,
}

/// Whether calls with a key work, as far as the key itself decides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    Active,
    /// It waits for approval.
    Waiting,
    Disabled,
    /// Its end is past.
    Ended,
    /// The store has a word that is not understood, or none.
    Unknown,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Active, Self::Waiting, Self::Disabled, Self::Ended, Self::Unknown];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Disabled => "disabled",
            Self::Ended => "ended",
            Self::Unknown => "unknown",
        }
    }
}

/// Something that happens to a key at a time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Event {
    pub at: Instant,
    pub what: What,
    /// Why no run does it, or what it waits for.
    pub held: Option<String>,
}

impl Event {
    /// Whether a run should have done it already.
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.at < now
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// A run creates its successor.
    Rotation,
    /// The overlap is over, and a run disables it.
    EndOfOverlap,
    /// A run deletes it.
    Deletion,
    /// It ends by itself.
    Expiry,
}

impl What {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rotation => "rotation",
            Self::EndOfOverlap => "end-of-overlap",
            Self::Deletion => "deletion",
            Self::Expiry => "expiry",
        }
    }

    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Rotation => "gets a successor",
            Self::EndOfOverlap => "is disabled after its overlap",
            Self::Deletion => "is deleted",
            Self::Expiry => "expires",
        }
    }
}

/// What a person should know or change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Concern {
    /// It works, has no end, and is not rotated.
    NeverExpires,
    /// No manifest declares it.
    Undeclared,
    /// It works and has places of delivery, and none of them is known to have its value.
    DeliveredNowhere,
    /// Another key of its application and package works, and no rotation retires one of them.
    SeveralActive,
    /// It is active, but its user is disabled or waits for approval, so calls fail.
    OwnerOff,
    /// A manifest declares its name, and another key has it too.
    SameName,
}

impl Concern {
    pub const ALL: [Self; 6] = [
        Self::NeverExpires,
        Self::Undeclared,
        Self::DeliveredNowhere,
        Self::SeveralActive,
        Self::OwnerOff,
        Self::SameName,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::NeverExpires => "never-expires",
            Self::Undeclared => "undeclared",
            Self::DeliveredNowhere => "delivered-nowhere",
            Self::SeveralActive => "several-active",
            Self::OwnerOff => "owner-disabled",
            Self::SameName => "same-name",
        }
    }

    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NeverExpires => "it never expires and is not rotated",
            Self::Undeclared => "no manifest declares it",
            Self::DeliveredNowhere => "no place is known to have its value",
            Self::SeveralActive => "another key of this application and package is active, and none is retired",
            Self::OwnerOff => "its user is not active, so calls fail",
            Self::SameName => "another key has the same declared name, so no plan changes either",
        }
    }
}

/// All keys, in the order of their addresses, each declared key before its older generations.
pub fn keys(input: &Input<'_>) -> Vec<Key> {
    let known = Known::of(input);
    let slots = Slots::of(input.live, &known, input.now);
    let live = [Kind::PackageKey, Kind::ApiKey].into_iter().flat_map(|kind| input.live.of(kind));
    let mut keys: Vec<Key> = live.map(|live| key(input, &known, &slots, live)).collect();
    keys.sort_by(|one, other| place_in_list(one).cmp(&place_in_list(other)));
    keys
}

/// Some keys of the store, in this order.
pub fn some(input: &Input<'_>, keys: &[&LiveObject]) -> Vec<Key> {
    let known = Known::of(input);
    let slots = Slots::of(input.live, &known, input.now);
    keys.iter().map(|live| key(input, &known, &slots, live)).collect()
}

fn place_in_list(key: &Key) -> (&Address, bool, std::cmp::Reverse<Option<Instant>>, &Address) {
    let first = key.generation_of.as_ref().unwrap_or(&key.address);
    (first, key.generation_of.is_some(), std::cmp::Reverse(key.created), &key.address)
}

/// What is known of the keys of the stores, by what finds it: looking it up for each key costs the same with many keys.
struct Known<'a> {
    /// The declared addresses, and whether a key is the current generation.
    declared: BTreeMap<(Kind, &'a LiveId), (&'a Address, bool)>,
    /// What runs do with a generation, by its address in the store.
    next: BTreeMap<&'a Address, &'a Next>,
    /// The deliveries of a value.
    receipts: BTreeMap<&'a Fingerprint, BTreeMap<&'a Delivery, &'a Receipt>>,
    /// The places that manifests name. `None` if they are not valid.
    named: Option<Named<'a>>,
}

impl<'a> Known<'a> {
    fn of(input: &Input<'a>) -> Self {
        let manifests = input.manifests.as_ref();
        let (sightings, rotations) = manifests.map_or((&[][..], &[][..]), |it| (it.declared, it.rotations));
        let generations = rotations.iter().flat_map(|timeline| &timeline.generations);
        let mut receipts: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for (to, receipt) in &input.remembered.receipts.places {
            receipts.entry(&receipt.value).or_default().insert(to, receipt);
        }
        Self {
            declared: declared(sightings),
            next: generations.map(|generation| (&generation.address, &generation.next)).collect(),
            receipts,
            named: manifests.map(|it| Named::of(it.desired, input.workspace)),
        }
    }

    /// The declared address of a key, and whether it is the current generation.
    fn declared(&self, live: &LiveObject) -> Option<(&'a Address, bool)> {
        self.declared.get(&(live.address.kind(), &live.id)).copied()
    }
}

fn declared(sightings: &[Sighting]) -> BTreeMap<(Kind, &LiveId), (&Address, bool)> {
    let mut current: BTreeSet<&Address> = BTreeSet::new();
    // The current generation comes first.
    let known = sightings.iter().map(|it| ((it.kind(), &it.id), (&it.address, current.insert(&it.address))));
    known.collect()
}

fn key(input: &Input<'_>, known: &Known<'_>, slots: &Slots<'_>, live: &LiveObject) -> Key {
    let found = known.declared(live);
    let current = found.filter(|(_, is_current)| *is_current).map(|(address, _)| address);
    let state = state(live, input.now);
    let places = places::of(input, known, found.map(|(address, _)| address), live);
    Key {
        address: current.unwrap_or(&live.address).clone(),
        generation_of: found.filter(|(_, is_current)| !is_current).map(|(address, _)| address.clone()),
        state,
        created: live.created,
        expires: live.attributes.text("expires").filter(|end| *end != "never").map(Into::into),
        owner: owner(input.live, live),
        terms: terms(live),
        events: events::of(known, live, state),
        concerns: concerns::of(input, slots, live, found, (state, &places)),
        places,
    }
}

fn state(live: &LiveObject, now: Instant) -> State {
    let is_ended = events::end(live).is_some_and(|end| end <= now);
    let state = match (live.address.kind(), live.attributes.text("settings.status")) {
        (Kind::ApiKey, _) if live.attributes.flag("enabled") => State::Active,
        (Kind::PackageKey, Some("active")) => State::Active,
        (Kind::PackageKey, Some("waiting")) => State::Waiting,
        (Kind::ApiKey, _) | (_, Some("disabled")) => State::Disabled,
        _ => State::Unknown,
    };
    if state == State::Active && is_ended { State::Ended } else { state }
}

fn owner(store: &Live, live: &LiveObject) -> Option<Box<str>> {
    match &live.parent {
        Some(application) => Some(application.first_name().into()),
        None => Some(store.transfer.as_ref()?.account.as_ref()?.shown().into()),
    }
}

fn terms(live: &LiveObject) -> Option<Terms> {
    Some(Terms {
        application: live.parent.clone()?,
        package: live.key.as_ref()?.package.clone(),
        plan: live.attributes.text("plan").map(Into::into),
    })
}

/// The keys with an event until a time, with only those events.
pub fn due(keys: Vec<Key>, until: Instant) -> Vec<Key> {
    let only = |mut key: Key| {
        key.events.retain(|event| event.at <= until);
        key
    };
    keys.into_iter().map(only).filter(|key| !key.events.is_empty()).collect()
}
