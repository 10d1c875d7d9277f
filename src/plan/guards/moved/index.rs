//! Finds the objects that no manifest declares by what they have in common with a declared one. A plan that creates
//! thousands of objects in an area with thousands of others compares each with a few of them, not with all.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::diff::folded;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Digest;
use crate::model::Generated;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;

/// By how many characters of its value a key is found. A longer prefix is compared afterwards.
const START: usize = 4;

/// The application and the package of a key, by their addresses in the manifests.
pub(super) type Place = (Address, Address);

/// What was found, in the order of [`Index::all`].
type Found<'c> = std::vec::IntoIter<&'c LiveObject>;

/// The objects that no manifest declares.
pub(super) struct Index<'c> {
    /// In the order of [`Matching::unmatched`]; the numbers below are positions in it.
    pub(super) all: Vec<&'c LiveObject>,
    places: Vec<Option<Place>>,
    by_place: BTreeMap<Place, Vec<usize>>,
    by_user: BTreeMap<String, Vec<usize>>,
    by_application: BTreeMap<String, Vec<usize>>,
    by_start: BTreeMap<Vec<u8>, Vec<usize>>,
    by_value: BTreeMap<Digest, Vec<usize>>,
    by_email: BTreeMap<String, Vec<usize>>,
    keys: BTreeSet<&'c LiveId>,
    addresses: BTreeSet<Address>,
}

impl<'c> Index<'c> {
    pub(super) fn of(all: Vec<&'c LiveObject>, matching: &Matching<'c>) -> Self {
        let places = all.iter().map(|live| Some((matching.parent_of(live)?, matching.terms_of(live)?.0))).collect();
        let mut index = Self {
            places,
            by_place: BTreeMap::new(),
            by_user: BTreeMap::new(),
            by_application: BTreeMap::new(),
            by_start: BTreeMap::new(),
            by_value: BTreeMap::new(),
            by_email: BTreeMap::new(),
            keys: all.iter().filter(|live| live.key.is_some()).map(|live| &live.id).collect(),
            addresses: all.iter().map(|live| matching.known_as(live)).collect(),
            all,
        };
        for at in 0..index.all.len() {
            index.add(at);
        }
        index
    }

    fn add(&mut self, at: usize) {
        let live = self.all[at];
        if let Some(email) = live.attributes.get("email").filter(|_| live.address.kind() == Kind::User) {
            self.by_email.entry(email_of(email)).or_default().push(at);
        }
        let Some(key) = &live.key else { return };
        self.by_value.entry(key.value.digest()).or_default().push(at);
        self.by_start.entry(start_of(key.value.expose())).or_default().push(at);
        let Some(place) = &self.places[at] else { return };
        self.by_user.entry(place.0.first_name()).or_default().push(at);
        self.by_application.entry(place.0.name()).or_default().push(at);
        self.by_place.entry(place.clone()).or_default().push(at);
    }

    fn at(&self, positions: impl IntoIterator<Item = usize>) -> Found<'c> {
        positions.into_iter().map(|at| self.all[at]).collect::<Vec<_>>().into_iter()
    }

    /// Whether no manifest declares this key.
    pub(super) fn has_key(&self, live: &LiveObject) -> bool {
        self.keys.contains(&live.id)
    }

    /// Whether an object with this address in the manifests is among them.
    pub(super) fn has(&self, address: &Address) -> bool {
        self.addresses.contains(address)
    }

    /// The keys of an application and a package.
    pub(super) fn in_place(&self, place: &Place) -> Found<'c> {
        self.at(self.by_place.get(place).into_iter().flatten().copied())
    }

    /// The keys of the user or of an application with one of the names.
    pub(super) fn near(&self, user: &str, applications: &[String]) -> Found<'c> {
        let named = applications.iter().filter_map(|name| self.by_application.get(name)).flatten();
        let all: BTreeSet<usize> = self.by_user.get(user).into_iter().flatten().chain(named).copied().collect();
        self.at(all)
    }

    /// The keys whose values may begin with a prefix of a generated key.
    pub(super) fn like(&self, generated: &Generated) -> Found<'c> {
        let prefixes = std::iter::once(&generated.prefix).chain(&generated.former);
        let starts: BTreeSet<Vec<u8>> = prefixes.map(|prefix| start_of(prefix)).collect();
        let mut all = BTreeSet::new();
        for start in &starts {
            let of_start = self.by_start.range(start.clone()..).take_while(|(value, _)| value.starts_with(start));
            all.extend(of_start.flat_map(|(_, positions)| positions).copied());
        }
        self.at(all)
    }

    pub(super) fn with_value(&self, value: Digest) -> Found<'c> {
        self.at(self.by_value.get(&value).into_iter().flatten().copied())
    }

    /// The users with an email address.
    pub(super) fn with_email(&self, email: &Value) -> Found<'c> {
        self.at(self.by_email.get(&email_of(email)).into_iter().flatten().copied())
    }
}

fn start_of(text: &str) -> Vec<u8> {
    text.as_bytes().iter().take(START).copied().collect()
}

fn email_of(value: &Value) -> String {
    folded("email", value).to_string()
}

/// The declared keys of each application and of each package.
pub(super) struct Holders<'c>(BTreeMap<&'c Address, Vec<&'c Declared>>);

impl<'c> Holders<'c> {
    pub(super) fn of(desired: &'c Desired) -> Self {
        let mut keys: BTreeMap<&Address, Vec<&Declared>> = BTreeMap::new();
        for key in desired.of(Kind::PackageKey) {
            let application = key.parent.as_ref().map(|parent| &parent.address);
            let package = key.key.as_ref().map(|key| &key.package.address);
            for holder in application.into_iter().chain(package) {
                keys.entry(holder).or_default().push(key);
            }
        }
        Self(keys)
    }

    pub(super) fn keys_of(&self, holder: &Address) -> impl Iterator<Item = &'c Declared> {
        self.0.get(holder).into_iter().flatten().copied()
    }
}
