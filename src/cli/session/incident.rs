//! What a leak needs: the keys of every store that can be reached, read in the fewest calls, and whatever else is known, even
//! if the manifests, a part of the settings, or the database cannot be used.

mod disable;

pub(in crate::cli) use disable::Disabled;

use std::collections::BTreeMap;

use super::Checked;
use super::Session;
use super::check_stores;
use super::database;
use super::fingerprints;
use super::history;
use super::origin;
use super::remotes;
use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::access::access;
use crate::cli::failure::Failure;
use crate::cli::heartbeat;
use crate::cli::runtime::block_on;
use crate::database::Location;
use crate::delivery;
use crate::diagnostic::has_errors;
use crate::keys;
use crate::keys::Input;
use crate::keys::Manifests;
use crate::matching::matching;
use crate::model::Address;
use crate::model::Desired;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::desired::SecretOrigin;
use crate::plan;
use crate::plan::OwnKey;
use crate::plan::Remembered;
use crate::plan::Sighting;
use crate::secrets;
use crate::secrets::Programs;
use crate::source::Loaded;
use crate::store::Query;
use crate::store::Reader;
use crate::stores::Readers;
use crate::stores::Remotes;
use crate::stores::embedded::EmbeddedReader;
use crate::workspace::WORKSPACE_FILE;

pub(in crate::cli) struct Incident {
    pub(in crate::cli) loaded: Loaded,
    /// `None` if the manifests have errors.
    pub(in crate::cli) desired: Option<Desired>,
    pub(in crate::cli) live: Live,
    /// What could not be read, and why.
    pub(in crate::cli) unread: Vec<String>,
    /// The stores, in words.
    pub(in crate::cli) store: String,
    remembered: Remembered,
    remotes: Remotes,
    /// Why there is no database, if there is none.
    location: Result<Location, String>,
    declared: Vec<Sighting>,
}

/// A credential of the settings that has one of these values, in words.
pub(in crate::cli) fn own_credential(loaded: &Loaded, values: &[Secret], console: &Console<'_>) -> Option<String> {
    let access = access(loaded, console);
    let sources = loaded.workspace.credentials().map(|(source, _)| source);
    // A program could ask for something.
    let sources = sources.filter(|source| !matches!(source.origin, SecretOrigin::Command(_)));
    let mut found = sources.filter_map(|source| Some((source, secrets::credential(source, &access).ok()?)));
    found.find(|(_, secret)| values.contains(secret)).map(|(source, _)| secrets::name_of(source))
}

impl Session {
    /// Reads the keys. An error only if no store can be read.
    pub(in crate::cli) fn incident(self, console: &Console<'_>) -> Result<Incident, Failure> {
        check_stores(&self.loaded)?;
        let location = database::location(&self.loaded, console).map_err(|failure| failure.message);
        let (remotes, mut unread) = remotes::each(&self.loaded, console);
        let live = live(&self.loaded, &remotes, location.as_ref().ok(), &mut unread)?;
        let remembered = location.as_ref().ok().map(|location| remembered(&self.loaded, location, console));
        let unread = unread.into_values().collect();
        let store = match &location {
            Ok(location) => origin::origin(&self.loaded, location, console.now).stores(),
            Err(_) => "the stores of keywright.yaml".to_owned(),
        };
        let Checked { loaded, desired, .. } = self.check_texts();
        let values = match &desired {
            Some(desired) => secrets::read(desired, &access(&loaded, console), Programs::Skip).values,
            None => BTreeMap::new(),
        };
        let declared =
            desired.as_ref().map(|desired| Sighting::all(desired, &matching(desired, &live, &values, false)));
        Ok(Incident {
            desired,
            unread,
            store,
            remembered: remembered.unwrap_or_default(),
            remotes,
            location,
            declared: declared.unwrap_or_default(),
            live,
            loaded,
        })
    }
}

impl Incident {
    pub(in crate::cli) fn with_input<T>(&self, now: Instant, work: impl FnOnce(&Input<'_>) -> T) -> T {
        let (live, remembered, nothing) = (&self.live, &self.remembered, Desired::default());
        let desired = self.desired.as_ref().unwrap_or(&nothing);
        let delivered = &delivery::delivered(desired, &remembered.receipts, &self.loaded.root);
        let manifests = self.desired.as_ref();
        let manifests = manifests.map(|desired| Manifests { desired, declared: &self.declared, rotations: &[] });
        work(&Input { live, now, workspace: &self.loaded.workspace, manifests, remembered, delivered })
    }

    /// The keys that an address means.
    pub(in crate::cli) fn find(&self, address: &str, console: &Console<'_>) -> Vec<&LiveObject> {
        let addresses = self.with_input(console.now, |input| {
            let found = keys::with_address(input, address);
            found.into_iter().map(|live| (live.address.clone(), live.id.clone())).collect::<Vec<_>>()
        });
        let is_it = |live: &&LiveObject| addresses.iter().any(|(at, id)| *at == live.address && *id == live.id);
        [Kind::PackageKey, Kind::ApiKey].into_iter().flat_map(|kind| self.live.of(kind)).filter(is_it).collect()
    }

    /// Whether Keywright signs in with this key. An error if that is unknown.
    pub(in crate::cli) fn is_own(&self, key: &LiveObject, credential: bool) -> Result<bool, Failure> {
        if key.address.kind() != Kind::ApiKey {
            return Ok(credential);
        }
        match plan::own_key_in(&self.live, &self.loaded.workspace) {
            OwnKey::None => Ok(credential),
            OwnKey::Known(id) => Ok(credential || *id == key.id),
            OwnKey::Unknown => {
                let message = format!(
                    "could not disable {}: it is unknown which API key Keywright itself signs in with",
                    key.address
                );
                let failure = Failure { exit: Exit::Stopped, ..Failure::new(message) };
                Err(failure.help("name that key: `ownKey: NAME` under spec.stores.managedFileTransfer"))
            }
        }
    }

    /// The address of a key that a run knew with one of these values, and that is not in the store now.
    pub(in crate::cli) fn gone(&self, values: &[Secret]) -> Option<String> {
        let key = self.remembered.key.as_ref()?;
        let known: Vec<_> = values.iter().map(|value| key.of_value(value)).collect();
        let mut objects = self.remembered.objects.iter();
        let found = objects.find(|(.., object)| object.value.as_ref().is_some_and(|value| known.contains(value)));
        let receipt = || self.remembered.receipts.places.iter().find(|(_, receipt)| known.contains(&receipt.value));
        let place = || receipt().map(|(to, _)| format!("the value delivered to {} as {}", to.file, to.variable));
        found.map(|(.., object)| object.address.to_string()).or_else(place)
    }

    /// The address in manifests of the current generation of a key, if it is declared.
    pub(in crate::cli) fn current(&self, key: &LiveObject) -> Option<&Address> {
        let is_it = |sighting: &&Sighting| sighting.kind() == key.address.kind() && sighting.id == key.id;
        let address = &self.declared.iter().find(is_it)?.address;
        let current = self.declared.iter().find(|sighting| sighting.address == *address)?;
        (current.id == key.id).then_some(address)
    }
}

/// Reads each store on its own, so that one that cannot be read does not hide the other.
fn live(
    loaded: &Loaded,
    remotes: &Remotes,
    location: Option<&Location>,
    unread: &mut BTreeMap<Kind, String>,
) -> Result<Live, Failure> {
    let mut live = Live::default();
    let mut first = None;
    for kind in [Kind::PackageKey, Kind::ApiKey] {
        if unread.contains_key(&kind) {
            continue;
        }
        if !remotes.is_remote(kind) && may_be_elsewhere(loaded, kind) {
            let why = "keywright.yaml has errors where it names the store";
            unread.insert(kind, format!("{}: {why}", kind.plural()));
            continue;
        }
        let query = Query { kinds: [kind].into(), ..Query::keys() };
        let read = database::for_reading(location).and_then(|database| {
            let readers = Readers { remotes, embedded: EmbeddedReader { database } };
            block_on(heartbeat::reading(readers.read(&query)))?.map_err(Failure::of_store)
        });
        match read {
            Ok(more) => live.join(more),
            Err(failure) => {
                unread.insert(kind, format!("{}: {}", kind.plural(), failure.message));
                first = first.or(Some(failure));
            }
        }
    }
    if unread.len() < 2 {
        return Ok(live);
    }
    let all: Vec<&str> = unread.values().map(String::as_str).collect();
    let failure = Failure::new(format!("could not read a store: {}", all.join("; ")));
    let help = first.and_then(|failure| failure.help);
    let help = help.unwrap_or_else(|| "`keywright validate` checks the settings".to_owned());
    Err(failure.help(help))
}

/// Whether settings with errors name a store that could not be taken from them: then the embedded store is the wrong place.
fn may_be_elsewhere(loaded: &Loaded, kind: Kind) -> bool {
    let name = if kind == Kind::ApiKey { "managedFileTransfer" } else { "cloudApiManagement" };
    let mut settings = loaded.sources.0.iter().filter(|source| source.name.contains(WORKSPACE_FILE));
    has_errors(&loaded.settings) && settings.any(|source| source.text.contains(name))
}

/// What the database knows. Without it, less is known, and the key is disabled all the same.
fn remembered(loaded: &Loaded, location: &Location, console: &Console<'_>) -> Remembered {
    let stores = origin::origin(loaded, location, console.now).stores();
    let key = fingerprints::key(loaded, location, fingerprints::Create::No, console).ok().flatten();
    history::remembered(location, loaded, &stores, key.as_ref()).unwrap_or_default()
}
