//! Rows of the store that were not understood. One that could be a declared object stops it: a second one must not be
//! created beside it. All others are only reported.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Matching;
use super::keys::begins;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::model::has_mask;
use crate::rule::Rule;
use crate::rules;
use crate::rules::values::Values;

/// How many rows one finding names.
const NAMED: usize = 5;

/// The help for an object that a row may be.
pub const NOTHING_IN_ITS_PLACE: &str = "if it was created a moment ago, run again: lists can be late; otherwise correct it in the store; nothing is created in its place";

/// Stops the declared objects that a row could be, and those of which a declared field was not understood.
pub(super) fn stop(desired: &Desired, live: &Live, values: &Values, matching: &mut Matching<'_>) {
    for row in live.odd() {
        for declared in desired.of(row.kind) {
            match likeness(row, declared, values, matching) {
                Likeness::No => {}
                Likeness::Generation => drop(matching.unsure.insert(declared.address.clone())),
                Likeness::Yes => {
                    let message = format!(
                        "{} may be {}, whose `{}` is missing or not understood",
                        declared.address,
                        row.described(),
                        row.property
                    );
                    let problem = odd_rule(row.kind).finding(message).at(declared.place);
                    matching.stop(declared, problem.help(NOTHING_IN_ITS_PLACE));
                }
            }
        }
    }
    stop_masked(desired, live, matching);
    let may_be_unread = Kind::ALL.into_iter().flat_map(|kind| live.of(kind)).any(|object| !object.unread.is_empty());
    let declared = desired.objects.values().filter(|_| may_be_unread);
    let unread: Vec<(&Declared, String)> = declared
        .filter_map(|declared| Some((declared, unread_of(declared, matching.found.get(&declared.address)?.live)?)))
        .collect();
    for (declared, field) in unread {
        let message = format!("`{field}` of the live {} has a value that is not understood", declared.address);
        let problem = odd_rule(declared.address.kind()).finding(message).at(declared.place_of(&field));
        matching.stop(declared, problem.help("if it was created a moment ago, run again: lists can be late; otherwise set it again in the store, or remove it from the manifest"));
    }
}

/// Stops the keys without a match beside a key of their application and package whose value the store masks.
fn stop_masked(desired: &Desired, live: &Live, matching: &mut Matching<'_>) {
    let is_masked = |object: &&LiveObject| object.key.as_ref().is_some_and(|key| has_mask(key.value.expose()));
    let mut masked: Vec<&LiveObject> = live.of(Kind::PackageKey).iter().filter(is_masked).collect();
    if masked.is_empty() {
        return;
    }
    let taken: BTreeSet<&LiveId> = matching.found.values().map(|found| &found.live.id).collect();
    masked.retain(|object| !taken.contains(&object.id));
    for declared in desired.of(Kind::PackageKey).filter(|_| !masked.is_empty()) {
        if matching.found.contains_key(&declared.address) || matching.stopped.contains(&declared.address) {
            continue;
        }
        let (Some(key), Some(application)) = (&declared.key, &declared.parent) else { continue };
        let is_beside = |object: &&&LiveObject| {
            let package = object.key.as_ref().map(|key| matching.translated(&key.package));
            package.as_ref() == Some(&key.package.address)
                && matching.parent_of(object).as_ref() == Some(&application.address)
        };
        let Some(other) = masked.iter().find(is_beside) else { continue };
        let message = format!("{} may be {}, whose value the store shows only masked", declared.address, other.address);
        let problem = rules::CAM_066.finding(message).at(declared.place);
        matching.stop(declared, problem.help(show_values(declared)));
    }
}

/// The help for a key whose value is not what the store has.
pub fn show_values(declared: &Declared) -> &'static str {
    let source = declared.key.as_ref().map(|key| &key.source);
    if matches!(source, Some(KeySource::Existing(_))) {
        return "sign in as a user who may read key values; until then nothing is created in its place";
    }
    "sign in as a user who may read key values, or declare the key with `key: {existing: ID}`; until then nothing is \
     created in its place"
}

/// A field that the manifest manages and that was not understood. A change of `eav` writes all of it.
fn unread_of(declared: &Declared, live: &LiveObject) -> Option<String> {
    let is_managed = |field: &str| {
        let sets_eav = || declared.fields.iter().any(|desired| desired.field.starts_with("eav."));
        declared.value(field).is_some() || (field == "eav" || field.starts_with("eav.")) && sets_eav()
    };
    live.unread.iter().find(|field| is_managed(field)).map(ToString::to_string)
}

enum Likeness {
    No,
    /// A newer generation of the key that was found.
    Generation,
    Yes,
}

/// Whether a row could be a declared object, by what is known of it.
fn likeness(row: &OddRow, declared: &Declared, values: &Values, matching: &Matching<'_>) -> Likeness {
    if row.kind == Kind::PackageKey {
        return likeness_of_key(row, declared, values, matching);
    }
    let Some(name) = &row.name else { return Likeness::No };
    let former = declared.previously.iter().map(|former| &former.address);
    let mut addresses = std::iter::once(&declared.address).chain(former);
    let parent = row.parents.first().map(|parent| matching.translated(parent));
    let is_it = addresses.any(|address| {
        let of_parent = Address::below(row.kind, parent.as_ref(), name);
        match (row.kind, &parent) {
            // The owner is not known, so only an object that was not found can be it.
            (Kind::Application | Kind::Plan, None) => {
                address.name() == **name && !matching.found.contains_key(&declared.address)
            }
            _ => *address == of_parent,
        }
    });
    if is_it { Likeness::Yes } else { Likeness::No }
}

fn likeness_of_key(row: &OddRow, declared: &Declared, values: &Values, matching: &Matching<'_>) -> Likeness {
    let (Some(key), Some(application)) = (&declared.key, &declared.parent) else { return Likeness::No };
    let is_found = matching.found.contains_key(&declared.address);
    let named = key.named();
    if named.is_some_and(|named| row.id.as_ref() == Some(&named.id)) {
        return if is_found { Likeness::Generation } else { Likeness::Yes };
    }
    let is_in = |kind, wanted: &Address| row.parent(kind).is_none_or(|parent| matching.translated(parent) == *wanted);
    if !is_in(Kind::Application, &application.address) || !is_in(Kind::Package, &key.package.address) {
        return Likeness::No;
    }
    let is_likely = match (&key.source, &row.value) {
        (KeySource::Existing(_), _) => return Likeness::No,
        // Any row without an id could be the first generation, which has no prefix.
        (KeySource::Generate(_), _) if named.is_some() && row.id.is_none() && !is_found => return Likeness::Yes,
        (KeySource::Generate(generated), Some(value)) => return yes(begins(value.expose(), generated)),
        (KeySource::Custom(_), value) => match (values.get(&declared.address), value) {
            (Some(wanted), Some(value)) => return yes(wanted == value),
            _ => !is_found,
        },
        (KeySource::Generate(_), None) => true,
    };
    // Without its value, a row of the whole area could be any key; only one of the same slot is likely.
    let has_slot = row.parent(Kind::Application).is_some() || row.parent(Kind::Package).is_some();
    match (is_likely && has_slot, is_found) {
        (false, _) => Likeness::No,
        (true, true) => Likeness::Generation,
        (true, false) => Likeness::Yes,
    }
}

const fn yes(is_it: bool) -> Likeness {
    if is_it { Likeness::Yes } else { Likeness::No }
}

/// Reports what was not understood, once for each kind and property.
pub(super) fn report(live: &Live, matching: &mut Matching<'_>) {
    let mut rows: BTreeMap<(Kind, String), BTreeSet<String>> = BTreeMap::new();
    let mut counts: BTreeMap<(Kind, String), usize> = BTreeMap::new();
    let unread = Kind::ALL.into_iter().flat_map(|kind| live.of(kind)).flat_map(|object| {
        object.unread.iter().map(move |field| (object.address.kind(), field.to_string(), object.address.to_string()))
    });
    // MFT-035 reports nameless API keys.
    let odd = live
        .odd()
        .iter()
        .filter(|row| !row.is_nameless_api_key())
        .map(|row| (row.kind, row.property.to_string(), row.label()));
    for (kind, property, label) in odd.chain(unread) {
        *counts.entry((kind, property.clone())).or_default() += 1;
        rows.entry((kind, property)).or_default().insert(label);
    }
    for ((kind, property), labels) in rows {
        let count = counts.get(&(kind, property.clone())).copied().unwrap_or_default();
        let labels: Vec<String> = labels.into_iter().collect();
        let named = crate::text::and_more(&labels, NAMED, ", ");
        let message = format!(
            "`{}` of {count} {} in the store is missing or not understood: {named}",
            crate::text::quoted(&property),
            if count == 1 { kind.noun() } else { kind.plural() }
        );
        let problem: Diagnostic = odd_rule(kind).also(message);
        matching.diagnostics.push(problem.help("it is neither changed nor deleted; correct it in the store"));
    }
}

/// The rule about rows of a kind that were not understood.
pub const fn odd_rule(kind: Kind) -> &'static Rule {
    match kind {
        Kind::ApiKey => &rules::MFT_043,
        _ => &rules::CAM_066,
    }
}
