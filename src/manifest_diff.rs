//! How two versions of the manifests differ, object by object and field by field, without a store.

mod fields;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::change::FieldChange;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::FileLine;
use crate::diagnostic::Place;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Presence;
use crate::model::Value;
use fields::Field;
use fields::REMOVED;
use fields::fields;

pub use fields::is_same_source;

/// What happened to a declaration. An object that is no longer declared stays in the store unless the workspace owns it;
/// one whose manifest says `removed: true` goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Edit {
    Added,
    Changed,
    Removed,
}

impl Edit {
    pub const ALL: [Self; 3] = [Self::Added, Self::Changed, Self::Removed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// One declared object in both versions.
#[derive(Clone, PartialEq, Eq)]
pub struct Declaration {
    pub edit: Edit,
    pub address: Address,
    /// The fields that differ. `name` for a renamed object.
    pub fields: Vec<FieldChange>,
    /// The line in the new version, or in the old one for a removed object.
    pub place: Option<FileLine>,
}

impl Declaration {
    /// Whether the newer manifest says `removed: true`, and the older one does not.
    pub fn is_taken_out(&self) -> bool {
        self.fields.iter().any(|field| field.field == REMOVED && field.after.is_some())
    }
}

/// The declarations that differ, by address.
pub fn declarations(before: (&Desired, &Sources), after: (&Desired, &Sources)) -> Vec<Declaration> {
    let (old_places, new_places) = (Places::new(before.1), Places::new(after.1));
    let (before, after) = (before.0, after.0);
    let renamed = renamed(before, after);
    let former: BTreeSet<&Address> = renamed.values().copied().collect();
    let mut found = Vec::new();
    for new in after.objects.values().chain(after.removals()) {
        let old_address = renamed.get(&new.address).copied().unwrap_or(&new.address);
        let old = before.manifest_of(old_address);
        let fields = changed(old.map(|old| (old_address, old)), Some((&new.address, new)));
        if old.is_none() || !fields.is_empty() {
            found.push(declaration(edit(old, new), new, fields, &new_places));
        }
    }
    for old in before.objects.values().chain(before.removals()) {
        if after.manifest_of(&old.address).is_none() && !former.contains(&old.address) {
            // Without `removed: true`, the manifests say nothing about the object any more.
            let edit = if old.presence == Presence::Removed { Edit::Changed } else { Edit::Removed };
            found.push(declaration(edit, old, changed(Some((&old.address, old)), None), &old_places));
        }
    }
    found.sort_by(|a, b| (&a.address, a.edit).cmp(&(&b.address, b.edit)));
    found
}

fn edit(old: Option<&Declared>, new: &Declared) -> Edit {
    let is_gone = |object: &Declared| object.presence == Presence::Removed;
    match old {
        Some(old) if is_gone(old) == is_gone(new) => Edit::Changed,
        _ if is_gone(new) => Edit::Removed,
        _ => Edit::Added,
    }
}

fn declaration(edit: Edit, object: &Declared, fields: Vec<FieldChange>, places: &Places<'_>) -> Declaration {
    Declaration { edit, address: object.address.clone(), fields, place: places.line(object.place) }
}

/// The new addresses of objects that had another one, with the old one: `metadata.previously` names it.
fn renamed<'d>(before: &'d Desired, after: &'d Desired) -> BTreeMap<&'d Address, &'d Address> {
    let mut renamed = BTreeMap::new();
    for (address, new) in after.objects.iter().filter(|(address, _)| before.get(address).is_none()) {
        let mut former = new.previously.iter().filter(|former| after.get(&former.address).is_none());
        let old = former.find_map(|former| before.get(&former.address));
        if let Some(old) = old {
            renamed.insert(address, &old.address);
        }
    }
    renamed
}

/// The fields that differ, in the order of the manifest.
fn changed(before: Option<(&Address, &Declared)>, after: Option<(&Address, &Declared)>) -> Vec<FieldChange> {
    let mut old: HashMap<_, Field<'_>> = HashMap::new();
    let mut names = Vec::new();
    for field in before.iter().flat_map(|(_, object)| fields(object)) {
        names.push(field.name.clone());
        old.insert(field.name.clone(), field);
    }
    let mut found = Vec::new();
    if let (Some((before, _)), Some((after, _))) = (before, after)
        && before != after
    {
        let name = |address: &Address| Some(Value::text(address.name()));
        found.push(FieldChange { field: "name".into(), before: name(before), after: name(after) });
    }
    for field in after.iter().flat_map(|(_, object)| fields(object)) {
        match old.remove(&field.name) {
            Some(former) if former.is_same(&field) => {}
            former => found.push(FieldChange {
                field: field.name.clone(),
                before: former.as_ref().map(|former| former.value.clone()),
                after: Some(field.value_after(former.as_ref())),
            }),
        }
    }
    for name in names {
        if let Some(field) = old.remove(&name) {
            found.push(FieldChange { field: name, before: Some(field.value), after: None });
        }
    }
    found
}

/// The findings of the new version that the old one does not have. A finding that only moved is not new.
pub fn new_findings(before: (&[Diagnostic], &Sources), after: (Vec<Diagnostic>, &Sources)) -> Vec<Diagnostic> {
    let file = |place: Option<Place>, sources: &Sources| {
        place.and_then(|place| sources.get(place.source)).map(|source| source.name.clone())
    };
    let mut known: HashMap<_, usize> = HashMap::new();
    for finding in before.0 {
        *known.entry((finding.rule, file(finding.place, before.1), finding.message.clone())).or_default() += 1;
    }
    let is_new = |finding: &Diagnostic| {
        let count = known.get_mut(&(finding.rule, file(finding.place, after.1), finding.message.clone()));
        match count {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        }
    };
    let mut is_new = is_new;
    let mut found = after.0;
    found.retain(|finding| is_new(finding));
    found
}
