//! What is wrong with each draft, and what is taken out because of it: a field if the rest stays a manifest, otherwise
//! the whole object.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::left_out::LeftOut;
use super::yaml::Part;
use super::yaml::Written;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Kind;
use crate::plan::Change;

/// The fields without which a manifest is not valid, or allows more than the object in the store.
const NEEDED: [&str; 12] = [
    "user",
    "application",
    "package",
    "plan",
    "key",
    "email",
    "displayName",
    "enabled",
    "allApis",
    "allOrgs",
    "allowedApis",
    "allowedOrgs",
];

/// The faults of the drafts, by index.
pub(super) struct Faults {
    by_address: BTreeMap<Address, usize>,
    /// By their addresses in the store.
    by_live: BTreeMap<Address, usize>,
    /// The number of the first draft among the sources.
    first: usize,
    objects: BTreeMap<usize, String>,
    fields: BTreeMap<usize, Vec<(Part, String)>>,
}

impl Faults {
    pub(super) fn of(drafts: &[Draft], first: usize) -> Self {
        let index = |of: fn(&Draft) -> &Address| -> BTreeMap<Address, usize> {
            drafts.iter().enumerate().map(|(at, draft)| (of(draft).clone(), at)).collect()
        };
        let (by_address, by_live) = (index(|draft| &draft.declares), index(|draft| &draft.live));
        Self { by_address, by_live, first, objects: BTreeMap::new(), fields: BTreeMap::new() }
    }

    fn object(&mut self, at: usize, reason: String) {
        self.objects.entry(at).or_insert(reason);
    }

    fn field(&mut self, at: usize, part: Part, reason: String) {
        self.fields.entry(at).or_default().push((part, reason));
    }

    /// Adds an error. Returns whether it is about a draft.
    pub(super) fn error(&mut self, error: &Diagnostic, written: &[Written]) -> bool {
        let Some(place) = error.place else { return false };
        let Some(at) = (place.source.0 as usize).checked_sub(self.first).filter(|at| *at < written.len()) else {
            return false;
        };
        let reason = format!("{} [{}]", error.message, error.rule);
        match written[at].part(place.start as usize) {
            None | Some(Part::Name) => self.object(at, reason),
            Some(part) => self.field(at, part.clone(), reason),
        }
        true
    }

    /// Adds a change that a plan would make, if it is of a draft.
    pub(super) fn change(&mut self, change: &Change) {
        let Some(&at) = self.by_address.get(&change.address) else { return };
        if change.target.live.is_none() || change.fields.is_empty() {
            return self.object(at, format!("a plan would {} it", change.action));
        }
        for field in &change.fields {
            let reason = "a manifest cannot contain the value in the store".to_owned();
            self.field(at, Part::Group(field.field.to_string()), reason);
        }
    }

    /// Adds an object that `--prune` would delete because its parent is declared, and it was declared earlier.
    pub(super) fn delete(&mut self, lost: &Address) {
        let names = lost.names();
        let parent = match names.as_slice() {
            [user, application, _] => Address::application(user, application),
            [parent, _] if lost.kind() == Kind::Plan => Address::package(parent),
            [parent, _] => Address::user(parent),
            _ => return,
        };
        if let Some(&at) = self.by_live.get(&parent).or_else(|| self.by_address.get(&parent)) {
            self.object(
                at,
                format!("`--prune` would then delete {lost}, which was declared earlier and is not exported"),
            );
        }
    }

    /// Takes out what is wrong. Returns whether there was anything.
    pub(super) fn take_out(mut self, drafts: &mut Vec<Draft>, left_out: &mut Vec<LeftOut>) -> bool {
        for (at, found) in std::mem::take(&mut self.fields) {
            for (part, reason) in found {
                if let Err(reason) = take_field(&mut drafts[at], &part, reason) {
                    self.object(at, reason);
                }
            }
        }
        let found = drafts.iter_mut().fold(!self.objects.is_empty(), settle);
        let mut at = 0;
        drafts.retain(|draft| {
            let reason = self.objects.remove(&at);
            at += 1;
            left_out.extend(reason.iter().map(|reason| LeftOut::new(&draft.live, &draft.id, reason.clone())));
            reason.is_none()
        });
        found
    }
}

/// Marks the fields of a part as taken out; `Err` with the reason if the manifest needs one of them.
fn take_field(draft: &mut Draft, part: &Part, reason: String) -> Result<(), String> {
    let is_it = |index: usize, draft: &Draft| {
        let field = &draft.fields[index];
        match part {
            Part::Name => false,
            Part::Field(at) => *at == index,
            Part::Group(name) => field.outer == *name || is_named(field.path().as_str(), name),
        }
    };
    let taken: Vec<usize> = (0..draft.fields.len()).filter(|&index| is_it(index, draft)).collect();
    if taken.is_empty() || taken.iter().any(|&index| NEEDED.contains(&draft.fields[index].outer.as_str())) {
        return Err(reason);
    }
    for index in taken {
        let path = draft.fields[index].path();
        if !draft.omitted.iter().any(|omitted| omitted.field == path) {
            draft.omit(path, reason.clone());
        }
    }
    Ok(())
}

/// Whether a field of a manifest is the field of a plan.
fn is_named(path: &str, name: &str) -> bool {
    match path {
        "throttle.unlimited" => name == "throttle.perSecond",
        "quota.unlimited" => name == "quota.calls",
        path => path == name,
    }
}

/// Removes the fields that are marked; whether there were any.
fn settle(found: bool, draft: &mut Draft) -> bool {
    let omitted: Vec<&str> = draft.omitted.iter().map(|omitted| omitted.field.as_str()).collect();
    let before = draft.fields.len();
    let kept: Vec<_> = draft.fields.iter().filter(|field| !omitted.contains(&field.path().as_str())).cloned().collect();
    draft.fields = kept;
    found | (draft.fields.len() != before)
}
