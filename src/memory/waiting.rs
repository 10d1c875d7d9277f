//! What waits for consent is not done. An object that was not renamed still has the name that it has in the store, and the
//! next run must not take it for the one with the new name.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Experience;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::outcome::ChangeResult;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Sighting;
use crate::plan::known::Known;

/// The objects that manifests declare by what is still to be done to them.
pub(super) struct Waiting<'a> {
    seen: &'a Experience<'a>,
    /// Named objects without their new names.
    unnamed: BTreeSet<&'a Address>,
    /// What was not created, by its address as text.
    uncreated: BTreeSet<String>,
    /// Keys that were not moved, or that the run did not deliver without consent.
    unmoved: BTreeSet<&'a LiveId>,
}

impl<'a> Waiting<'a> {
    pub(super) fn of(seen: &'a Experience<'a>) -> Self {
        let results = || seen.changes.iter().zip(seen.results);
        let done: BTreeSet<(Kind, &LiveId)> = results()
            .filter(|(change, result)| change.after("name").is_some() && result.is_in_store())
            .filter_map(|(change, _)| Some((change.address.kind(), change.live_id()?)))
            .collect();
        let named = Kind::ALL.into_iter().filter(|kind| *kind != Kind::PackageKey);
        let named = named.flat_map(|kind| seen.live.of(kind).iter().map(move |live| ((kind, &live.id), &*live.name)));
        let names: BTreeMap<(Kind, &LiveId), &str> = named.collect();
        let has_other = |sighting: &&Sighting| {
            let object = (sighting.kind(), &sighting.id);
            !done.contains(&object) && names.get(&object).is_some_and(|name| *name != &*sighting.address.name())
        };
        let unnamed = seen.declared.iter().filter(has_other).map(|sighting| &sighting.address).collect();
        // A key whose delivery waits may not be the one of the manifest: its place has the value of another (KW-134).
        let is_open = |(change, result): &(&Change, &ChangeResult)| match change.action {
            Action::Replace => !result.is_in_store(),
            Action::Deliver => matches!(result, ChangeResult::Held(_)),
            _ => false,
        };
        let moves = results().filter(is_open);
        let is_uncreated = |(change, result): &(&Change, &ChangeResult)| {
            change.action == Action::Create && matches!(result, ChangeResult::Held(_))
        };
        let uncreated = results().filter(is_uncreated).map(|(change, _)| change.address.to_string()).collect();
        Self { seen, unnamed, uncreated, unmoved: moves.filter_map(|(change, _)| change.live_id()).collect() }
    }

    /// Whether the manifest that had an object waits for consent, because another manifest has the object now: by its name in
    /// the store, or by its id.
    pub(super) fn is_missed(&self, sighting: &Sighting, before: &Known) -> bool {
        *before.address != *sighting.address.to_string() && self.uncreated.contains(&*before.address)
    }

    /// Whether the store does not show an object under the address of its manifest yet: it, or an object whose name is a part
    /// of the address, has another name or place.
    pub(super) fn includes(&self, sighting: &Sighting) -> bool {
        if self.unnamed.is_empty() && self.unmoved.is_empty() {
            return false;
        }
        let declared = self.seen.desired.get(&sighting.address);
        let parent = declared.and_then(|declared| declared.parent.as_ref()).map(|parent| &parent.address);
        let package = declared.and_then(|declared| declared.key.as_ref()).map(|key| &key.package.address);
        // A key of `Application.packages` has the names of its application and package; others have a name of their own.
        let has_names = sighting.kind() != Kind::PackageKey || sighting.address.names().len() > 1;
        let above = parent.into_iter().chain(package).filter(|_| has_names);
        std::iter::once(&sighting.address).chain(above).any(|address| self.unnamed.contains(address))
            || (sighting.kind() == Kind::PackageKey && self.unmoved.contains(&sighting.id))
    }
}
