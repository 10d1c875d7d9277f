//! What becomes of each declared object: changes, or the reason why there are none. Objects are drafted one by one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use rayon::prelude::*;

use super::Action;
use super::Context;
use super::Kept;
use super::KeyTimeline;
use super::deliveries;
use super::draft;
use super::draft::Draft;
use super::ends;
use super::expiry;
use super::minting;
use super::reasons::reason_of_update;
use super::remembered;
use super::retirement;
use super::rotate;
use super::successor;
use super::timeline;
use super::transfer_rules;
use super::unmade;
use crate::diagnostic::Diagnostic;
use crate::diff;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Presence;
use crate::model::Value;
use crate::rotation::Due;
use crate::rules;

/// Why a key is left out of a plan.
const AN_ERROR: &str = "an error holds back the key; see `keywright plan`";

/// The results for the declared objects, not yet in order.
#[derive(Default)]
pub(super) struct Drafts<'a> {
    pub(super) changes: Vec<Draft>,
    pub(super) unchanged: BTreeMap<Kind, usize>,
    pub(super) kept: Vec<Kept>,
    /// Old generations that their rotation retires later.
    pub(super) waiting: Vec<Kept>,
    pub(super) withheld: BTreeSet<(String, String)>,
    pub(super) rotations: Vec<KeyTimeline>,
    /// Why keys get no successor.
    pub(super) refused: BTreeMap<Address, Diagnostic>,
    /// Disabled keys with the prefix of a declared key that no rotation retires.
    pub(super) older: Vec<(Address, &'a LiveObject)>,
    /// Errors of objects that are left out.
    pub(super) held: Vec<Diagnostic>,
}

/// So many objects are drafted by one core at a time.
const BATCH: usize = 1_000;

impl<'a> Drafts<'a> {
    /// Drafts each declared object by itself, on all cores, in the order of their addresses.
    pub(super) fn of(context: &Context<'a>, matching: &Matching<'a>) -> Self {
        let scope = rotate::scope(context);
        let is_in_scope = |declared: &&Declared| scope.as_ref().is_none_or(|scope| scope.contains(&declared.address));
        let declared: Vec<&Declared> = context.desired.objects.values().filter(is_in_scope).collect();
        let batch = |declared: &[&Declared]| {
            let mut drafts = Self::default();
            for declared in declared {
                drafts.declared(context, declared, matching);
            }
            drafts
        };
        let batches: Vec<Self> = declared.par_chunks(BATCH).map(batch).collect();
        batches.into_iter().fold(Self::default(), Self::followed_by)
    }

    fn followed_by(mut self, next: Self) -> Self {
        let Self { changes, unchanged, kept, waiting, withheld, rotations, refused, older, held } = next;
        self.changes.extend(changes);
        for (kind, count) in unchanged {
            *self.unchanged.entry(kind).or_default() += count;
        }
        self.kept.extend(kept);
        self.waiting.extend(waiting);
        self.withheld.extend(withheld);
        self.rotations.extend(rotations);
        self.refused.extend(refused);
        self.older.extend(older);
        self.held.extend(held);
        self
    }

    fn declared(&mut self, context: &Context<'a>, declared: &Declared, matching: &Matching<'a>) {
        if matching.is_stopped(declared) {
            return self.not_rotated(context, declared, matching, AN_ERROR);
        }
        if let Some(problem) = remembered::altered_key(context.remembered, context.live, declared) {
            self.withheld.insert((declared.address.to_string(), remembered::VALUE.to_owned()));
            self.held.push(problem);
            return self.not_rotated(context, declared, matching, AN_ERROR);
        }
        let found = matching.found.get(&declared.address);
        if let Some(problem) = expiry::refusal(context, declared, found) {
            let why = if found.is_none() { "past its end; not created" } else { "past its end; not changed" };
            let (address, why) = (declared.address.clone(), why.to_owned());
            self.kept.push(Kept { address, why });
            self.held.push(problem);
            return;
        }
        let unreadable =
            found.map(|found| transfer_rules::unreadable(context, declared, found.live)).unwrap_or_default();
        if !unreadable.is_empty() {
            self.held.extend(unreadable);
            return;
        }
        let before = (self.changes.len(), self.kept.len(), self.held.len());
        match (found, declared.presence) {
            (None, Presence::Present) => {
                self.changes.push(draft::create(context, declared, matching, "declared but not in the store"));
            }
            (None, Presence::Absent | Presence::Removed) => {}
            (Some(found), Presence::Absent | Presence::Removed) => self.retire(declared, found),
            (Some(found), Presence::Present) => self.present(context, declared, found, matching),
        }
        if (self.changes.len(), self.kept.len(), self.held.len()) == before {
            *self.unchanged.entry(declared.address.kind()).or_default() += 1;
        }
    }

    /// What an error holds back stays due.
    fn not_rotated(&mut self, context: &Context<'_>, declared: &Declared, matching: &Matching<'_>, why: &str) {
        let found = matching.found.get(&declared.address).filter(|_| !context.options.is_part);
        self.rotations.extend(found.and_then(|found| timeline::stopped(context, declared, found, why)));
    }

    /// Disables an API key that is declared absent: the API cannot delete it.
    fn retire(&mut self, declared: &Declared, found: &Found<'a>) {
        if found.live.attributes.flag("enabled") {
            let reason = "declared absent; the API cannot delete it, so delete it in the portal afterwards";
            let desired = crate::model::DesiredField {
                field: "enabled".into(),
                value: Value::Bool(false),
                place: declared.place,
            };
            let fields = diff::differences(&[desired], &found.live.attributes);
            self.changes.push(draft::change(declared, found, Action::Disable, fields, reason));
        }
    }

    fn present(&mut self, context: &Context<'a>, declared: &Declared, found: &Found<'a>, matching: &Matching<'a>) {
        let broken = deliveries::broken(context, declared);
        self.held.extend(broken.clone());
        let due = retirement::due(context, matching, declared, found);
        if due.is_none() && self.without_rotation(declared, found) {
            return;
        }
        if due.is_some() && matching.unsure.contains(&declared.address) {
            let why = "not rotated: a key of its application and package in the store is not understood".to_owned();
            self.kept.push(Kept { address: declared.address.clone(), why });
            self.not_rotated(context, declared, matching, "a key of its application and package is not understood");
            return self.current(context, declared, found, matching, false);
        }
        let mut due = due;
        let reason = due.as_mut().and_then(|due| self.reason(context, matching, declared, found, due));
        if let Some(due) = due.as_mut().filter(|due| due.next.is_some()) {
            let refusal = minting::refusal_of_successor(context, matching, declared, found.live);
            if refusal.is_some() || broken.is_some() || expiry::is_over(context, declared) {
                due.next = None;
                self.refused.extend(refusal.map(|refusal| (declared.address.clone(), refusal)));
            } else if deliveries::comes_first(context, declared, found.live) && !rotate::is_asked(context, declared) {
                due.next = None;
                let why = "its successor is created after its value is delivered".to_owned();
                self.kept.push(Kept { address: declared.address.clone(), why });
            }
        }
        let renews = due.as_ref().is_some_and(|due| due.next.is_some() || due.is_superseded);
        // `keywright rotate` does not change the old key: a person may have disabled it because it leaked.
        if !(renews && rotate::is_asked(context, declared)) {
            self.current(context, declared, found, matching, renews);
        }
        let Some(due) = due else { return };
        if let Some(reason) = reason.filter(|_| due.next.is_some()) {
            self.changes.push(draft::follow(context, declared, found, matching, &reason));
        }
        if context.options.is_part {
            return;
        }
        let is_made = due.next.is_some();
        let unmade = if is_made { None } else { unmade::why(context, matching, declared, found, broken.as_ref()) };
        self.rotations.extend(timeline::of(context, declared, found, &due, unmade));
        self.waiting.extend(due.waiting.iter().map(|(old, wait)| retirement::kept(old, *wait, declared)));
        let reason = format!("rotation: superseded by {}", declared.address);
        let disable = due.disable.into_iter().map(|old| (old, Action::Disable));
        let old = disable.chain(due.delete.into_iter().map(|old| (old, Action::Delete)));
        let old = old.filter(|(old, _)| old.unread.is_empty());
        self.changes.extend(old.map(|(old, action)| Draft { retires: true, ..draft::retire(old, action, &reason) }));
    }

    /// Why a key gets its successor now.
    fn reason(
        &mut self,
        context: &Context<'_>,
        matching: &Matching<'_>,
        declared: &Declared,
        found: &Found<'_>,
        due: &mut Due<'_>,
    ) -> Option<String> {
        let reason = successor::reason(context, declared, found, due);
        if reason.is_some() || !rotate::is_asked(context, declared) {
            return reason;
        }
        let asked = rotate::succeed(context, matching, declared, found, due);
        asked.map_err(|refusal| self.refused.insert(declared.address.clone(), *refusal)).ok()
    }

    /// CAM-064: without a rotation only one key may be in use. Which one the callers use is unknown, so none is changed.
    /// Returns whether there are two.
    fn without_rotation(&mut self, declared: &Declared, found: &Found<'a>) -> bool {
        let is_disabled = |key: &LiveObject| key.attributes.text("settings.status") == Some("disabled");
        let (disabled, in_use): (Vec<_>, Vec<_>) = found.older.iter().partition(|older| is_disabled(older));
        self.older.extend(disabled.into_iter().map(|older| (declared.address.clone(), older)));
        let is_double = !in_use.is_empty();
        for older in in_use {
            let (one, other) = (&found.live.address, &older.address);
            let message = format!("{} matches two keys: {one} and {other}", declared.address);
            let help = "find out which one the callers use; disable or delete the other in the store, or declare it with \
                        `key: {existing: ID}`";
            self.held.push(rules::CAM_064.finding(message).at(declared.place).help(help));
        }
        is_double
    }

    fn current(
        &mut self,
        context: &Context<'a>,
        declared: &Declared,
        found: &Found<'a>,
        matching: &Matching<'a>,
        renews: bool,
    ) {
        let mut fields = draft::renames(declared, found);
        fields.extend(diff::differences(&ends::of_live(context, declared, found), &found.live.attributes));
        if draft::keeps_plan(declared, found, matching) {
            // A renamed package plan keeps its keys.
            fields.retain(|change| change.field != "plan");
        }
        let ignored = if found.moved { Vec::new() } else { ignored(context, declared, &mut fields) };
        if !ignored.is_empty() {
            let why = format!("the store ignores {} (`ignores` in keywright.yaml)", ignored.join(", "));
            self.kept.push(Kept { address: declared.address.clone(), why });
        }
        transfer_rules::withhold(context, declared, found.live, &mut fields);
        if !found.moved
            && let Some((untaken, why)) =
                remembered::withhold(context.remembered, &context.options.allow, declared, &fields)
        {
            self.kept.push(Kept { address: declared.address.clone(), why });
            self.withheld.extend(untaken.into_iter().map(|field| (declared.address.to_string(), field)));
            fields.clear();
        }
        if found.moved {
            self.changes.push(draft::replace(context, declared, found, fields, matching));
            return;
        }
        if renews && retirement::is_disabled(found.live) {
            // Its successor works; what a rotation, the manifest or a person disabled stays disabled.
            fields.retain(|change| change.field != "settings.status");
        }
        let not_made = |change| deliveries::not_made(context, matching, declared, found, change);
        let (mut kept_back, mut dead) = not_made(None);
        if !fields.is_empty() {
            let action = draft::kind_of_update(&fields);
            let reason = reason_of_update(declared, found.live, &fields, context);
            let mut change = draft::change(declared, found, action, fields, &reason);
            if renews {
                // The new generation takes the declared address; its predecessor keeps its own.
                change.address = found.live.address.clone();
            } else {
                draft::deliver_too(&mut change, context, matching, declared, found);
                (kept_back, dead) = not_made(Some(&change));
            }
            self.changes.push(change);
        } else if !renews && let Some(change) = draft::deliver(context, matching, declared, found) {
            self.changes.push(change);
        }
        if !renews {
            self.kept.extend(kept_back);
            self.held.extend(dead);
        }
    }
}

/// Takes out the fields that the store is known to ignore, and returns their names.
fn ignored(context: &Context<'_>, declared: &Declared, fields: &mut Vec<super::FieldChange>) -> Vec<String> {
    let is_ignored = |field: &str| context.workspace.ignores.covers(declared.address.kind(), field);
    let (ignored, left) = std::mem::take(fields).into_iter().partition(|change| is_ignored(&change.field));
    *fields = left;
    let ignored: Vec<super::FieldChange> = ignored;
    ignored.iter().map(|change| format!("`{}`", change.field)).collect()
}
