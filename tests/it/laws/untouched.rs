//! Objects that are neither declared nor owned are unchanged, and protected objects stay.

use std::collections::BTreeSet;

use keywright::model::Address;
use keywright::model::Kind;
use keywright::model::Live;
use keywright::model::LiveObject;
use keywright::model::Value;
use proptest::prelude::*;

use super::bench::Bench;
use super::bench::valid;
use super::change::two_versions;
use super::edits;
use super::locate::locate;
use super::locate::value;
use super::settings::Settings;
use super::settings::settings;
use super::tape::tapes;
use super::world::Object;
use super::world::Source;
use super::world::World;

/// The names, old and new, of all objects of a kind that a world declares, under any parent.
fn names(world: &World, kind: Kind) -> BTreeSet<&str> {
    let objects: Vec<&Object> = match kind {
        Kind::User => world.users.iter().collect(),
        Kind::Package => world.packages.iter().collect(),
        Kind::Plan => world.plans.iter().collect(),
        Kind::Application => world.applications.iter().map(|application| &application.object).collect(),
        Kind::ApiKey => world.api_keys.iter().collect(),
        Kind::PackageKey => Vec::new(),
    };
    objects.iter().flat_map(|o| std::iter::once(&o.name).chain(&o.previously)).map(String::as_str).collect()
}

/// Whether a manifest might mean the object. If in doubt, yes.
fn is_declared(world: &World, object: &LiveObject) -> bool {
    let Some(key) = &object.key else { return names(world, object.address.kind()).contains(&*object.name) };
    let is_custom = world.keys.iter().any(|key| key.source.value().as_deref() == Some(value(object)));
    let application = object.parent.as_ref().map(Address::name).unwrap_or_default();
    let may_be_slot = names(world, Kind::Application).contains(&*application)
        && names(world, Kind::Package).contains(&*key.package.name());
    let begins = |source: &Source| match source {
        Source::Generated { prefix, .. } => value(object).starts_with(prefix),
        _ => false,
    };
    let is_generated =
        world.keys.iter().any(|key| begins(&key.source)) || world.applications.iter().any(|a| !a.uses.is_empty());
    is_custom || (may_be_slot && is_generated)
}

/// Whether the workspace might own the object. If in doubt, yes. Ownership follows the tree below objects that are owned
/// themselves, and below manifests that were taken out since `former`.
fn is_owned(former: &World, world: &World, settings: &Settings, live: &Live, object: &LiveObject) -> bool {
    let kinds = [Kind::User, Kind::Application, Kind::Package, Kind::Plan, Kind::PackageKey, Kind::ApiKey];
    let at = kinds.iter().position(|kind| *kind == object.address.kind()).expect("every kind is there");
    match settings.owns[at] {
        "declared" => false,
        "all" => true,
        "{prefix: a}" => object.name.starts_with('a'),
        _ => {
            let is_gone =
                |kind: Kind, name: &str| names(former, kind).contains(name) && !names(world, kind).contains(name);
            let is_of = |parent: &Address| {
                let mut above = live.of(parent.kind()).iter().filter(|other| other.address == *parent);
                names(world, parent.kind()).contains(&*parent.name())
                    || is_gone(parent.kind(), &parent.name())
                    || above.any(|other| is_owned(former, world, settings, live, other))
            };
            object.parent.as_ref().is_some_and(is_of) || is_gone(Kind::User, &object.address.first_name())
        }
    }
}

/// The parts of an object that may not change. A plan's new name shows in its keys, and a disabled user disables their
/// keys.
fn face(world: &World, object: &LiveObject) -> Vec<(String, Value)> {
    let renamed: BTreeSet<&str> = world.plans.iter().flat_map(|plan| &plan.previously).map(String::as_str).collect();
    let owner = object.address.first_name();
    let disabled = Some(&Value::text("disabled"));
    let is_disabled = world.users.iter().any(|user| user.name == owner && user.fields.get("status") == disabled);
    let may_change = |field: &str, value: &Value| {
        object.key.is_some()
            && ((field == "plan"
                && (renamed.contains(value.as_text().unwrap_or_default())
                    || names(world, Kind::Plan).contains(value.as_text().unwrap_or_default())))
                || (field == "settings.status" && is_disabled))
    };
    let fields = object.attributes.iter().filter(|(field, value)| !may_change(field, value));
    fields.map(|(field, value)| (field.to_string(), value.clone())).collect()
}

fn same<'a>(live: &'a Live, object: &LiveObject) -> Option<&'a LiveObject> {
    live.of(object.address.kind()).iter().find(|other| other.id == object.id)
}

proptest! {
    #![proptest_config(super::cases(112))]

    #[test]
    fn unowned_objects_are_unchanged(
        (first, second) in two_versions(),
        foreign in tapes(0, 6),
        settings in settings(),
    ) {
        let mut bench = Bench::new();
        let _ = bench.apply(&valid(&first, &settings)?, &settings);
        for mut tape in foreign {
            edits::create_foreign(&bench, &mut tape);
        }
        let before = bench.live();
        prop_assume!(bench.apply(&valid(&second, &settings)?, &settings).is_some());
        let after = bench.live();
        for object in Kind::ALL.into_iter().flat_map(|kind| before.of(kind)) {
            let may_go = settings.prune && is_owned(&first, &second, &settings, &before, object);
            if is_declared(&second, object) || may_go {
                continue;
            }
            let Some(now) = same(&after, object) else {
                return Err(TestCaseError::fail(format!("{} is gone", object.address)));
            };
            prop_assert_eq!(&object.name, &now.name);
            prop_assert_eq!(value(object), value(now));
            prop_assert_eq!(face(&second, object), face(&second, now), "{} was touched", object.address);
        }
    }

    #[test]
    fn protected_objects_stay((first, second) in two_versions(), settings in settings()) {
        let mut bench = Bench::new();
        let mut second = second;
        for object in second.keys.iter_mut().map(|key| &mut key.object).chain(&mut second.plans).chain(&mut second.api_keys) {
            object.protect = true;
        }
        prop_assume!(bench.apply(&valid(&first, &settings)?, &settings).is_some());
        let before = bench.live();
        let Some(_) = bench.apply(&valid(&second, &settings)?, &settings) else { return Ok(()) };
        let after = bench.live();
        let off = |object: &LiveObject| {
            let word = |field| object.attributes.text(field).map(str::to_owned);
            let enabled = object.attributes.get("enabled") == Some(&Value::Bool(false));
            enabled
                || word("settings.status").as_deref() == Some("disabled")
                || matches!(word("status").as_deref(), Some("disabled" | "inactive"))
        };
        for object in locate(&second, &after).iter().filter(|object| object.protect && object.live.len() == 1) {
            let now = object.live[0];
            // A recreated key has another id and the same value.
            let former = same(&before, now).or_else(|| match &now.key {
                Some(_) => before.of(now.address.kind()).iter().find(|key| value(key) == value(now)),
                None => before.of(now.address.kind()).iter().find(|other| other.address == now.address),
            });
            let Some(former) = former else { continue };
            // The same value may be created again in another package; that replaces nothing.
            prop_assert!(former.id == now.id || same(&after, former).is_some(), "{} was replaced", object.name);
            prop_assert!(former.id != now.id || off(former) || !off(now), "{} was switched off", object.name);
        }
    }
}
