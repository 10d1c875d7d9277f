//! Keys that carry the prefix of a rotated key, but that Keywright did not make. They are no generations: none is delivered,
//! and no rotation retires one. The database knows who made a key; without a record, one of another length than generated
//! values have is not ours, and about any other key a plan says that it does not know.

use std::cmp::Reverse;

use super::Change;
use super::Context;
use super::consent::is_allowed;
use super::consent::is_allowed_for_run;
use super::draft;
use super::known::Maker;
use super::known::trace_of;
use super::option::option;
use super::receipts::Shown;
use super::retirement::Generations;
use super::retirement::due;
use super::retirement::is_disabled;
use super::retirement::is_disabled_by_us;
use super::retirement::words;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Digest;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Rotation;
use crate::model::Secret;
use crate::model::desired::DeclaredKey;
use crate::rotation;
use crate::rules;
use crate::text::and_more;
use crate::text::count;

/// Maximum number of addresses in a finding.
const MOST: usize = 5;

/// Takes the keys that Keywright did not make out of the generations of rotated keys. If it made none of them, the newest
/// one stays: the manifest adopts it, but none that an earlier run has set apart.
pub fn set_apart<'a>(context: &Context<'a>, matching: &mut Matching<'a>) {
    let strangers = |(address, found): (&Address, &Found<'a>)| {
        let declared = context.desired.get(address)?;
        let key = declared.key.as_deref()?;
        let judge =
            Judge { context, declared, rotation: key.rotation?, length: length(context, matching, key)?, found };
        let is_one = |live: &LiveObject| !found.moved && judge.is_stranger(live);
        let (mut apart, mut own): (Vec<_>, Vec<_>) = generations(found).partition(|live| is_one(live));
        if own.is_empty() {
            let adopted = apart.iter().position(|live| !judge.was_apart(live));
            own.extend(adopted.map(|index| apart.remove(index)));
        }
        // Consent is for the retirement of a key, not for the delivery of one: it never becomes the current key, also
        // after it is disabled.
        let is_old = |live: &&LiveObject| {
            !own.is_empty() && (is_allowed(&live.address, context) || is_disabled_by_us(live, context))
        };
        let (retired, apart): (Vec<_>, Vec<_>) = apart.into_iter().partition(is_old);
        let is_changed = !(retired.is_empty() && apart.is_empty());
        own.extend(retired);
        own.get_mut(1..).unwrap_or_default().sort_by_key(|live| Reverse((live.created, &live.id)));
        is_changed.then(|| (address.clone(), own, apart))
    };
    let found: Vec<_> = matching.found.iter().filter_map(strangers).collect();
    for (address, own, apart) in found {
        let mut own = own.into_iter();
        match own.next() {
            Some(live) => {
                drop(matching.found.insert(address.clone(), Found { live, moved: false, older: own.collect() }));
            }
            // All of ours are gone, and a new one is created.
            None => drop(matching.found.remove(&address)),
        }
        matching.unmatched.extend(&apart);
        if !apart.is_empty() {
            matching.beside.insert(address, apart);
        }
    }
    if !matching.beside.is_empty() {
        // The order of the list, as before.
        matching
            .unmatched
            .sort_by(|a, b| (a.address.kind(), &a.address, &a.id).cmp(&(b.address.kind(), &b.address, &b.id)));
    }
}

fn generations<'a>(found: &Found<'a>) -> impl Iterator<Item = &'a LiveObject> {
    std::iter::once(found.live).chain(found.older.clone())
}

/// The length of the values that Keywright generates for a key. `None` for other keys.
fn length(context: &Context<'_>, matching: &Matching<'_>, key: &DeclaredKey) -> Option<usize> {
    matches!(key.source, KeySource::Generate(_)).then(|| draft::length(context, matching, key))
}

/// What decides about the keys with the prefix of a rotated one.
struct Judge<'a, 'c> {
    context: &'a Context<'c>,
    declared: &'a Declared,
    rotation: Rotation,
    length: usize,
    found: &'a Found<'c>,
}

impl Judge<'_, '_> {
    /// Whether Keywright did not make a key, as far as that is known.
    fn is_stranger(&self, live: &LiveObject) -> bool {
        let named = self.declared.key.as_ref().and_then(|key| key.named());
        if named.is_some_and(|first| first.id == live.id) {
            return false;
        }
        let is_of_length = live.key.as_ref().is_some_and(|key| key.value.expose().len() == self.length);
        let maker = maker(live, self.context);
        if maker == Some(Maker::Keywright) {
            return false;
        }
        let has_ours = self.generations().any(|other| is_ours(other, self.context));
        // The key beside which it was set apart may be gone. Without a key of ours, `--deliver` says that it is one.
        if self.was_apart(live) && (has_ours || !self.is_asked_to_deliver()) {
            return true;
        }
        if let Some(ours) = self.last_ours(live) {
            // Another runner may have made it, but only when our key was old enough. A place of delivery that shows it
            // proves the same, for example beside a database from a backup.
            return !is_of_length || !(self.is_in_time(live, ours) || self.works_at_place(live));
        }
        if has_ours {
            return maker.is_some() || !is_of_length;
        }
        if let Some(shown) = self.shown() {
            if live.id == shown.id {
                return false;
            }
            if live.created > shown.created {
                return !is_of_length || !self.is_in_time(live, shown);
            }
        }
        // A new database knows none of them as ours, whoever made them. A rotation leaves a distance between two.
        let is_too_near = maker.is_some() && self.until_next(live).is_some_and(|seconds| seconds < self.rotation.every);
        !is_of_length || is_too_near
    }

    fn generations(&self) -> impl Iterator<Item = &LiveObject> {
        generations(self.found)
    }

    /// The newest key that works and whose value a place shows, unless `--deliver` asks for the newest of all. Without a
    /// record of any key, the place shows which one is current.
    fn shown(&self) -> Option<&LiveObject> {
        if self.is_asked_to_deliver() {
            return None;
        }
        self.generations().find(|live| self.works_at_place(live))
    }

    fn is_asked_to_deliver(&self) -> bool {
        self.context.options.deliver.contains(&self.declared.address.to_string())
    }

    /// Whether a key works and a place shows its value.
    fn works_at_place(&self, live: &LiveObject) -> bool {
        rotation::why_unusable(live, self.context.now).is_none() && is_shown(live, self.declared, self.context)
    }

    /// Whether an earlier run set a key apart.
    fn was_apart(&self, live: &LiveObject) -> bool {
        let remembered = &self.context.remembered;
        let key = remembered.key.as_ref();
        let trace = trace_of(Kind::PackageKey, &live.id, key);
        let known = trace.and_then(|trace| remembered.objects.apart(&trace));
        known.is_some_and(|known| known.fits(live, key))
    }

    /// Whether a rotation of an older key could have made a newer one.
    fn is_in_time(&self, live: &LiveObject, older: &LiveObject) -> bool {
        let Some((created, before)) = live.created.zip(older.created) else { return false };
        let is_asked = self.rotation.since.is_some_and(|since| before < since && since <= created);
        is_asked || (created - before).num_seconds() >= self.rotation.every
    }

    /// The newest older key that we made. `None` if there is none.
    fn last_ours(&self, live: &LiveObject) -> Option<&LiveObject> {
        let ours = self.generations().filter(|other| is_ours(other, self.context));
        ours.filter(|other| other.created.is_some() && other.created < live.created).max_by_key(|other| other.created)
    }

    /// Seconds to the next newer key.
    fn until_next(&self, live: &LiveObject) -> Option<i64> {
        let created = live.created?;
        let next = self.generations().filter_map(|other| other.created).filter(|other| *other > created).min()?;
        Some((next - created).num_seconds())
    }
}

/// Whether a place of the manifest shows the value of a key.
fn is_shown(live: &LiveObject, declared: &Declared, context: &Context<'_>) -> bool {
    let (Some(key), Some(of_live)) = (&declared.key, &live.key) else { return false };
    let digests: Vec<Digest> = of_live.secrets().map(Secret::digest).collect();
    let is_own = |to| matches!(context.delivered.get(to), Some(Shown::Value(shown)) if digests.contains(shown));
    key.deliver.iter().any(is_own)
}

fn is_ours(live: &LiveObject, context: &Context<'_>) -> bool {
    maker(live, context) == Some(Maker::Keywright)
}

/// Who made a key. `None` if the database has no record that fits it.
pub(super) fn maker(live: &LiveObject, context: &Context<'_>) -> Option<Maker> {
    let key = context.remembered.key.as_ref()?;
    let value = key.of_value(&live.key.as_ref()?.value);
    if context.remembered.unrecorded.includes(&live.address, Some(&value)) {
        return Some(Maker::Keywright);
    }
    let known = context.remembered.objects.of(live, Some(key)).filter(|known| known.fits(live, Some(key)));
    known.map(|known| known.maker)
}

/// Whether the database knows a key as one of this manifest.
pub(super) fn is_known_as(live: &LiveObject, declared: &Declared, context: &Context<'_>) -> bool {
    let key = context.remembered.key.as_ref();
    let known = context.remembered.objects.of(live, key).filter(|known| known.fits(live, key));
    let mut names = std::iter::once(&declared.address).chain(declared.previously.iter().map(|former| &former.address));
    known.is_some_and(|known| names.any(|address| address.is_written(&known.address)))
}

/// Whether a key is one that was set apart.
pub(super) fn is_beside(live: &LiveObject, matching: &Matching<'_>) -> bool {
    matching.beside.values().flatten().any(|beside| beside.id == live.id)
}

/// CAM-067: strangers that are in use. CAM-068: keys that this plan retires although their maker is not known.
pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>, changes: &[&Change]) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> =
        matching.beside.iter().filter_map(|(address, beside)| in_use(address, beside, context, matching)).collect();
    findings
        .extend(matching.found.iter().flat_map(|(address, found)| waiting(address, found, changes, context, matching)));
    let rotated = Generations::of(context, matching);
    let is_unknown = |change: &&&Change| {
        let live = context.live.of(Kind::PackageKey).iter().find(|live| Some(&live.id) == change.live_id());
        live.is_some_and(|live| {
            !is_ours(live, context) && !is_allowed(&live.address, context) && !is_named(live, context)
        })
    };
    let retired = changes.iter().filter(|change| rotated.retires(change)).filter(is_unknown);
    let names: Vec<String> = retired.map(|change| change.address.to_string()).collect();
    if !names.is_empty() {
        let what = format!("the workspace database does not know who made {}", count(names.len(), "old key*"));
        let message =
            format!("{what}, which the rotation retires by prefix and length: {}", and_more(&names, MOST, ", "));
        let help = "if a person made one, declare it with `key: {existing: ID}` in a manifest of its own";
        findings.push(rules::CAM_068.finding(message).help(help));
    }
    findings
}

/// Whether a manifest names a key by its id.
fn is_named(live: &LiveObject, context: &Context<'_>) -> bool {
    let mut named = context.desired.of(Kind::PackageKey).filter_map(|declared| declared.key.as_ref()?.named());
    named.any(|first| first.id == live.id)
}

/// CAM-070: the consent for an old key that its rotation does not retire in this run.
fn waiting(
    address: &Address,
    found: &Found<'_>,
    changes: &[&Change],
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Diagnostic> {
    let is_changed = |live: &LiveObject| changes.iter().any(|change| change.live_id() == Some(&live.id));
    let allowed = |live: &LiveObject| is_allowed_for_run(&live.address, context) && !is_changed(live);
    let Some(declared) = context.desired.get(address).filter(|_| generations(found).any(allowed)) else {
        return Vec::new();
    };
    let Some(due) = due(context, matching, declared, found) else { return Vec::new() };
    let finding = |live: &LiveObject, why: String| {
        let message = format!("{} has no effect in this run: it is {why}", option(&live.address));
        let help = "give it again when the rotation can retire the key, or write it in `consents` of keywright.yaml";
        rules::CAM_070.finding(message).at(declared.place).help(help)
    };
    let current = Some(found.live).filter(|live| allowed(live));
    let current = current.map(|live| finding(live, format!("the current key of {address}")));
    let old = due.waiting.iter().filter(|(old, _)| allowed(old));
    current.into_iter().chain(old.map(|(old, wait)| finding(old, words(*wait, declared)))).collect()
}

/// The generations of rotated keys that the run allows by name: [`waiting`] says what becomes of them.
pub(super) fn allowed<'a>(context: &Context<'_>, matching: &'a Matching<'_>) -> impl Iterator<Item = &'a Address> {
    let rotated = |address: &Address| {
        let key = context.desired.get(address).and_then(|declared| declared.key.as_ref());
        key.is_some_and(|key| key.rotation.is_some())
    };
    let found = matching.found.iter().filter(move |(address, _)| rotated(address));
    found.flat_map(|(_, found)| generations(found)).map(|live| &live.address)
}

fn in_use(
    address: &Address,
    beside: &[&LiveObject],
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Option<Diagnostic> {
    let declared = context.desired.get(address)?;
    let in_use = beside.iter().filter(|live| !is_disabled(live));
    let names: Vec<String> = in_use.map(|live| live.address.to_string()).collect();
    if names.is_empty() {
        return None;
    }
    let names = and_more(&names, MOST, ", ");
    let message = format!(
        "as far as the workspace database knows, Keywright did not make {names}, so no rotation retires it, although it has \
         the prefix of {address}"
    );
    let found = matching.found.get(address);
    let is_unknown = |found: &Found<'_>| {
        !generations(found).any(|live| is_ours(live, context))
            && beside.iter().any(|live| live.created > found.live.created)
    };
    let help = if found.is_some_and(is_unknown) {
        format!(
            "a newer key whose value is at no place of delivery may be another program's: declare it in a manifest of its \
             own, or let the rotation retire it with --allow and its address; if Keywright made it, --deliver {address} \
             delivers its value"
        )
    } else {
        "when its callers have the new value, let the rotation retire it: with --allow and its address, or with its id \
         beside `generate`, `key: {existing: ID, generate: …}`; or declare it in a manifest of its own"
            .to_owned()
    };
    Some(rules::CAM_067.finding(message).at(declared.place).help(help))
}
