//! What an apply adds to the memory in the workspace database: which live objects the manifests declare, and which are
//! gone. What a run created that crashed before is taken from the journal.

mod applied;
mod open;
mod successors;
mod waiting;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::Address;
use crate::model::Desired;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::Secret;
use crate::model::Value;
use crate::outcome::ChangeResult;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Remembered;
use crate::plan::Sighting;
use crate::plan::control_plane::has_sign;
use crate::plan::known::Known;
use crate::plan::known::Maker;
use crate::plan::known::trace_of;
pub use applied::Row;
use open::known_now;
use waiting::Waiting;

/// The differences to what the database knows.
#[derive(Default)]
pub struct Lesson {
    pub keep: Vec<(Kind, Box<str>, Known)>,
    /// Package keys that are no generations of the rotated key whose prefix they have.
    pub apart: Vec<(Kind, Box<str>, Known)>,
    pub forget: Vec<(Kind, Box<str>)>,
    /// The fields that the run applied or found equal.
    pub applied: Vec<Row>,
}

impl Lesson {
    pub fn is_empty(&self) -> bool {
        self.keep.is_empty() && self.apart.is_empty() && self.forget.is_empty() && self.applied.is_empty()
    }
}

/// An object that a run created.
pub struct Created {
    pub id: LiveId,
    /// The value of a package key.
    pub value: Option<Secret>,
}

/// What a run saw and did.
pub struct Experience<'a> {
    pub desired: &'a Desired,
    /// The snapshot of the plan.
    pub live: &'a Live,
    /// Whether the snapshot is of the whole stores, so that what is missing is gone.
    pub is_whole: bool,
    /// Whether the run planned for all manifests, and left nothing out.
    pub is_complete: bool,
    /// Whether it planned for all manifests, and left out only changes that wait for consent.
    pub only_waits: bool,
    pub declared: &'a [Sighting],
    /// The keys that are no generations of the rotated key whose prefix they have.
    pub apart: &'a [Sighting],
    pub changes: &'a [Change],
    pub results: &'a [ChangeResult],
    /// The objects that the changes created, by the index of the change.
    pub created: &'a BTreeMap<usize, Created>,
    pub run: Option<i64>,
    /// When the store confirmed each change, by its index.
    pub confirmed: &'a BTreeMap<usize, Instant>,
    /// When the run ended.
    pub now: Instant,
}

impl Experience<'_> {
    /// When a change was made, by the clock of the store: what a person does later, also in the same run, is not ours.
    fn made(&self, index: usize) -> Instant {
        let at = self.confirmed.get(&index).copied().unwrap_or(self.now);
        let kind = self.changes.get(index).map(|change| change.address.kind());
        // Only that of the package keys is known.
        let ahead = self.live.ahead.filter(|_| kind == Some(Kind::PackageKey)).unwrap_or_default();
        at.checked_add_signed(ahead).unwrap_or(at)
    }
}

/// What the database should learn from a run.
pub fn lesson(seen: &Experience<'_>, remembered: &Remembered, key: &FingerprintKey) -> Lesson {
    let mut lesson = Lesson::default();
    let mut kept: BTreeSet<(Kind, Box<str>)> = BTreeSet::new();
    let mut keep = |kind: Kind, id: &LiveId, known: Known| {
        let Some(trace) = trace_of(kind, id, Some(key)) else { return };
        let before = remembered.objects.get(kind, &trace);
        let is_new = before.is_none_or(|before| Known { run: known.run, ..before.clone() } != known);
        kept.insert((kind, trace.clone()));
        if is_new {
            lesson.keep.push((kind, trace, known));
        }
    };
    let gone = gone(seen);
    let values = values(seen.live, key);
    let states = States::of(seen);
    let waiting = Waiting::of(seen);
    let mut addresses: BTreeSet<&Address> = BTreeSet::new();
    for sighting in known_now(seen, remembered, key, &gone) {
        let kind = sighting.kind();
        let value = values.get(&sighting.id).filter(|_| kind == Kind::PackageKey);
        let before = trace_of(kind, &sighting.id, Some(key)).and_then(|trace| remembered.objects.get(kind, &trace));
        let created = remembered.unrecorded.includes(&sighting.address, value);
        let unknown = if created { Maker::Keywright } else { Maker::Other };
        // A record with another value is about another key.
        let maker = before.filter(|before| before.value.as_ref() == value).map_or(unknown, |before| before.maker);
        let disabled = disabled(seen, sighting, before, &states);
        // A consent for its retirement makes a key that was set apart no key of the manifest.
        let is_old = !addresses.insert(&sighting.address);
        if is_old && disabled.is_none() && was_apart(&sighting.id, value, remembered, key) {
            continue;
        }
        let mut known = Known { disabled, ..known(seen, &sighting.address, maker, value.cloned()) };
        if waiting.includes(sighting) || before.is_some_and(|before| waiting.is_missed(sighting, before)) {
            let Some(before) = before else { continue };
            known.address = before.address.clone();
        }
        keep(kind, &sighting.id, known);
    }
    for (index, created) in seen.created {
        let Some(change) = seen.changes.get(*index) else { continue };
        let value = created.value.as_ref().filter(|_| change.address.kind() == Kind::PackageKey);
        let value = value.map(|value| key.of_value(value));
        let kind = change.address.kind();
        let disabled = (is_off(kind, change.after(status_field(kind))) == Some(true)).then(|| seen.made(*index));
        let maker = maker_of_new(change, value.as_ref(), &values, remembered, key);
        keep(kind, &created.id, Known { disabled, ..known(seen, &change.address, maker, value) });
    }
    for ((kind, id), known) in left(seen, remembered, key, &gone) {
        keep(kind, id, known);
    }
    // Its sign could change; that someone else made it does not.
    for live in seen.live.of(Kind::Package).iter().filter(|live| has_sign(live)) {
        let is_declared = seen.declared.iter().any(|sighting| sighting.id == live.id);
        if !is_declared
            && remembered.objects.of(live, Some(key)).is_none()
            && !gone.contains(&(Kind::Package, &live.id))
        {
            keep(Kind::Package, &live.id, known(seen, &live.address, Maker::ControlPlane, None));
        }
    }
    lesson.apart = apart(seen, remembered, key, &values, &gone);
    lesson.applied = applied::applied(seen, remembered, key, |kind, id| gone.contains(&(kind, id)));
    lesson.forget = forgotten(seen, remembered, key, &gone, &kept);
    lesson
}

/// The objects that the database knows, and that no manifest declares any more: it is gone, or it declares another object by
/// now, or a new key took their place.
fn left<'a>(
    seen: &Experience<'a>,
    remembered: &'a Remembered,
    key: &'a FingerprintKey,
    gone: &BTreeSet<(Kind, &LiveId)>,
) -> BTreeMap<(Kind, &'a LiveId), Known> {
    let replaced = successors::replaced(seen, remembered, key).into_iter();
    let replaced = replaced.map(|(id, known)| ((Kind::PackageKey, id), known)).filter(|(id, _)| !gone.contains(id));
    if !seen.is_complete && !is_clear(seen) {
        return replaced.collect();
    }
    let declared: BTreeSet<(Kind, &LiveId)> = seen.declared.iter().map(|it| (it.kind(), &it.id)).collect();
    let is_left = |id: &(Kind, &LiveId)| !declared.contains(id) && !gone.contains(id);
    let all = Kind::ALL.into_iter().flat_map(|kind| seen.live.of(kind));
    let all = all.filter(|live| is_left(&(live.address.kind(), &live.id)));
    let known = all.filter_map(|live| Some((live, remembered.objects.of(live, Some(key))?)));
    let known = known.filter(|(_, known)| known.maker != Maker::ControlPlane);
    let known = known.filter(|(_, known)| seen.is_complete || has_no_manifest(seen, known));
    let known =
        known.map(|(live, known)| ((live.address.kind(), &live.id), Known { is_undeclared: true, ..known.clone() }));
    known.chain(replaced).collect()
}

/// Whether what waits for consent can have nothing to do with an object that lost its manifest. Any object that is still to
/// be created may be that object with another name or in another place, and the next run has to ask about it again. Only a
/// user with nothing below has no keys that could be meant.
fn is_clear(seen: &Experience<'_>) -> bool {
    let has_applications = |user: &Address| {
        seen.desired.of(Kind::Application).any(|it| it.parent.as_ref().is_some_and(|parent| parent.address == *user))
    };
    let may_be_it = |change: &Change| {
        matches!(change.action, Action::Create | Action::Replace)
            && (change.address.kind() != Kind::User || has_applications(&change.address))
    };
    let mut waiting =
        seen.changes.iter().zip(seen.results).filter(|(_, result)| matches!(result, ChangeResult::Held(_)));
    seen.only_waits
        && Kind::ALL.into_iter().all(|kind| seen.live.is_complete(kind))
        && !waiting.any(|(change, _)| may_be_it(change))
}

/// Whether no manifest speaks of the address that an object had, also not to remove it.
fn has_no_manifest(seen: &Experience<'_>, known: &Known) -> bool {
    Address::parse(&known.address).is_some_and(|address| seen.desired.manifest_of(&address).is_none())
}

/// What the database does not know yet about keys that are no generations. Later, nothing else may tell that: the key of
/// ours that showed it goes with its rotation, or a person deletes it.
fn apart(
    seen: &Experience<'_>,
    remembered: &Remembered,
    key: &FingerprintKey,
    values: &BTreeMap<&LiveId, Fingerprint>,
    gone: &BTreeSet<(Kind, &LiveId)>,
) -> Vec<(Kind, Box<str>, Known)> {
    let row = |sighting: &Sighting| {
        let kind = sighting.kind();
        let value = values.get(&sighting.id)?;
        let trace = trace_of(kind, &sighting.id, Some(key))?;
        let is_declared = remembered.objects.get(kind, &trace).is_some_and(|known| known.value.as_ref() == Some(value));
        let is_known = is_declared || was_apart(&sighting.id, Some(value), remembered, key);
        (!is_known && !gone.contains(&(kind, &sighting.id)))
            .then(|| (kind, trace, known(seen, &sighting.address, Maker::Other, Some(value.clone()))))
    };
    seen.apart.iter().filter_map(row).collect()
}

fn was_apart(id: &LiveId, value: Option<&Fingerprint>, remembered: &Remembered, key: &FingerprintKey) -> bool {
    let known = trace_of(Kind::PackageKey, id, Some(key)).and_then(|trace| remembered.objects.apart(&trace));
    value.is_some() && known.is_some_and(|known| known.value.as_ref() == value)
}

/// A replaced key keeps its value, so it stays unknown whether the value has arrived if Keywright did not make it.
fn maker_of_new(
    change: &Change,
    value: Option<&Fingerprint>,
    values: &BTreeMap<&LiveId, Fingerprint>,
    remembered: &Remembered,
    key: &FingerprintKey,
) -> Maker {
    let replaced = change.live_id().filter(|id| change.action == Action::Replace && values.get(id) == value);
    let Some(id) = replaced else { return Maker::Keywright };
    let before = trace_of(change.address.kind(), id, Some(key));
    let before = before.and_then(|trace| remembered.objects.get(change.address.kind(), &trace));
    match before.filter(|before| before.value.as_ref() == value) {
        Some(before) => before.maker,
        None if remembered.unrecorded.includes(&change.address, value) => Maker::Keywright,
        None => Maker::Other,
    }
}

fn known(seen: &Experience<'_>, address: &Address, maker: Maker, value: Option<Fingerprint>) -> Known {
    let protect = seen.desired.get(address).is_some_and(|declared| declared.protect);
    Known {
        address: address.to_string().into(),
        maker,
        value,
        protect,
        disabled: None,
        run: seen.run,
        is_undeclared: false,
    }
}

/// The field that disables an object, as a change and as an attribute.
fn is_off(kind: Kind, value: Option<&Value>) -> Option<bool> {
    match kind {
        Kind::ApiKey => value.and_then(Value::as_bool).map(|enabled| !enabled),
        _ => value.and_then(Value::as_text).map(|status| status == "disabled"),
    }
}

const fn status_field(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiKey => "enabled",
        Kind::PackageKey => "settings.status",
        _ => "status",
    }
}

/// The objects that are disabled before the run, and those that the run disabled or enabled.
struct States<'a> {
    off: BTreeMap<(Kind, &'a LiveId), Option<Instant>>,
    /// When, if the run disabled it.
    switched: BTreeMap<(Kind, &'a LiveId), Option<Instant>>,
}

impl<'a> States<'a> {
    fn of(seen: &Experience<'a>) -> Self {
        let mut states = Self { off: BTreeMap::new(), switched: BTreeMap::new() };
        for kind in [Kind::User, Kind::PackageKey, Kind::ApiKey] {
            let live = seen.live.of(kind).iter();
            let off = live.filter(|live| is_off(kind, live.attributes.get(status_field(kind))) == Some(true));
            states.off.extend(off.map(|live| ((kind, &live.id), live.updated.or(live.created))));
        }
        let done = seen.changes.iter().zip(seen.results).enumerate().filter(|(_, (_, result))| result.is_in_store());
        for (index, (change, _)) in done {
            let kind = change.address.kind();
            if let (Some(id), Some(off)) = (change.live_id(), is_off(kind, change.after(status_field(kind)))) {
                states.switched.insert((kind, id), off.then(|| seen.made(index)));
            }
        }
        states
    }
}

/// When a run last left an object disabled. Also if a person disabled it, and the manifest says so by now.
fn disabled(seen: &Experience<'_>, of: &Sighting, before: Option<&Known>, states: &States<'_>) -> Option<Instant> {
    let (kind, object) = (of.kind(), (of.kind(), &of.id));
    if let Some(switched) = states.switched.get(&object) {
        return *switched;
    }
    let before = before.and_then(|before| before.disabled);
    // A person enabled it again, which a rotation has to know.
    let Some(&updated) = states.off.get(&object) else { return before };
    let is_declared =
        seen.desired.get(&of.address).and_then(|declared| is_off(kind, declared.value(status_field(kind))));
    let is_later = before.is_none_or(|before| updated.is_none_or(|updated| updated > before));
    if is_declared == Some(true) && is_later { Some(updated.unwrap_or(seen.now)) } else { before }
}

/// The objects that the run deleted, also to replace them.
fn gone<'a>(seen: &Experience<'a>) -> BTreeSet<(Kind, &'a LiveId)> {
    let done = seen.changes.iter().zip(seen.results).filter(|(_, result)| result.is_in_store());
    let deleted = done.filter(|(change, _)| matches!(change.action, Action::Delete | Action::Replace));
    deleted.filter_map(|(change, _)| Some((change.address.kind(), change.live_id()?))).collect()
}

fn values<'a>(live: &'a Live, key: &FingerprintKey) -> BTreeMap<&'a LiveId, Fingerprint> {
    let keys = live.of(Kind::PackageKey).iter();
    keys.filter_map(|object| Some((&object.id, key.of_value(&object.key.as_ref()?.value)))).collect()
}

/// What the run deleted, and what is missing in a complete list. What another key for fingerprints recorded stays.
fn forgotten(
    seen: &Experience<'_>,
    remembered: &Remembered,
    key: &FingerprintKey,
    gone: &BTreeSet<(Kind, &LiveId)>,
    kept: &BTreeSet<(Kind, Box<str>)>,
) -> Vec<(Kind, Box<str>)> {
    if remembered.objects.is_empty() && remembered.objects.all_apart().next().is_none() {
        return Vec::new();
    }
    let trace = |kind, id| Some((kind, trace_of(kind, id, Some(key))?));
    let deleted: BTreeSet<(Kind, Box<str>)> = gone.iter().filter_map(|(kind, id)| trace(*kind, id)).collect();
    let objects = Kind::ALL.into_iter().flat_map(|kind| seen.live.of(kind).iter().map(move |live| (kind, &live.id)));
    // A row that is not understood is still there.
    let odd = seen.live.odd().iter().filter_map(|row| Some((row.kind, row.id.as_ref()?)));
    let live: BTreeSet<(Kind, Box<str>)> = objects.chain(odd).filter_map(|(kind, id)| trace(kind, id)).collect();
    let is_ours = |kind, trace: &str| {
        kind != Kind::ApiKey || Fingerprint::parse(trace).is_some_and(|fingerprint| key.made(&fingerprint))
    };
    let is_missing = |kind, of: &(Kind, Box<str>)| {
        seen.is_whole && seen.live.is_complete(kind) && is_ours(kind, &of.1) && !live.contains(of)
    };
    // What a person deleted, and what a guard therefore holds back, is asked again by the next run.
    let held = seen.changes.iter().zip(seen.results).filter(|(_, result)| matches!(result, ChangeResult::Held(_)));
    let held: BTreeSet<String> = held.map(|(change, _)| change.address.to_string()).collect();
    let apart = remembered.objects.all_apart().map(|(trace, known)| (Kind::PackageKey, trace, known));
    let all = remembered.objects.iter().chain(apart).filter(|(_, _, known)| !held.contains(&*known.address));
    let all = all.map(|(kind, trace, _)| (kind, Box::from(trace)));
    all.filter(|of| !kept.contains(of) && (deleted.contains(of) || is_missing(of.0, of))).collect()
}
