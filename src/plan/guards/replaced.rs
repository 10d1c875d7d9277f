//! KW-128: `--prune` and a key with a new prefix, a new value or a new place. The old key is not declared any more, but its
//! callers use it until they have the new value.

use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::moment::in_utc;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::deliveries;
use crate::plan::demand::Demand;
use crate::plan::option::option;
use crate::plan::removal::Removals;
use crate::plan::strangers::is_known_as;
use crate::rotation;
use crate::rules;

pub(super) fn demands(
    changes: &[(usize, &Change)],
    removals: &Removals<'_>,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Demand> {
    let goes = |change: &Change| change.action == Action::Delete && change.address.kind() == Kind::PackageKey;
    let mut demands = Vec::new();
    for &(index, change) in changes.iter().filter(|(_, change)| goes(change) && !removals.makes(change)) {
        let mut undeclared = matching.unmatched.iter();
        let Some(old) = undeclared.find(|live| Some(&live.id) == change.live_id()) else { continue };
        let Some((why, help)) = Replaced { old, changes, context, matching }.why_early() else { continue };
        let message = format!("{} would be deleted {why}", change.address);
        let help = format!("{help}; or allow it with {}", option(&change.address));
        let application = matching.parent_of(old);
        let user = application.as_ref().map(|application| Address::user(&application.first_name()));
        let lifted_by = std::iter::once(change.address.clone()).chain(application).chain(user).collect();
        demands.push(Demand { index, finding: rules::KW_128.finding(message).help(help), lifted_by });
    }
    demands
}

/// A key that goes, and what takes its place.
struct Replaced<'a> {
    old: &'a LiveObject,
    changes: &'a [(usize, &'a Change)],
    context: &'a Context<'a>,
    matching: &'a Matching<'a>,
}

impl Replaced<'_> {
    /// Why it is too early to delete the key, and what to do. `None` if callers cannot use it, or nothing takes its place.
    fn why_early(&self) -> Option<(String, String)> {
        if rotation::why_unusable(self.old, self.context.now).is_some() {
            return None;
        }
        let successor = self.successor();
        self.by_new(successor).or_else(|| self.by_current(successor?))
    }

    /// The manifest that declared the key, or that took its place.
    fn successor(&self) -> Option<&Declared> {
        self.context.desired.of(Kind::PackageKey).find(|declared| is_known_as(self.old, declared, self.context))
    }

    /// Whether the database knows the key under another manifest.
    fn was_of_another(&self, declared: &Address) -> bool {
        let remembered = self.context.remembered;
        let known = remembered.objects.of(self.old, remembered.key.as_ref());
        known.is_some_and(|known| !declared.is_written(&known.address))
    }

    /// A key that the same run creates for the application and the package, or for the successor in another place. A guard
    /// may hold it back, and then nothing else works.
    fn by_new(&self, successor: Option<&Declared>) -> Option<(String, String)> {
        let (application, terms) = (self.matching.parent_of(self.old), self.matching.terms_of(self.old));
        let package = terms.map(|(package, _)| package);
        let is_it = |change: &&Change| {
            let Some(key) = change.target.key.as_ref().filter(|key| key.follows.is_none()) else { return false };
            let is_in_place =
                application.is_some() && change.target.parent == application && package.as_ref() == Some(&key.package);
            // A manifest that had a key of its own takes no other's place.
            let has_own = self.was_of_another(&change.address) && self.context.remembered.has_had(&change.address);
            let is_in_place = is_in_place && !has_own;
            let is_successor = successor.is_some_and(|successor| successor.address == change.address);
            change.action == Action::Create && (is_in_place || is_successor)
        };
        let new = self.changes.iter().map(|(_, change)| *change).find(is_it)?;
        let why = format!("by the run that creates {}, before its callers have a new value", new.address);
        Some((why, "when they have it, disable it in the store, and --prune deletes it".to_owned()))
    }

    /// The current key of the successor.
    fn by_current(&self, declared: &Declared) -> Option<(String, String)> {
        let successor = &declared.address;
        let Some(found) = self.matching.found.get(successor) else {
            let help = format!("see what the plan says about {successor}, and let a run create its key first");
            return Some((format!("while {successor}, which takes its place, has no key in the store"), help));
        };
        let current = found.live;
        if let Some(why) = rotation::why_unusable(current, self.context.now) {
            let help = match current.attributes.text("settings.status") {
                Some("disabled") => format!("find out why, then activate {successor} in the store"),
                Some("waiting") => format!("approve {successor} in the store first"),
                _ => format!("see what the plan says about {successor}, and correct that first"),
            };
            return Some((format!("while {successor}, which takes its place, is {why}"), help));
        }
        let Some(rotation) = declared.key.as_ref()?.rotation else {
            let help = "disable it in the store when its callers have the new value, and --prune deletes it".to_owned();
            return Some((format!("while it is active, and {successor} has another value now"), help));
        };
        let Some(since) = deliveries::since(self.context, declared, current) else {
            let help = format!("deliver the value of {successor} first, with --deliver {successor}");
            return Some((format!("before the new value of {successor} is known to be delivered"), help));
        };
        let end = rotation::later(since, rotation.overlap);
        let help = format!("--prune deletes it from {} on", in_utc(end));
        (end > self.context.now)
            .then(|| (format!("before the overlap with the new value of {successor} is over"), help))
    }
}
