//! Keys that carry the prefix of a rotated key, but that Keywright did not make. They are no generations: none is delivered,
//! and no rotation retires one. The database knows who made a key; without a record, one of another length than generated
//! values have is not ours, and about any other key a plan says that it does not know.

use super::Change;
use super::Context;
use super::consent::is_allowed;
use super::draft;
use super::known::Maker;
use super::retirement::Generations;
use super::retirement::is_disabled;
use super::retirement::is_disabled_by_us;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Rotation;
use crate::model::desired::DeclaredKey;
use crate::rules;
use crate::text::and_more;
use crate::text::count;

/// Maximum number of addresses in a finding.
const MOST: usize = 5;

/// Takes the keys that Keywright did not make out of the generations of rotated keys. If it made none of them, the newest
/// one stays: the manifest adopts it.
pub fn set_apart<'a>(context: &Context<'a>, matching: &mut Matching<'a>) {
    let strangers = |(address, found): (&Address, &Found<'a>)| {
        let declared = context.desired.get(address)?;
        let key = declared.key.as_deref()?;
        let judge =
            Judge { context, declared, rotation: key.rotation?, length: length(context, matching, key)?, found };
        let is_one = |live: &LiveObject| !found.moved && judge.is_stranger(live);
        let (apart, mut own): (Vec<_>, Vec<_>) = generations(found).partition(|live| is_one(live));
        let adopted = usize::from(own.is_empty());
        own.extend(apart.iter().take(adopted));
        let apart: Vec<&'a LiveObject> = apart.into_iter().skip(adopted).collect();
        (!apart.is_empty()).then(|| (address.clone(), own, apart))
    };
    let found: Vec<_> = matching.found.iter().filter_map(strangers).collect();
    for (address, own, apart) in found {
        let mut own = own.into_iter();
        if let Some(live) = own.next() {
            matching.found.insert(address.clone(), Found { live, moved: false, older: own.collect() });
        }
        matching.unmatched.extend(&apart);
        matching.beside.insert(address, apart);
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
    let KeySource::Generate(generated) = &key.source else { return None };
    Some(draft::length(context, matching, key).max(generated.prefix.len() + 1))
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
        if maker == Some(Maker::Keywright) || is_disabled_by_us(live, self.context) {
            return false;
        }
        if let Some(seconds) = self.since_ours(live) {
            // Another runner may have made it, but only when our key was old enough.
            return !is_of_length || seconds < self.rotation.every;
        }
        // Consent is for the retirement of an old key, not for the delivery of a new one.
        if is_allowed(&live.address, self.context) {
            return false;
        }
        if maker.is_some() && self.generations().any(|other| is_ours(other, self.context)) {
            return true;
        }
        // A new database knows none of them as ours, whoever made them. A rotation leaves a distance between two.
        let is_too_near = maker.is_some() && self.until_next(live).is_some_and(|seconds| seconds < self.rotation.every);
        !is_of_length || is_too_near
    }

    fn generations(&self) -> impl Iterator<Item = &LiveObject> {
        generations(self.found)
    }

    /// Seconds from the newest older key that we made. `None` if there is none.
    fn since_ours(&self, live: &LiveObject) -> Option<i64> {
        let ours = self.generations().filter(|other| is_ours(other, self.context));
        let before = ours.filter_map(|other| other.created).filter(|created| Some(*created) < live.created).max()?;
        Some((live.created? - before).num_seconds())
    }

    /// Seconds to the next newer key.
    fn until_next(&self, live: &LiveObject) -> Option<i64> {
        let created = live.created?;
        let next = self.generations().filter_map(|other| other.created).filter(|other| *other > created).min()?;
        Some((next - created).num_seconds())
    }
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

/// Whether a key is one that was set apart.
pub(super) fn is_beside(live: &LiveObject, matching: &Matching<'_>) -> bool {
    matching.beside.values().flatten().any(|beside| beside.id == live.id)
}

/// CAM-067: strangers that are in use. CAM-068: keys that this plan retires although their maker is not known.
pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>, changes: &[&Change]) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> =
        matching.beside.iter().filter_map(|(address, beside)| in_use(address, beside, context)).collect();
    let rotated = Generations::of(context, matching);
    let is_unknown = |change: &&&Change| {
        let live = context.live.of(Kind::PackageKey).iter().find(|live| Some(&live.id) == change.live_id());
        live.is_some_and(|live| !is_ours(live, context))
    };
    let retired = changes.iter().filter(|change| rotated.retires(change)).filter(is_unknown);
    let names: Vec<String> = retired.map(|change| change.address.to_string()).collect();
    if !names.is_empty() {
        let what = format!("the workspace database does not know who made {}", count(names.len(), "old key"));
        let message =
            format!("{what}, which the rotation retires by prefix and length: {}", and_more(&names, MOST, ", "));
        let help = "if a person made one, declare it with `key: {existing: ID}` in a manifest of its own";
        findings.push(rules::CAM_068.finding(message).help(help));
    }
    findings
}

fn in_use(address: &Address, beside: &[&LiveObject], context: &Context<'_>) -> Option<Diagnostic> {
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
    let help = "when its callers have the new value, let the rotation retire it: with --allow and its address, or with its id \
                beside `generate`, `key: {existing: ID, generate: …}`; or declare it in a manifest of its own";
    Some(rules::CAM_067.finding(message).at(declared.place).help(help))
}
