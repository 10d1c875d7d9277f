//! The order of changes: dependencies first, then disables, then deletes.

use std::collections::BTreeMap;

use super::Action;
use super::Change;
use super::access;
use super::draft::Draft;
use crate::diagnostic::Places;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Value;
use crate::rules::logical_name;

/// New objects exist before old ones are disabled, and children are gone before their parent is deleted.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Make,
    SwitchOff,
    Delete,
}

const fn phase(action: Action) -> Phase {
    match action {
        Action::Create | Action::Update | Action::Enable | Action::Replace | Action::Deliver => Phase::Make,
        Action::Disable => Phase::SwitchOff,
        Action::Delete => Phase::Delete,
    }
}

/// The order of kinds within a phase: parents are created before children and deleted after them.
fn rank(change: &Change) -> i8 {
    let kind = match change.address.kind() {
        Kind::Package => 0,
        Kind::Plan => 1,
        Kind::User => 2,
        Kind::Application => 3,
        Kind::PackageKey => 4,
        Kind::ApiKey => 5,
    };
    match phase(change.action) {
        // Changes that narrow an API key come after those that widen one (`mft-api-keys.md` 3.2).
        Phase::Make if change.action != Action::Create && !access::of(change).narrower.is_empty() => kind + 2,
        Phase::Make if change.address.kind() == Kind::ApiKey && change.action != Action::Create => kind + 1,
        Phase::Make => kind,
        Phase::SwitchOff | Phase::Delete => -kind,
    }
}

/// Sorts the changes and fills in `needs` and `place`. The same drafts in any order give the same result.
pub(super) fn in_order(mut drafts: Vec<Draft>, matching: &Matching<'_>, places: &Places<'_>) -> Vec<Change> {
    let left = names_left(&drafts);
    drafts.sort_by(|a, b| {
        let key = |draft: &Draft| (phase(draft.action), rank(&draft.change), steps(&draft.address, &left));
        key(a).cmp(&key(b)).then_with(|| a.address.natural_cmp(&b.address)).then_with(|| a.action.cmp(&b.action))
    });
    let made = index(&drafts, |draft| phase(draft.action) != Phase::Delete);
    let children = children_of(&drafts);
    let leaving = leaving_of(&drafts, matching);
    let keys = keys_made(&drafts);
    let generations = generations_made(&drafts);
    let renamed = index(&drafts, |draft| old_address(draft).is_some());
    let essential: Vec<bool> = drafts.iter().map(|draft| is_essential(&draft.change)).collect();
    let mut changes: Vec<Change> = Vec::with_capacity(drafts.len());
    for (at, draft) in drafts.into_iter().enumerate() {
        let mut needs: Vec<usize> = draft.needs.iter().filter_map(|need| made.get(need).copied()).collect();
        needs.retain(|&need| is_needed(&draft.change, essential[need]));
        if phase(draft.action) == Phase::Delete {
            let address = &draft.known_as;
            needs.extend(children.get(address).into_iter().flatten());
            needs.extend(leaving.get(address).into_iter().flatten());
        }
        if draft.address.kind() == Kind::PackageKey && phase(draft.action) != Phase::Make && !draft.retires {
            // A key is removed only after its possible replacements exist. An old generation is retired behind a key that
            // exists, so another key of its application that waits for consent does not keep it.
            let application = draft.target.parent.as_ref().map(|parent| matching.translated(parent));
            needs.extend(application.and_then(|application| keys.get(&application)).into_iter().flatten());
        }
        if draft.address.kind() == Kind::ApiKey && draft.action == Action::Disable {
            needs.extend(generations.get(logical_name(&draft.target.name)).into_iter().flatten());
        }
        if is_essential(&draft.change) {
            // A name is free when the object that has it is renamed.
            needs.extend(left.get(&draft.address).and_then(|new| renamed.get(new)));
        }
        needs.retain(|&need| need < at);
        needs.sort_unstable();
        needs.dedup();
        let mut change = draft.change;
        change.needs = needs;
        change.place = draft.place.and_then(|place| places.line(place));
        changes.push(change);
    }
    changes
}

/// The address that an object has before it is renamed.
fn old_address(draft: &Draft) -> Option<Address> {
    let name = draft.fields.iter().find(|field| field.field == "name" && draft.address.kind() != Kind::PackageKey)?;
    let before = name.before.as_ref()?.as_text()?;
    Some(Address::below(draft.address.kind(), draft.target.parent.as_ref(), before))
        .filter(|_| draft.action != Action::Delete)
}

/// The new addresses of the renamed objects, by their old ones.
fn names_left(drafts: &[Draft]) -> BTreeMap<Address, Address> {
    drafts.iter().filter_map(|draft| Some((old_address(draft)?, draft.address.clone()))).collect()
}

/// How many renames must happen before the name of an object is free.
fn steps(address: &Address, left: &BTreeMap<Address, Address>) -> usize {
    let mut steps = 0;
    let mut name = address;
    while let Some(next) = left.get(name).filter(|_| steps < left.len()) {
        (name, steps) = (next, steps + 1);
    }
    steps
}

/// Whether an object does not exist under its declared name before the change.
fn is_essential(change: &Change) -> bool {
    change.action == Action::Create || change.fields.iter().any(|field| field.field == "name")
}

/// Whether a change waits until another object has its new form. What only ends an object or its access does not: a key
/// can be disabled while a change of its package plan fails, or waits for consent.
fn is_needed(change: &Change, is_essential: bool) -> bool {
    let starts = matches!(change.action, Action::Create | Action::Replace | Action::Enable);
    let takes_up = ["plan", "settings.throttle", "settings.quota"].iter().any(|field| change.after(field).is_some())
        || change.after("settings.status").and_then(Value::as_text) == Some("active");
    is_essential || (change.action != Action::Delete && (starts || takes_up))
}

fn index(drafts: &[Draft], wanted: impl Fn(&Draft) -> bool) -> BTreeMap<Address, usize> {
    let numbered = drafts.iter().enumerate().filter(|(_, draft)| wanted(draft));
    numbered.map(|(at, draft)| (draft.address.clone(), at)).collect()
}

/// The keys of each application that are new or start to work.
fn keys_made(drafts: &[Draft]) -> BTreeMap<Address, Vec<usize>> {
    let mut made: BTreeMap<Address, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.address.kind() == Kind::PackageKey) {
        if let Some(application) = draft.change.target.parent.as_ref().filter(|_| starts_to_work(&draft.change)) {
            made.entry(application.clone()).or_default().push(at);
        }
    }
    made
}

/// Whether a key may work only after the change.
fn starts_to_work(change: &Change) -> bool {
    let gains = |field| change.after(field).is_some();
    match change.action {
        Action::Create | Action::Replace | Action::Enable => true,
        Action::Update => gains("plan") || gains("settings.status") || gains("expires"),
        Action::Disable | Action::Delete | Action::Deliver => false,
    }
}

/// The created or enabled API keys by their names without the generation: the old key waits for the new one.
fn generations_made(drafts: &[Draft]) -> BTreeMap<Box<str>, Vec<usize>> {
    let mut made: BTreeMap<Box<str>, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.address.kind() == Kind::ApiKey) {
        if matches!(draft.action, Action::Create | Action::Enable) {
            made.entry(logical_name(&draft.target.name).into()).or_default().push(at);
        }
    }
    made
}

/// The deletes of an object's children, by the object's address.
fn children_of(drafts: &[Draft]) -> BTreeMap<Address, Vec<usize>> {
    let mut children: BTreeMap<Address, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| phase(draft.action) == Phase::Delete) {
        for parent in &draft.needs {
            children.entry(parent.clone()).or_default().push(at);
        }
    }
    children
}

/// The changes that move keys out of a package plan or a package, by the address of the plan or package.
fn leaving_of(drafts: &[Draft], matching: &Matching<'_>) -> BTreeMap<Address, Vec<usize>> {
    let mut leaving: BTreeMap<Address, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let found = matching.found.get(&draft.address);
        let Some((package, plan)) = found.and_then(|found| matching.terms_of(found.live)) else { continue };
        if let Some(plan) = plan {
            leaving.entry(plan).or_default().push(at);
        }
        leaving.entry(package).or_default().push(at);
    }
    leaving
}
