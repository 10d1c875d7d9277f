//! A random world: what a workspace declares, as a small model in which all references resolve.

use std::collections::BTreeSet;
use std::fmt;

use keywright::model::Kind;
use keywright::model::Value;
use proptest::prelude::*;

use super::fields;
use super::fields::Fields;
use super::fields::NAMES;
use super::layout;
use super::layout::Layout;
use super::tape::Tape;
use super::tape::tapes;

/// The common part of every declared object.
#[derive(Clone)]
pub(super) struct Object {
    /// Identifies an object across versions of a world, whatever its name is.
    pub(super) id: usize,
    pub(super) name: String,
    pub(super) previously: Vec<String>,
    pub(super) protect: bool,
    pub(super) fields: Fields,
    /// The id of its parent: an application's user, a plan's package, a key's application.
    pub(super) parent: usize,
}

#[derive(Clone)]
pub(super) struct Application {
    pub(super) object: Object,
    /// Ids of plans: the packages that the application uses.
    pub(super) uses: Vec<usize>,
}

#[derive(Clone)]
pub(super) struct Key {
    pub(super) object: Object,
    pub(super) plan: usize,
    pub(super) source: Source,
    pub(super) deliver: Vec<(String, String)>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Source {
    Generated { prefix: &'static str, by_store: bool },
    Literal(String),
    Environment(String),
}

impl Source {
    /// The value of a custom key.
    pub(super) fn value(&self) -> Option<String> {
        match self {
            Self::Generated { .. } => None,
            Self::Literal(value) => Some(value.clone()),
            Self::Environment(variable) => Some(in_environment(variable)),
        }
    }
}

/// The value of a variable in the environment of every world.
pub(super) fn in_environment(variable: &str) -> String {
    format!("val-{}", variable.to_lowercase().replace('_', "."))
}

#[derive(Clone, Default)]
pub(super) struct World {
    pub(super) users: Vec<Object>,
    pub(super) packages: Vec<Object>,
    pub(super) plans: Vec<Object>,
    pub(super) applications: Vec<Application>,
    pub(super) keys: Vec<Key>,
    pub(super) api_keys: Vec<Object>,
    /// How many objects were ever created: the next id.
    made: usize,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = layout::render(self, &mut Layout::plain());
        texts.iter().try_for_each(|(name, text)| write!(f, "\n# {name}\n{text}"))
    }
}

/// A world of a few objects of every kind.
pub(super) fn world() -> impl Strategy<Value = World> {
    (tapes(0, 3), tapes(0, 3), tapes(0, 4), tapes(0, 4), tapes(0, 6), tapes(0, 2)).prop_map(
        |(users, packages, plans, applications, keys, api_keys)| {
            let mut world = World::default();
            let all = [users, packages, plans, applications, keys, api_keys];
            let kinds = [Kind::User, Kind::Package, Kind::Plan, Kind::Application, Kind::PackageKey, Kind::ApiKey];
            for (kind, tapes) in kinds.into_iter().zip(all) {
                for mut tape in tapes {
                    world.add(kind, &mut tape);
                }
            }
            world.fix();
            world
        },
    )
}

impl World {
    /// Adds a random object of a kind, if it has a possible parent.
    pub(super) fn add(&mut self, kind: Kind, tape: &mut Tape) {
        let id = self.made;
        self.made += 1;
        match kind {
            Kind::User => {
                let mut user = object(id, kind, 0, tape);
                let status = tape.choose(&["active", "active", "active", "waiting", "disabled", ""]);
                if !status.is_empty() {
                    user.fields.insert("status".into(), Value::text(status));
                }
                user.fields.insert("email".into(), Value::text(format!("u{}@example.com", user.name.len())));
                user.fields.insert("displayName".into(), Value::text(tape.choose(&["Somebody", "größe: x", "0123"])));
                self.users.push(user);
            }
            Kind::Package => self.packages.push(object(id, kind, 0, tape)),
            Kind::Plan => {
                if let Some(at) = tape.index(self.packages.len()) {
                    self.plans.push(object(id, kind, self.packages[at].id, tape));
                }
            }
            Kind::Application => {
                if let Some(at) = tape.index(self.users.len()) {
                    let object = object(id, kind, self.users[at].id, tape);
                    let uses = self.plans.iter().filter(|_| tape.chance(4)).map(|plan| plan.id).collect();
                    self.applications.push(Application { object, uses });
                }
            }
            Kind::PackageKey => {
                if let (Some(application), Some(plan)) =
                    (tape.index(self.applications.len()), tape.index(self.plans.len()))
                {
                    let source = source(tape);
                    let (application, plan) = (self.applications[application].object.id, self.plans[plan].id);
                    let mut object = object(id, kind, application, tape);
                    object.name = format!("{} {id}", object.name);
                    let deliver = deliveries(id, tape);
                    self.keys.push(Key { object, plan, source, deliver });
                }
            }
            Kind::ApiKey => {
                let mut key = object(id, kind, 0, tape);
                for list in ["allowedApis", "allowedOrgs"] {
                    key.fields.entry(list.into()).or_insert_with(|| Value::set::<&str>([]));
                }
                key.fields.entry("enabled".into()).or_insert(Value::Bool(true));
                self.api_keys.push(key);
            }
        }
    }

    pub(super) fn user(&self, id: usize) -> Option<&Object> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn package(&self, id: usize) -> Option<&Object> {
        self.packages.iter().find(|package| package.id == id)
    }

    pub(super) fn plan(&self, id: usize) -> Option<&Object> {
        self.plans.iter().find(|plan| plan.id == id)
    }

    pub(super) fn application(&self, id: usize) -> Option<&Object> {
        self.applications.iter().map(|application| &application.object).find(|object| object.id == id)
    }

    /// Removes what the rules forbid, so that the world is valid.
    pub(super) fn fix(&mut self) {
        let mut seen = BTreeSet::new();
        self.users.retain(|user| seen.insert((0, user.name.clone())));
        self.packages.retain(|package| seen.insert((1, package.name.clone())));
        self.api_keys.retain(|key| seen.insert((2, key.name.clone())));
        let users: BTreeSet<usize> = self.users.iter().map(|user| user.id).collect();
        let packages: BTreeSet<usize> = self.packages.iter().map(|package| package.id).collect();
        let mut below = BTreeSet::new();
        self.plans.retain(|plan| packages.contains(&plan.parent) && below.insert((0, plan.parent, plan.name.clone())));
        self.applications.retain(|Application { object, .. }| {
            users.contains(&object.parent) && below.insert((1, object.parent, object.name.clone()))
        });
        self.fix_previously();
        self.fix_uses();
        self.fix_keys();
    }

    fn fix_previously(&mut self) {
        let applications = self.applications.iter_mut().map(|application| &mut application.object);
        for objects in
            [self.packages.iter_mut().collect(), self.plans.iter_mut().collect(), applications.collect::<Vec<_>>()]
        {
            let mut taken: BTreeSet<(usize, String)> =
                objects.iter().map(|object| (object.parent, object.name.clone())).collect();
            for object in objects {
                let parent = object.parent;
                object.previously.retain(|name| taken.insert((parent, name.clone())));
            }
        }
    }

    fn is_active(&self, application: usize) -> bool {
        let user = self.application(application).and_then(|application| self.user(application.parent));
        user.is_some_and(|user| user.fields.get("status") == Some(&Value::text("active")))
    }

    /// One entry for each package, and only for applications of active users.
    fn fix_uses(&mut self) {
        let active: Vec<bool> = self.applications.iter().map(|a| self.is_active(a.object.id)).collect();
        let plans = self.plans.clone();
        for (application, active) in self.applications.iter_mut().zip(active) {
            let mut packages = BTreeSet::new();
            application.uses.retain(|id| {
                let plan = plans.iter().find(|plan| plan.id == *id);
                active && plan.is_some_and(|plan| packages.insert(plan.parent))
            });
        }
    }

    fn fix_keys(&mut self) {
        let mut labels = BTreeSet::new();
        let mut values = BTreeSet::new();
        let mut slots: BTreeSet<(usize, usize, &'static str)> = BTreeSet::new();
        for application in &self.applications {
            let packages = application.uses.iter().filter_map(|plan| self.plan(*plan)).map(|plan| plan.parent);
            slots.extend(packages.map(|package| (application.object.id, package, "")));
        }
        let mut kept = Vec::new();
        for mut key in std::mem::take(&mut self.keys) {
            let Some(plan) = self.plan(key.plan) else { continue };
            if !self.is_active(key.object.parent) || !labels.insert(key.object.name.clone()) {
                continue;
            }
            let slot = (key.object.parent, plan.parent);
            let is_free = match &key.source {
                Source::Generated { prefix, .. } => {
                    let clash = slots.iter().any(|(application, package, other)| {
                        (*application, *package) == slot && (other.starts_with(prefix) || prefix.starts_with(other))
                    });
                    !clash && slots.insert((slot.0, slot.1, prefix))
                }
                custom => values.insert((plan.parent, custom.value())),
            };
            if is_free {
                obey(plan, &mut key);
                kept.push(key);
            }
        }
        self.keys = kept;
    }
}

/// A key has its own limit only if its plan allows it.
fn obey(plan: &Object, key: &mut Key) {
    for (limit, flag) in [("settings.throttle", "throttle.keyOverride"), ("settings.quota", "quota.keyOverride")] {
        if plan.fields.get(flag) == Some(&Value::Bool(false)) && key.object.fields.contains_key(limit) {
            key.object.fields.insert(limit.into(), Value::text("plan"));
        }
    }
}

fn object(id: usize, kind: Kind, parent: usize, tape: &mut Tape) -> Object {
    let can_rename = matches!(kind, Kind::Application | Kind::Package | Kind::Plan);
    Object {
        id,
        name: tape.choose(&NAMES).to_owned(),
        fields: fields::fields(kind, tape),
        previously: if can_rename && tape.chance(12) { vec!["never was".to_owned()] } else { Vec::new() },
        protect: tape.chance(16),
        parent,
    }
}

pub(super) fn source(tape: &mut Tape) -> Source {
    match tape.below(5) {
        0 | 1 => Source::Generated { prefix: tape.choose(&["", "chk_", "web-", "chk", "a.b:"]), by_store: false },
        // The store does not know prefixes.
        2 => Source::Generated { prefix: "", by_store: tape.chance(2) },
        3 => Source::Literal(tape.choose(&["Custom-Key:1.a", "chk_custom-key-two-0000000000", "web-3"]).into()),
        _ => Source::Environment(format!("LAW_KEY_{}", tape.below(4))),
    }
}

pub(super) fn deliveries(id: usize, tape: &mut Tape) -> Vec<(String, String)> {
    let files = ["secrets/all.env", "secrets/größe x.env"];
    let variable = |number: usize| format!("KEY_{id}_{number}");
    match tape.below(4) {
        2 => vec![(files[0].into(), variable(0))],
        3 => files.iter().enumerate().map(|(number, file)| ((*file).into(), variable(number))).collect(),
        _ => Vec::new(),
    }
}
