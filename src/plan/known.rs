//! The objects that the workspace database knows. They are evidence: what keeps an object counts always, and what lets it
//! go counts only if nothing speaks against it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::TimeDelta;
use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::model::Address;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;

/// Everything that the database knows about objects, by kind and by [`trace_of`] their ids.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KnownObjects {
    ours: BTreeMap<Kind, IndexMap<Box<str>, Known, RandomState>>,
    /// Package keys that an earlier run took for no generation of the rotated key whose prefix they have. No manifest
    /// declared them.
    apart: BTreeMap<Box<str>, Known>,
    /// What another workspace declared.
    elsewhere: BTreeMap<Kind, BTreeMap<Box<str>, Elsewhere>>,
}

/// An object that another workspace declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Elsewhere {
    pub workspace: Box<str>,
    /// Whether a manifest of any other workspace protected it.
    pub protect: bool,
}

/// What the database knows about one object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// The address of the manifest that declared it, or of the one that got a new key in its place.
    pub address: Box<str>,
    pub maker: Maker,
    /// The fingerprint of a package key's value.
    pub value: Option<Fingerprint>,
    /// Whether the manifest protected it.
    pub protect: bool,
    /// When a run last left it disabled, because the manifest said so or a rotation ended it.
    pub disabled: Option<Instant>,
    /// The run that recorded it. `None` for an apply that changed nothing in the store.
    pub run: Option<i64>,
    /// Whether a run that left nothing out saw it without a manifest. So its manifest was not renamed since.
    pub is_undeclared: bool,
}

/// Who made an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Maker {
    Keywright,
    /// It was in the store before a manifest declared it.
    Other,
    /// API Control Plane.
    ControlPlane,
}

impl Maker {
    const ALL: [Self; 3] = [Self::Keywright, Self::Other, Self::ControlPlane];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Keywright => "keywright",
            Self::Other => "other",
            Self::ControlPlane => "control plane",
        }
    }

    /// For people, after the name of an object.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Keywright => "made by Keywright",
            Self::Other => "made by another program",
            Self::ControlPlane => "made by API Control Plane",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|maker| maker.name() == name)
    }
}

impl KnownObjects {
    /// Sets what is known about the objects of a kind; of several rows of one object, the last counts. All at once, because
    /// they are sorted then.
    pub fn set(&mut self, kind: Kind, rows: Vec<(Box<str>, Known)>) {
        let mut objects: IndexMap<Box<str>, Known, RandomState> = rows.into_iter().collect();
        objects.sort_unstable_keys();
        self.ours.insert(kind, objects);
    }

    pub fn insert_apart(&mut self, trace: &str, known: Known) {
        self.apart.insert(trace.into(), known);
    }

    /// What an earlier run recorded about a package key that it set apart.
    pub fn apart(&self, trace: &str) -> Option<&Known> {
        self.apart.get(trace)
    }

    pub fn all_apart(&self) -> impl Iterator<Item = (&str, &Known)> {
        self.apart.iter().map(|(trace, known)| (&**trace, known))
    }

    /// Of several workspaces, the last name is shown.
    pub fn insert_elsewhere(&mut self, kind: Kind, trace: &str, workspace: &str, protect: bool) {
        let of = self.elsewhere.entry(kind).or_default().entry(trace.into());
        let known = of.or_insert_with(|| Elsewhere { workspace: workspace.into(), protect });
        known.protect |= protect;
        if *known.workspace < *workspace {
            known.workspace = workspace.into();
        }
    }

    pub fn get(&self, kind: Kind, trace: &str) -> Option<&Known> {
        self.ours.get(&kind)?.get(trace)
    }

    /// All objects of all kinds, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &str, &Known)> {
        self.ours.iter().flat_map(|(kind, objects)| objects.iter().map(move |(trace, known)| (*kind, &**trace, known)))
    }

    /// The id of the object that a run made for a manifest, if exactly one is recorded. An API key has no id here.
    pub fn made_in(&self, run: i64, address: &Address) -> Option<LiveId> {
        let is_it = |known: &&Known| {
            known.maker == Maker::Keywright && known.run == Some(run) && address.is_written(&known.address)
        };
        let kind = Some(address.kind()).filter(|kind| *kind != Kind::ApiKey)?;
        let mut found = self.ours.get(&kind)?.iter().filter(|(_, known)| is_it(known));
        let (id, _) = found.next().filter(|_| found.next().is_none())?;
        Some(LiveId::new(&**id))
    }

    /// Whether an object is recorded under the address of a manifest.
    pub fn has_address(&self, address: &Address) -> bool {
        self.ours.get(&address.kind()).is_some_and(|known| known.values().any(|it| address.is_written(&it.address)))
    }

    /// Whether it has any object of a kind.
    pub fn has(&self, kind: Kind) -> bool {
        self.ours.get(&kind).is_some_and(|objects| !objects.is_empty())
    }

    pub fn is_empty(&self) -> bool {
        self.ours.is_empty()
    }

    /// What is recorded about a live object, whether or not it fits.
    pub fn of(&self, live: &LiveObject, key: Option<&FingerprintKey>) -> Option<&Known> {
        let kind = live.address.kind();
        if !self.ours.contains_key(&kind) {
            return None;
        }
        self.get(kind, &trace_of(kind, &live.id, key)?)
    }

    /// What another workspace of this database knows of a live object that it declared.
    pub fn elsewhere(&self, live: &LiveObject, key: Option<&FingerprintKey>) -> Option<&Elsewhere> {
        let objects = self.elsewhere.get(&live.address.kind())?;
        objects.get(&trace_of(live.address.kind(), &live.id, key)?)
    }
}

/// The precision of the dates of a store. Within it, a person would have to enable what Keywright disabled and to disable it
/// again. A clock of the store that is further ahead only asks for consent once more.
const PRECISION: TimeDelta = TimeDelta::seconds(2);

impl Known {
    /// The address of its manifest, if that is another one than `now`.
    pub fn former(&self, now: &Address) -> Option<Address> {
        if now.is_written(&self.address) { None } else { Address::parse(&self.address) }
    }

    /// Whether it is disabled because Keywright disabled it: nothing has changed it since. Without the store's date of the
    /// last change, that is not known.
    pub fn is_disabled_by_us(&self, live: &LiveObject) -> bool {
        self.disabled
            .zip(live.updated.or(live.created))
            .is_some_and(|(disabled, updated)| updated <= disabled + PRECISION)
    }

    /// Whether the record is about this object. The value of a key cannot change, so a record with another value, or with
    /// one under another key for fingerprints, proves nothing.
    pub fn fits(&self, live: &LiveObject, key: Option<&FingerprintKey>) -> bool {
        match &live.key {
            None => true,
            Some(live) => key.is_some_and(|key| self.value.as_ref() == Some(&key.of_value(&live.value))),
        }
    }
}

/// What runs created that were interrupted before they recorded their objects. The journal has no ids, only addresses and
/// the fingerprints of values.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Unrecorded {
    /// The objects that have no value.
    pub objects: BTreeSet<Address>,
    pub values: BTreeSet<Fingerprint>,
}

impl Unrecorded {
    /// Whether one of these runs created the object. A key is recognized by its value only, because other programs create
    /// keys in the same slot.
    pub fn includes(&self, address: &Address, value: Option<&Fingerprint>) -> bool {
        match address.kind() {
            Kind::PackageKey => value.is_some_and(|value| self.values.contains(value)),
            _ => self.objects.contains(address),
        }
    }
}

/// What runs deleted, by the addresses in the store.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Deleted(pub BTreeSet<Box<str>>);

impl Deleted {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn includes(&self, address: &Address) -> bool {
        self.0.contains(&*address.to_string())
    }

    /// Whether a run deleted a key of an application and a package.
    pub fn includes_key_of(&self, application: &Address, package: &Address) -> bool {
        let names = (application.first_name(), application.name(), package.name());
        let keys = format!("{}@", Address::key_of_application(&names.0, &names.1, &names.2));
        self.0.range(Box::from(&*keys)..).next().is_some_and(|address| address.starts_with(&keys))
    }
}

/// When keys were revoked, by their addresses in the store.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Revoked(pub BTreeMap<Box<str>, Instant>);

impl Revoked {
    /// Whether a live key was revoked, and no run has disabled it since for another reason.
    pub fn includes(&self, live: &LiveObject, known: Option<&Known>) -> bool {
        let at = if self.0.is_empty() { None } else { self.0.get(&*live.address.to_string()) };
        at.is_some_and(|at| known.and_then(|known| known.disabled).is_none_or(|disabled| disabled <= *at))
    }

    /// Whether a package key with this id was revoked, whether or not it is in the store still.
    pub fn includes_id(&self, id: &str) -> bool {
        self.0.keys().any(|address| address.rsplit_once('@').is_some_and(|(_, of)| of == id))
    }
}

/// By what the database finds an object: its id; for an API key the fingerprint of the id, which may be the credential.
/// `None` without a key for fingerprints.
pub fn trace_of(kind: Kind, id: &LiveId, key: Option<&FingerprintKey>) -> Option<Box<str>> {
    match kind {
        Kind::ApiKey => key.map(|key| key.fingerprint("API key id", id.expose()).as_str().into()),
        _ => Some(id.expose().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Address;
    use crate::model::Attributes;

    #[test]
    fn a_later_change_or_an_unknown_one_is_not_ours() {
        let at = |minutes: i64| Instant::from_timestamp(minutes * 60, 0);
        let live = |updated| LiveObject {
            address: Address::user("ann"),
            id: LiveId::new("1"),
            name: "ann".into(),
            parent: None,
            parent_id: None,
            attributes: Attributes::default(),
            created: None,
            updated,
            key: None,
            unread: std::collections::BTreeSet::new(),
        };
        let known = |disabled| Known {
            address: "user/ann".into(),
            maker: Maker::Other,
            value: None,
            protect: false,
            disabled,
            run: None,
            is_undeclared: false,
        };
        for (disabled, updated, is_ours) in [
            (at(100), at(100), true),
            (at(100), at(101), false),
            (at(100), at(0), true),
            (at(100), None, false),
            (None, at(0), false),
        ] {
            assert_eq!(known(disabled).is_disabled_by_us(&live(updated)), is_ours, "{disabled:?} {updated:?}");
        }
    }
}
