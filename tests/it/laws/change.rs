//! A second version of a world: what people change in their manifests between two runs.

use keywright::model::Kind;
use keywright::model::Value;
use proptest::prelude::*;

use super::fields;
use super::fields::NAMES;
use super::tape::Tape;
use super::tape::tapes;
use super::world;
use super::world::Object;
use super::world::World;
use super::world::world;

/// A world and its second version. Both are valid.
pub(super) fn two_versions() -> impl Strategy<Value = (World, World)> {
    (world(), tapes(0, 5)).prop_map(|(first, tapes)| {
        let mut second = first.clone();
        for mut tape in tapes {
            change(&mut second, &mut tape);
        }
        second.fix();
        (first, second)
    })
}

fn change(world: &mut World, tape: &mut Tape) {
    match tape.below(10) {
        0 => set_a_field(world, tape),
        1 => remove(world, tape),
        2 | 3 => rename(world, tape),
        4 | 5 => move_a_key(world, tape),
        6 => {
            if let Some(at) = tape.index(world.keys.len()) {
                world.keys[at].source = world::source(tape);
            }
        }
        7 => {
            let kind = tape.choose(&Kind::ALL);
            world.add(kind, tape);
        }
        8 => switch(world, tape),
        _ => {
            if let Some(at) = tape.index(world.applications.len()) {
                let plans: Vec<usize> = world.plans.iter().map(|plan| plan.id).collect();
                world.applications[at].uses = plans.into_iter().filter(|_| tape.chance(3)).collect();
            }
        }
    }
}

fn all(world: &World, kind: Kind) -> Vec<&Object> {
    match kind {
        Kind::User => world.users.iter().collect(),
        Kind::Package => world.packages.iter().collect(),
        Kind::Plan => world.plans.iter().collect(),
        Kind::Application => world.applications.iter().map(|application| &application.object).collect(),
        Kind::PackageKey => world.keys.iter().map(|key| &key.object).collect(),
        Kind::ApiKey => world.api_keys.iter().collect(),
    }
}

fn all_mut(world: &mut World, kind: Kind) -> Vec<&mut Object> {
    match kind {
        Kind::User => world.users.iter_mut().collect(),
        Kind::Package => world.packages.iter_mut().collect(),
        Kind::Plan => world.plans.iter_mut().collect(),
        Kind::Application => world.applications.iter_mut().map(|application| &mut application.object).collect(),
        Kind::PackageKey => world.keys.iter_mut().map(|key| &mut key.object).collect(),
        Kind::ApiKey => world.api_keys.iter_mut().collect(),
    }
}

fn set_a_field(world: &mut World, tape: &mut Tape) {
    let kind = tape.choose(&Kind::ALL);
    let (field, value) = fields::field(kind, tape);
    let forget = tape.chance(4);
    let mut objects = all_mut(world, kind);
    let Some(at) = tape.index(objects.len()) else { return };
    let fields = &mut objects[at].fields;
    if forget && kind != Kind::ApiKey {
        fields.remove(&field);
    } else {
        fields.insert(field, value);
    }
}

fn remove(world: &mut World, tape: &mut Tape) {
    let kind = tape.choose(&[
        Kind::PackageKey,
        Kind::Application,
        Kind::Plan,
        Kind::Package,
        Kind::User,
        Kind::ApiKey,
        Kind::PackageKey,
    ]);
    let Some(at) = tape.index(all(world, kind).len()) else { return };
    match kind {
        Kind::User => drop(world.users.remove(at)),
        Kind::Package => drop(world.packages.remove(at)),
        Kind::Plan => drop(world.plans.remove(at)),
        Kind::Application => drop(world.applications.remove(at)),
        Kind::PackageKey => drop(world.keys.remove(at)),
        Kind::ApiKey => drop(world.api_keys.remove(at)),
    }
}

/// Renames an object; if the store can rename it, it remembers the old name.
fn rename(world: &mut World, tape: &mut Tape) {
    let kind = tape.choose(&[Kind::Application, Kind::Plan, Kind::Package, Kind::PackageKey]);
    let mut objects = all_mut(world, kind);
    let Some(at) = tape.index(objects.len()) else { return };
    let object = &mut *objects[at];
    let before = std::mem::replace(&mut object.name, tape.choose(&NAMES).to_owned());
    if kind != Kind::PackageKey && before != object.name {
        object.previously.insert(0, before);
    }
}

fn move_a_key(world: &mut World, tape: &mut Tape) {
    let Some(at) = tape.index(world.keys.len()) else { return };
    if tape.chance(2) {
        // Undeclared objects stay in the store as they are, even if the new plan would not allow them.
        let fields = &mut world.keys[at].object.fields;
        fields.retain(|field, _| !matches!(field.as_str(), "settings.throttle" | "settings.quota"));
    }
    if tape.chance(2)
        && let Some(to) = tape.index(world.applications.len())
    {
        world.keys[at].object.parent = world.applications[to].object.id;
    } else if let Some(to) = tape.index(world.plans.len()) {
        world.keys[at].plan = world.plans[to].id;
    }
}

/// Enables, disables or protects something.
fn switch(world: &mut World, tape: &mut Tape) {
    let kind = tape.choose(&[Kind::User, Kind::Plan, Kind::PackageKey, Kind::ApiKey]);
    let among: &[&str] = match kind {
        Kind::User => &["active", "waiting", "disabled"],
        Kind::Plan => &["active", "inactive"],
        _ => &["active", "disabled"],
    };
    let status = tape.choose(among);
    let protect = tape.chance(4);
    let mut objects = all_mut(world, kind);
    let Some(at) = tape.index(objects.len()) else { return };
    let object = &mut *objects[at];
    object.protect |= protect;
    let (field, value) = match kind {
        Kind::ApiKey => ("enabled", Value::Bool(status == "active")),
        Kind::PackageKey => ("settings.status", Value::text(status)),
        _ => ("status", Value::text(status)),
    };
    object.fields.insert(field.into(), value);
}
