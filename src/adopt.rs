//! Writes what moved in the store into the texts of the manifests. Only the value of a field is replaced, so that comments and
//! layout stay; and a text counts only if its manifests then declare exactly what they did before, with the new values.

mod block;
mod brackets;
mod scalar;
mod spelling;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::change::FieldChange;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::diagnostic::has_errors;
use crate::drift::Drift;
use crate::drift::FieldDrift;
use crate::drift::Side;
use crate::drift::What;
use crate::manifest;
use crate::manifest_diff;
use crate::manifest_diff::Edit;
use crate::model::Address;
use crate::model::Desired;
use crate::model::FieldName;
use crate::model::Value;
use crate::model::services::SERVICES;
use crate::rules;
use crate::text::line;
use crate::workspace::Workspace;
use block::Replaced;

/// The new texts, what is in them, and what could not be written.
#[derive(Default)]
pub struct Adopted {
    pub texts: BTreeMap<SourceId, String>,
    pub fields: Vec<AdoptedField>,
    pub refused: Vec<Diagnostic>,
}

/// One value that is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdoptedField {
    pub address: Address,
    pub field: FieldName,
    /// In the text as it was.
    pub place: Place,
}

/// One value to write.
#[derive(Clone)]
struct Wish<'a> {
    drift: &'a Drift,
    field: &'a FieldDrift,
    place: Place,
    value: Value,
}

/// How the store writes the item of a list that a manifest spells in another way: the id of an organization for its name.
/// `None` if it is not known, or is no such item.
pub type OfStore<'a> = &'a dyn Fn(&FieldName, &str) -> Option<Box<str>>;

/// Adopts the fields that only the store changed. `drift` must be of these sources.
pub fn adopt(drift: &[Drift], sources: &Sources, workspace: &Workspace, of_store: OfStore<'_>) -> Adopted {
    let mut refused = Vec::new();
    let mut wishes = Vec::new();
    for one in drift.iter().filter(|one| one.side != Side::Ours) {
        if one.what != What::Changed {
            refused.push(not_a_field(one));
        }
        for field in one.fields.iter().filter(|field| field.side != Side::Ours) {
            match wish(one, field) {
                Ok(wish) => wishes.push(wish),
                Err(why) => refused.push(not_adopted(one, field, why)),
            }
        }
    }
    let mut writer = Writer { sources, workspace, before: None, done: Vec::new(), texts: BTreeMap::new() };
    for wish in &mut wishes {
        writer.spell(wish, of_store);
    }
    wishes.retain(|wish| match new_text(wish, sources) {
        Ok(_) => true,
        Err(why) => {
            refused.push(not_adopted(wish.drift, wish.field, why));
            false
        }
    });
    let of_rule = "with the value of the store, the manifests would be invalid or change in another place, too";
    refused.extend(writer.write_most(&wishes).iter().map(|wish| {
        let text = sources.get(wish.place.source).map_or("", |source| &*source.text);
        let is_shared = spelling::has_anchor(text, wish.place.start as usize);
        not_adopted(wish.drift, wish.field, if is_shared { spelling::OF_ANCHOR } else { of_rule })
    }));
    let fields = writer.done.iter().map(|wish| AdoptedField {
        address: wish.drift.address.clone(),
        field: wish.field.field.clone(),
        place: wish.place,
    });
    let mut fields: Vec<AdoptedField> = fields.collect();
    fields.sort_by(|a, b| (a.place, &a.address, &a.field).cmp(&(b.place, &b.address, &b.field)));
    Adopted { fields, texts: writer.texts, refused }
}

fn wish<'a>(drift: &'a Drift, field: &'a FieldDrift) -> Result<Wish<'a>, &'static str> {
    match field.side {
        _ if field.is_secret => return Err("it may be a secret"),
        _ if field.field == SERVICES => return Err("Keywright does not write services into manifests that exist"),
        Side::Both => return Err("the manifest changed, too"),
        Side::Unknown if field.is_long => {
            return Err("an earlier version recorded no value this long, so the manifest may be the newer one");
        }
        Side::Unknown => return Err("no apply is recorded, so the manifest may be the newer one"),
        Side::Ours | Side::Theirs => {}
    }
    let place = field.place.ok_or("the manifest does not contain it as a field")?;
    let empty = || match field.manifest {
        Some(Value::Text(_)) => Some(Value::text("")),
        Some(Value::Set(_)) => Some(Value::set::<&str>([])),
        _ => None,
    };
    let value = field.store.clone().or_else(empty).ok_or("the store has no value")?;
    Ok(Wish { drift, field, place, value })
}

/// KW-156 for an object.
fn not_a_field(drift: &Drift) -> Diagnostic {
    let (why, help) = match drift.what {
        What::Missing(Some(_)) => ("it has another address in the store", "change the manifest to where the object is"),
        What::Missing(None) => (
            "it is not in the store, and no manifest is deleted",
            "remove the manifest, or write `removed: true` below `metadata`, to keep it deleted",
        ),
        What::Undeclared => ("no manifest declares it", "`keywright export --undeclared` prints its manifest"),
        What::Removed | What::Changed => ("its manifest removes it", "remove the manifest to keep the object"),
    };
    let problem = rules::KW_156.finding(format!("could not adopt {}: {why}", drift.address));
    at(problem.help(help), drift.place)
}

/// KW-156 for a field.
fn not_adopted(drift: &Drift, field: &FieldDrift, why: &str) -> Diagnostic {
    let name = line(&field.field);
    let message = format!("could not adopt `{name}` of {}: {why}", drift.address);
    let by_hand = match &field.store {
        _ if field.is_secret => "write the value of the store to the manifest by hand".to_owned(),
        _ if field.field == SERVICES => format!("write `{SERVICES}` by hand, as `keywright export` prints it"),
        Some(_) if field.is_long => {
            format!("write the value of `{name}` that `keywright drift --format json` shows to the manifest by hand")
        }
        Some(value) => format!("write {} to the manifest by hand", line(&value.to_string())),
        None => format!("remove `{name}` from the manifest"),
    };
    let help = format!("{by_hand}, or undo the edit with `keywright apply`");
    at(rules::KW_156.finding(message).help(help), field.place.or(drift.place))
}

fn at(problem: Diagnostic, place: Option<Place>) -> Diagnostic {
    match place {
        Some(place) => problem.at(place),
        None => problem,
    }
}

fn desired(sources: &Sources, workspace: &Workspace) -> Option<Desired> {
    let (raw, found) = manifest::parse(sources);
    let had_errors = has_errors(&found);
    let checked = rules::check(raw, found, workspace);
    let is_valid = !had_errors && !has_errors(&checked.diagnostics);
    checked.value.filter(|_| is_valid)
}

struct Writer<'a> {
    sources: &'a Sources,
    workspace: &'a Workspace,
    /// What the manifests declare without an edit, once it was needed.
    before: Option<Desired>,
    done: Vec<Wish<'a>>,
    texts: BTreeMap<SourceId, String>,
}

impl<'a> Writer<'a> {
    /// Items of a list that stay keep the spelling of the manifest.
    fn spell(&mut self, wish: &mut Wish<'a>, of_store: OfStore<'_>) {
        let (Value::Set(new), Some(Value::Set(old))) = (&wish.value, &wish.field.manifest) else { return };
        let is_other = |item: &str| of_store(&wish.field.field, item).is_some();
        if !old.iter().chain(new.iter()).any(|item| is_other(item)) {
            return;
        }
        let written = self.before().and_then(|before| before.get(&wish.drift.address)?.field(&wish.field.field));
        let Some(Value::Set(written)) = written.map(|field| &field.value) else { return };
        let form = |item: &str| of_store(&wish.field.field, item).unwrap_or_else(|| item.into());
        let known: BTreeSet<Box<str>> = written.iter().map(|item| form(item)).collect();
        let stay = written.iter().filter(|item| new.iter().any(|new| **new == *form(item)));
        let added = new.iter().filter(|item| !known.contains(&***item));
        wish.value = Value::set(stay.chain(added).cloned());
    }

    fn before(&mut self) -> Option<&Desired> {
        if self.before.is_none() {
            self.before = desired(self.sources, self.workspace);
        }
        self.before.as_ref()
    }

    /// Writes as many of these values as possible and returns the others. By halves, because each attempt reads all manifests.
    fn write_most(&mut self, wishes: &[Wish<'a>]) -> Vec<Wish<'a>> {
        if wishes.is_empty() || self.write(wishes) {
            return Vec::new();
        }
        if let [only] = wishes {
            return vec![only.clone()];
        }
        let (first, second) = wishes.split_at(wishes.len() / 2);
        let mut left = self.write_most(first);
        left.extend(self.write_most(second));
        left
    }

    /// Whether the texts can have these values beside those that are done. Keeps them if so.
    fn write(&mut self, more: &[Wish<'a>]) -> bool {
        let wishes: Vec<Wish<'a>> = self.done.iter().chain(more).cloned().collect();
        let Ok(texts) = edited(&wishes, self.sources) else { return false };
        self.before();
        let is_right = self.before.as_ref().is_some_and(|before| self.declares(before, &wishes, &texts));
        if is_right {
            (self.done, self.texts) = (wishes, texts);
        }
        is_right
    }

    /// Whether the manifests declare exactly the wishes and otherwise the same as before.
    fn declares(&self, before: &Desired, wishes: &[Wish<'_>], texts: &BTreeMap<SourceId, String>) -> bool {
        let source = |(index, source): (usize, &Source)| {
            let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
            let text = texts.get(&id).map_or(&*source.text, String::as_str);
            Source { name: source.name.clone(), text: text.into(), readable: source.readable }
        };
        let sources = Sources(self.sources.0.iter().enumerate().map(source).collect());
        let Some(after) = desired(&sources, self.workspace) else { return false };
        let changed = manifest_diff::declarations((before, self.sources), (&after, &sources));
        let is_wished = |address: &Address, change: &FieldChange| {
            let is_it = |wish: &&Wish<'_>| wish.drift.address == *address && wish.field.field == change.field;
            wishes.iter().find(is_it).is_some_and(|wish| change.after.as_ref() == Some(&wish.value))
        };
        let count: usize = changed.iter().map(|declaration| declaration.fields.len()).sum();
        count == wishes.len()
            && changed.iter().all(|declaration| {
                let fields = &declaration.fields;
                declaration.edit == Edit::Changed && fields.iter().all(|field| is_wished(&declaration.address, field))
            })
    }
}

/// The texts with the new values, or why a value cannot be replaced where it is.
fn edited(wishes: &[Wish<'_>], sources: &Sources) -> Result<BTreeMap<SourceId, String>, &'static str> {
    let mut sorted: Vec<&Wish<'_>> = wishes.iter().collect();
    // From the end, so that earlier places stay.
    sorted.sort_by_key(|wish| std::cmp::Reverse(wish.place));
    let mut texts: BTreeMap<SourceId, String> = BTreeMap::new();
    let mut last: Option<Place> = None;
    for wish in sorted {
        let Place { source, end, .. } = wish.place;
        if last.is_some_and(|last| last.source == source && last.start < end) {
            return Err("another field has the same place");
        }
        let (old, (range, new)) = new_text(wish, sources)?;
        texts.entry(source).or_insert_with(|| old.text.to_string()).replace_range(range, &new);
        last = Some(wish.place);
    }
    Ok(texts)
}

/// The file of a value, and the new text with its range.
fn new_text<'s>(wish: &Wish<'_>, sources: &'s Sources) -> Result<(&'s Source, Replaced), &'static str> {
    let Place { source, start, end } = wish.place;
    let old = sources.get(source).ok_or("it is in no file")?;
    Ok((old, spelling::spelled(&old.text, start as usize..end as usize, &wish.value)?))
}

#[cfg(test)]
mod tests;
