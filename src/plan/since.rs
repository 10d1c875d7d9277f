//! KW-143: objects of manifests that an earlier revision had. A manifest that is only deleted takes nothing out of the store
//! unless the workspace owns the object and the run prunes.

use std::collections::BTreeSet;

use super::Action;
use super::Planned;
use super::remembered::Remembered;
use crate::diagnostic::Diagnostic;
use crate::diff::is_same;
use crate::manifest_diff::is_same_source;
use crate::matching::Matching;
use crate::matching::begins;
use crate::matching::matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Presence;
use crate::rules;
use crate::rules::values::Values;
use crate::rules::values::literals;
use crate::text::and_more;
use crate::text::count;

/// Names in a message.
const NAMED: usize = 5;

/// The manifests of an earlier revision, whose name is `since`.
#[derive(Clone, Copy)]
pub struct Former<'a> {
    pub since: &'a str,
    pub desired: &'a Desired,
}

/// KW-143: what was declared then and is not now, and stays in the store.
pub fn left_behind(
    former: Former<'_>,
    desired: &Desired,
    live: &Live,
    remembered: &Remembered,
    planned: &Planned,
) -> Option<Diagnostic> {
    // The sources of other values may have changed since, and are not those of this run.
    let values = literals(former.desired);
    let found = matching(former.desired, live, &values, false);
    let gone: Vec<&Declared> = gone(former.desired, desired);
    let accounted = accounted(planned);
    let is_open = |live: &&LiveObject| !accounted.contains(&(live.address.kind(), &live.id));
    let stays = |declared: &&Declared| -> Option<String> {
        let Some(found) = found.found.get(&declared.address) else {
            let now = elsewhere(declared, live, remembered).filter(is_open)?;
            return Some(format!("{} (now {})", declared.address, now.address));
        };
        let mut all = std::iter::once(found.live).chain(found.older.iter().copied());
        all.any(|live| is_open(&live)).then(|| declared.address.to_string())
    };
    let (mut left, mut unknown): (Vec<String>, Vec<&Declared>) = (Vec::new(), Vec::new());
    for declared in gone {
        let name = stays(&declared);
        // What is found in its place without its value is not certain to be it.
        let is_elsewhere = name.is_some() && !found.found.contains_key(&declared.address);
        if !is_elsewhere && is_unknown(declared, desired, &values, &found) {
            unknown.push(declared);
        }
        left.extend(name);
    }
    let since = former.since;
    let message = match (left.as_slice(), unknown.as_slice()) {
        ([], []) => return None,
        ([], unknown) => format!("manifests are gone since {since}: {}", whether(unknown)),
        (left, unknown) => {
            let objects = if left.len() == 1 { "its object stays" } else { "their objects stay" };
            let more = if unknown.is_empty() { String::new() } else { format!("; {}", whether(unknown)) };
            let (manifests, are) = (count(left.len(), "manifest"), if left.len() == 1 { "is" } else { "are" });
            let left = and_more(left, NAMED, ", ");
            format!("{manifests} {are} gone since {since}: {left}; {objects} in the store{more}")
        }
    };
    let help = "write `removed: true` in place of the topmost one, or declare what should stay";
    Some(rules::KW_143.finding(message).help(help))
}

/// KW-143 for a run that did not read all of the stores: what was declared then and is not now, if it cannot be known whether
/// it stays.
pub fn unread(former: Former<'_>, desired: &Desired, live: &Live) -> Option<Diagnostic> {
    let gone = gone(former.desired, desired);
    let open: Vec<&Declared> = gone.into_iter().filter(|declared| !live.is_complete(declared.address.kind())).collect();
    let (manifests, their) = match open.len() {
        0 => return None,
        1 => ("1 manifest is".to_owned(), "its object stays"),
        many => (format!("{} are", count(many, "manifest")), "their objects stay"),
    };
    let message = format!(
        "{manifests} gone since {}: {}; this run did not read whether {their} in the store",
        former.since,
        names(&open)
    );
    let help = "--since with that commit reads it; to take them out, write `removed: true` in place of the topmost one";
    Some(rules::KW_143.finding(message).help(help))
}

/// Why a machine without memory does not know the commit before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoCommit {
    /// The clone has only one.
    Shallow,
    /// The manifests are in no Git repository.
    NoGit,
}

/// KW-137: `planned` leaves objects alone, and this machine knows neither what earlier runs declared nor the commit before.
pub fn cannot_know(planned: &Planned, why: NoCommit) -> Option<Diagnostic> {
    let left: usize = planned.plan.left_alone.values().sum();
    if left == 0 {
        return None;
    }
    let have = if left == 1 { "has" } else { "have" };
    let (what, why, help) = match why {
        NoCommit::Shallow => (
            "the last commit removed some",
            "this clone has only one commit",
            "fetch two commits, or keep the database between the runs; `--since REVISION` names any commit that is there",
        ),
        NoCommit::NoGit => (
            "some had one",
            "the manifests are in no Git repository",
            "to take an object out of the store, write `removed: true` in its manifest instead of deleting the manifest",
        ),
    };
    let message = format!(
        "{} of the store {have} no manifest; whether {what} is not known: the workspace database has no earlier apply of this \
         workspace, and {why}",
        count(left, "object")
    );
    Some(rules::KW_137.finding(message).help(help))
}

/// The object of a manifest that is in the store with another name, another owner, or in another application: the database
/// knows its id, or it has the email address, or the prefix in the same package and a place with something in common.
fn elsewhere<'a>(declared: &Declared, live: &'a Live, remembered: &Remembered) -> Option<&'a LiveObject> {
    let all = live.of(declared.address.kind()).iter();
    let address = declared.address.to_string();
    let is_known = |live: &LiveObject| {
        remembered.objects.of(live, remembered.key.as_ref()).is_some_and(|known| *known.address == *address)
    };
    let is_person = |live: &LiveObject| {
        let emails = declared.value("email").zip(live.attributes.get("email"));
        declared.address.kind() == Kind::User && emails.is_some_and(|(one, other)| is_same("email", one, other))
    };
    // In its place only its value identifies a key: a person may have created this one.
    let is_there = |live: &LiveObject| {
        let package = declared.key.as_ref().map(|key| &key.package.address);
        let parent = declared.parent.as_ref().map(|parent| &parent.address);
        live.key.as_ref().is_some_and(|key| Some(&key.package) == package) && live.parent.as_ref() == parent
    };
    let mut all = all.filter(|live| !is_there(live));
    all.find(|live| is_known(live) || is_person(live) || is_moved_key(declared, live))
}

fn is_moved_key(declared: &Declared, live: &LiveObject) -> bool {
    let (Some(key), Some(of_live)) = (&declared.key, &live.key) else { return false };
    let KeySource::Generate(generated) = &key.source else { return false };
    let (Some(parent), Some(application)) = (&declared.parent, &live.parent) else { return false };
    let is_near =
        parent.address.first_name() == application.first_name() || parent.address.name() == application.name();
    !generated.prefix.is_empty()
        && is_near
        && of_live.package == key.package.address
        && begins(of_live.value.expose(), generated)
}

fn names(manifests: &[&Declared]) -> String {
    let names: Vec<String> = manifests.iter().map(|declared| declared.address.to_string()).collect();
    and_more(&names, NAMED, ", ")
}

fn whether(unknown: &[&Declared]) -> String {
    format!("the value of {} is not known here, so neither is whether it stays in the store", names(unknown))
}

/// The manifests that are neither there, nor renamed, nor removed with `removed: true`, themselves or with one above.
fn gone<'d>(former: &'d Desired, desired: &Desired) -> Vec<&'d Declared> {
    let renamed: BTreeSet<&Address> =
        desired.objects.values().flat_map(|now| &now.previously).map(|former| &former.address).collect();
    let is_removed = |address: &Address| desired.removed.as_ref().is_some_and(|removed| removed.get(address).is_some());
    let goes_with = |declared: &Declared| {
        let parent = declared.parent.as_ref().map(|parent| &parent.address);
        let user = parent.filter(|_| declared.key.is_some()).map(|parent| Address::user(&parent.first_name()));
        let terms = declared.key.iter().flat_map(|key| [&key.package.address, &key.plan.address]);
        parent.into_iter().chain(&user).chain(terms).any(is_removed)
    };
    let is_gone = |declared: &&Declared| {
        // An API key that was declared absent is disabled, and cannot go further.
        declared.presence == Presence::Present
            && desired.manifest_of(&declared.address).is_none()
            && !renamed.contains(&declared.address)
            && !goes_with(declared)
    };
    former.objects.values().filter(is_gone).collect()
}

/// The objects of the store that a manifest of now declares, or that this plan takes out, also if that waits for consent.
fn accounted(planned: &Planned) -> BTreeSet<(Kind, &LiveId)> {
    let declared = planned.declared.iter().map(|sighting| (sighting.address.kind(), &sighting.id));
    let takes_out =
        |action: Action, kind: Kind| action == Action::Delete || (kind == Kind::ApiKey && action == Action::Disable);
    let changes = planned.plan.changes.iter();
    let going = changes.filter(|change| takes_out(change.action, change.address.kind()));
    declared.chain(going.filter_map(|change| Some((change.address.kind(), change.live_id()?)))).collect()
}

/// Whether only its value could find the key, the key's application is still in the store, and no manifest declares a key
/// with the same source.
fn is_unknown(declared: &Declared, desired: &Desired, values: &Values, found: &Matching<'_>) -> bool {
    let source = declared.key.as_ref().map(|key| &key.source).filter(|source| matches!(source, KeySource::Custom(_)));
    let is_custom = source.is_some_and(|source| {
        let mut keys = desired.of(Kind::PackageKey).filter_map(|now| now.key.as_ref());
        !keys.any(|now| is_same_source(&now.source, source))
    });
    let is_above_there = declared.parent.as_ref().is_some_and(|parent| found.found.contains_key(&parent.address));
    is_custom && !values.contains_key(&declared.address) && is_above_there
}
