//! Finds the objects of a world in a store, independently of the engine.

use keywright::model::Address;
use keywright::model::Kind;
use keywright::model::Live;
use keywright::model::LiveObject;

use super::fields::Fields;
use super::world::Key;
use super::world::Source;
use super::world::World;

/// A declared object: its kind, its id in the model, its name, its declared fields, and its object in the store.
pub(super) struct Located<'a> {
    pub(super) kind: Kind,
    pub(super) id: usize,
    pub(super) name: String,
    pub(super) previously: Vec<String>,
    pub(super) protect: bool,
    pub(super) fields: Fields,
    pub(super) live: Vec<&'a LiveObject>,
}

/// Every declared object of a world with its object in the store.
pub(super) fn locate<'a>(world: &World, live: &'a Live) -> Vec<Located<'a>> {
    let mut located = Vec::new();
    let mut named = |object: &super::world::Object, address: Address| {
        let is_it = |other: &&LiveObject| other.address == address;
        located.push(Located {
            kind: address.kind(),
            id: object.id,
            name: address.to_string(),
            previously: object.previously.clone(),
            protect: object.protect,
            fields: object.fields.clone(),
            live: live.of(address.kind()).iter().filter(is_it).collect(),
        });
    };
    for user in &world.users {
        named(user, Address::user(&user.name));
    }
    for package in &world.packages {
        named(package, Address::package(&package.name));
    }
    for plan in &world.plans {
        let package = world.package(plan.parent).expect("references hold");
        named(plan, Address::plan(&package.name, &plan.name));
    }
    for application in &world.applications {
        named(&application.object, address_of(world, application.object.id));
    }
    for key in &world.api_keys {
        named(key, Address::api_key(&key.name));
    }
    located.extend(world.keys.iter().map(|key| of_key(world, live, key)));
    for application in &world.applications {
        for plan in &application.uses {
            let plan = world.plan(*plan).expect("references hold");
            let package = world.package(plan.parent).expect("references hold");
            let slot = (address_of(world, application.object.id), Address::package(&package.name));
            located.push(Located {
                kind: Kind::PackageKey,
                id: 1_000 + 100 * application.object.id + plan.parent,
                name: format!("{} for {}", slot.0, slot.1),
                previously: Vec::new(),
                protect: application.object.protect,
                fields: [("plan".to_owned(), keywright::model::Value::text(plan.name.clone()))].into(),
                live: in_slot(live, &slot).into_iter().filter(|live| !is_custom(world, live)).collect(),
            });
        }
    }
    located
}

fn address_of(world: &World, application: usize) -> Address {
    let application = world.application(application).expect("references hold");
    let user = world.user(application.parent).expect("references hold");
    Address::application(&user.name, &application.name)
}

fn of_key<'a>(world: &World, live: &'a Live, key: &Key) -> Located<'a> {
    let plan = world.plan(key.plan).expect("references hold");
    let package = world.package(plan.parent).expect("references hold");
    let slot = (address_of(world, key.object.parent), Address::package(&package.name));
    let mut keys = in_slot(live, &slot);
    keys.retain(|live| match (&key.source, value(live)) {
        (Source::Generated { prefix, .. }, value) => value.starts_with(prefix),
        (custom, value) => custom.value().as_deref() == Some(value),
    });
    if matches!(key.source, Source::Generated { .. }) {
        keys.retain(|live| !is_custom(world, live));
    }
    let mut fields = key.object.fields.clone();
    fields.insert("plan".into(), keywright::model::Value::text(plan.name.clone()));
    Located {
        kind: Kind::PackageKey,
        id: key.object.id,
        name: format!("key/{}", key.object.name),
        previously: Vec::new(),
        protect: key.object.protect,
        fields,
        live: keys,
    }
}

/// Whether a manifest for the same application and package sets the value of a key.
fn is_custom(world: &World, live: &LiveObject) -> bool {
    world.keys.iter().any(|key| {
        let package = world.plan(key.plan).and_then(|plan| world.package(plan.parent));
        let package = package.map(|package| Address::package(&package.name));
        let is_here = live.parent == Some(address_of(world, key.object.parent))
            && live.key.as_ref().map(|live| &live.package) == package.as_ref();
        is_here && key.source.value().as_deref() == Some(value(live))
    })
}

/// The keys of an application and package.
fn in_slot<'a>(live: &'a Live, (application, package): &(Address, Address)) -> Vec<&'a LiveObject> {
    let is_in = |live: &&LiveObject| {
        live.parent.as_ref() == Some(application) && live.key.as_ref().is_some_and(|key| key.package == *package)
    };
    live.of(Kind::PackageKey).iter().filter(is_in).collect()
}

/// The value of a key.
pub(super) fn value(live: &LiveObject) -> &str {
    live.key.as_ref().map_or("", |key| key.value.expose())
}
