//! Finds the differences and their sides.

use std::collections::BTreeMap;

use super::Drift;
use super::FieldDrift;
use super::Side;
use super::What;
use crate::diagnostic::Places;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::model::built_in::is_secret_field;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::plan::Planned;
use crate::plan::Remembered;
use crate::plan::applied::Record;
use crate::plan::applied::is_recorded;
use crate::plan::applied::is_short;

/// What the differences are found in.
pub struct Input<'a> {
    pub planned: &'a Planned,
    /// The objects that the workspace owns and no manifest declares.
    pub undeclared: &'a [&'a LiveObject],
    pub desired: &'a Desired,
    pub live: &'a Live,
    pub remembered: &'a Remembered,
    pub places: &'a Places<'a>,
}

/// All differences, by address. Deliveries, new generations and the retirement of old ones are no drift: time makes them due.
pub fn drift(input: &Input<'_>) -> Vec<Drift> {
    let finder = Finder::of(input);
    let mut found: Vec<Drift> =
        input.planned.plan.changes.iter().filter_map(|change| finder.of_change(change)).collect();
    found.extend(input.undeclared.iter().map(|live| finder.undeclared(live, What::Undeclared)));
    found.sort_by(|a, b| a.address.cmp(&b.address));
    found
}

struct Finder<'a> {
    input: &'a Input<'a>,
    live: BTreeMap<(Kind, &'a LiveId), &'a LiveObject>,
    /// The addresses that manifests have for live objects.
    declared: BTreeMap<(Kind, &'a LiveId), &'a Address>,
}

impl<'a> Finder<'a> {
    fn of(input: &'a Input<'a>) -> Self {
        let all = Kind::ALL.into_iter().flat_map(|kind| input.live.of(kind).iter().map(move |live| (kind, live)));
        let declared = input.planned.declared.iter();
        Self {
            input,
            live: all.map(|(kind, live)| ((kind, &live.id), live)).collect(),
            declared: declared.map(|sighting| ((sighting.kind(), &sighting.id), &sighting.address)).collect(),
        }
    }

    fn of_change(&self, change: &'a Change) -> Option<Drift> {
        if change.action == Action::Deliver {
            return None;
        }
        let Some(id) = change.live_id() else {
            let is_next = change.target.key.as_ref().is_some_and(|key| key.follows.is_some());
            return (!is_next).then(|| self.missing(change));
        };
        let kind = change.address.kind();
        let live = *self.live.get(&(kind, id))?;
        let Some(address) = self.declared.get(&(kind, id)) else {
            let place = self.input.desired.manifest_of(&change.address).map(|declared| declared.place);
            return Some(Drift { place, line: change.place.clone(), ..self.undeclared(live, What::Removed) });
        };
        // A rotation retires an old generation.
        if change.place.is_none() || change.action == Action::Delete {
            return None;
        }
        Some(self.changed(change, live, self.input.desired.get(address)?))
    }

    fn changed(&self, change: &Change, live: &LiveObject, declared: &Declared) -> Drift {
        let Input { remembered, places, .. } = self.input;
        let key = remembered.key.as_ref();
        let applied = remembered.applied.of(live, &remembered.objects, key);
        let fields: Vec<FieldDrift> = change.fields.iter().map(|field| of_field(field, applied, declared)).collect();
        Drift {
            address: change.address.clone(),
            what: What::Changed,
            side: Side::of_all(fields.iter().map(|field| field.side)),
            fields,
            place: Some(declared.place),
            line: places.line(declared.place),
            run: applied.and_then(|_| remembered.objects.of(live, key)?.run),
            ..self.of_live(live)
        }
    }

    /// A declared object that the store does not have: someone deleted it, or it was never applied.
    fn missing(&self, change: &Change) -> Drift {
        let Input { remembered, desired, places, .. } = self.input;
        let declared = desired.get(&change.address);
        let former =
            declared.into_iter().flat_map(|declared| declared.previously.iter().map(|it| it.address.to_string()));
        let names: Vec<String> = std::iter::once(change.address.to_string()).chain(former).collect();
        let known = remembered.objects.iter().find(|(_, _, known)| names.iter().any(|name| **name == *known.address));
        let side = match known {
            Some(_) => Side::Theirs,
            None if remembered.objects.is_empty() => Side::Unknown,
            None => Side::Ours,
        };
        Drift {
            address: change.address.clone(),
            what: What::Missing(known.and_then(|_| self.found_as(&names))),
            side,
            fields: Vec::new(),
            place: declared.map(|declared| declared.place),
            line: declared.and_then(|declared| places.line(declared.place)),
            updated: None,
            by: None,
            run: known.and_then(|(_, _, known)| known.run),
        }
    }

    /// Where the store has an object that the database knows under one of these names.
    fn found_as(&self, names: &[String]) -> Option<Address> {
        let Remembered { objects, key, .. } = self.input.remembered;
        let mut others = self.live.iter().filter(|(of, _)| !self.declared.contains_key(of)).map(|(_, live)| *live);
        let is_it = |live: &&LiveObject| {
            let known = objects.of(live, key.as_ref()).filter(|known| known.fits(live, key.as_ref()));
            known.is_some_and(|known| names.iter().any(|name| **name == *known.address))
        };
        others.find(is_it).map(|live| live.address.clone())
    }

    /// An object that should not be in the store. The database forgets what Keywright removed, so what it knows was declared
    /// and is still there; anything else was made by others.
    fn undeclared(&self, live: &LiveObject, what: What) -> Drift {
        let Remembered { objects, key, unrecorded, .. } = self.input.remembered;
        let known = objects.of(live, key.as_ref());
        let value = key.as_ref().zip(live.key.as_ref()).map(|(key, live)| key.of_value(&live.value));
        let needs_key = matches!(live.address.kind(), Kind::ApiKey | Kind::PackageKey);
        let side = match known {
            _ if unrecorded.includes(&live.address, value.as_ref()) => Side::Ours,
            Some(known) if known.fits(live, key.as_ref()) => Side::Ours,
            None if !objects.is_empty() && (key.is_some() || !needs_key) => Side::Theirs,
            _ => Side::Unknown,
        };
        Drift { what, side, run: known.and_then(|known| known.run), ..self.of_live(live) }
    }

    fn of_live(&self, live: &LiveObject) -> Drift {
        let facts = self.input.live.transfer.as_ref().and_then(|transfer| transfer.keys.get(&live.id));
        Drift {
            address: live.address.clone(),
            what: What::Undeclared,
            side: Side::Unknown,
            fields: Vec::new(),
            place: None,
            line: None,
            updated: live.updated.or(live.created),
            by: facts.filter(|_| live.address.kind() == Kind::ApiKey).and_then(|facts| facts.changed_by.clone()),
            run: None,
        }
    }
}

fn of_field(change: &FieldChange, applied: Option<&Record>, declared: &Declared) -> FieldDrift {
    let FieldChange { field, before, after } = change;
    let is_secret = is_secret_field(field);
    let base = applied.and_then(|applied| applied.get(field));
    let shown = |value: Option<&Value>| value.filter(|_| !is_secret).cloned();
    FieldDrift {
        field: field.clone(),
        side: side(change, applied),
        applied: shown(base),
        store: shown(before.as_ref()),
        manifest: shown(after.as_ref()),
        place: declared.field(field).map(|desired| desired.place),
        is_secret,
        is_long: applied.is_some() && base.is_none() && is_recorded(field) && !is_certain(change),
    }
}

/// Whether both values are short enough to be recorded.
fn is_certain(change: &FieldChange) -> bool {
    [&change.before, &change.after].into_iter().flatten().all(is_short)
}

/// Names and owners are what an object is found by, so the manifest moved. So it did if the record of the object does not
/// have the field: the manifest did not declare it, or no apply could write it.
fn side(change: &FieldChange, applied: Option<&Record>) -> Side {
    let FieldChange { field, before, after } = change;
    let Some(applied) = applied else { return Side::Unknown };
    match (applied.is(field, before.as_ref()), applied.is(field, after.as_ref())) {
        (Some(true), _) => Side::Ours,
        (Some(false), Some(true)) => Side::Theirs,
        (Some(false), _) => Side::Both,
        (None, _) if is_recorded(field) && is_certain(change) => Side::Ours,
        // Earlier versions recorded nothing about a long value.
        (None, _) => Side::Unknown,
    }
}
