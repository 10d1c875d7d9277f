//! One declared object and its match → one change, not yet ordered.

use super::Action;
use super::Change;
use super::Context;
use super::FieldChange;
use super::KeyTarget;
use super::LiveTarget;
use super::Sources;
use super::Target;
use super::ValueFrom;
use super::deliveries;
use super::ends;
use super::given;
use crate::diagnostic::Place;
use crate::diff;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Delivery;
use crate::model::Generated;
use crate::model::KeySource;
use crate::model::LiveObject;
use crate::model::Value;
use crate::model::desired::DeclaredKey;
use crate::rotation;

/// A change with the addresses, as in the manifests, that it depends on.
pub(super) struct Draft {
    pub(super) change: Change,
    /// The object's address in the manifests; it differs from the change's address when a parent is renamed.
    pub(super) known_as: Address,
    /// The manifest that asks for it.
    pub(super) place: Option<Place>,
    /// Objects that must exist in their new form before the change; for a delete, objects that can only be deleted after it.
    pub(super) needs: Vec<Address>,
    /// Whether it retires an old generation, because its successor works already.
    pub(super) retires: bool,
}

impl std::ops::Deref for Draft {
    type Target = Change;

    fn deref(&self) -> &Change {
        &self.change
    }
}

impl std::ops::DerefMut for Draft {
    fn deref_mut(&mut self) -> &mut Change {
        &mut self.change
    }
}

pub(super) fn create(context: &Context<'_>, declared: &Declared, matching: &Matching<'_>, reason: &str) -> Draft {
    let fields = diff::all_new(&ends::of_new(context, declared));
    let mut draft = of(declared, Action::Create, fields, reason);
    draft.target.key = declared.key.as_deref().map(|key| KeyTarget {
        package: key.package.address.clone(),
        value: value_from(context, matching, key),
        with_secret: key.secret.is_some(),
        sources: given::sources(context, &declared.address, key),
        deliver: if context.options.no_deliver { Vec::new() } else { key.deliver.clone() },
        follows: None,
    });
    draft
}

/// The next generation of a key.
pub(super) fn follow(
    context: &Context<'_>,
    declared: &Declared,
    found: &Found<'_>,
    matching: &Matching<'_>,
    reason: &str,
) -> Draft {
    let mut draft = create(context, declared, matching, reason);
    let declares_off = draft.after("settings.status").is_some_and(|status| status.as_text() != Some("active"));
    let is_worse = declares_off && rotation::why_unusable(found.live, context.now).is_none();
    if let Some(key) = draft.target.key.as_mut() {
        key.follows = Some(found.live.id.fingerprint());
        if is_worse {
            // Its value would cut the callers of its predecessor off.
            key.deliver = Vec::new();
        }
    }
    draft
}

/// A change of an object that is in the store.
pub(super) fn change(
    declared: &Declared,
    found: &Found<'_>,
    action: Action,
    fields: Vec<FieldChange>,
    reason: &str,
) -> Draft {
    let mut draft = of(declared, action, fields, reason);
    draft.target.live = Some(LiveTarget::of(found.live));
    draft.target.key = declared.key.as_deref().map(|key| KeyTarget {
        package: key.package.address.clone(),
        value: ValueFrom::Kept,
        with_secret: false,
        sources: Sources::default(),
        deliver: Vec::new(),
        follows: None,
    });
    draft
}

/// Disables or deletes a superseded key.
pub(super) fn retire(live: &LiveObject, action: Action, reason: &str) -> Draft {
    let fields = match action {
        Action::Disable => vec![FieldChange {
            field: "settings.status".into(),
            before: live.attributes.get("settings.status").cloned(),
            after: Some(Value::text("disabled")),
        }],
        _ => diff::all_gone(&live.attributes),
    };
    let target =
        Target { name: live.name.clone(), parent: live.parent.clone(), live: Some(LiveTarget::of(live)), key: None };
    let change = Change {
        address: live.address.clone(),
        action,
        fields,
        reason: reason.to_owned(),
        place: None,
        needs: Vec::new(),
        target,
    };
    Draft { known_as: live.address.clone(), change, place: None, needs: Vec::new(), retires: false }
}

/// Deletes a key and creates it again with the same value, because it moves to another package or application.
pub(super) fn replace(
    context: &Context<'_>,
    declared: &Declared,
    found: &Found<'_>,
    fields: Vec<FieldChange>,
    matching: &Matching<'_>,
) -> Draft {
    let moves = moves(declared, found, matching);
    let what = moves.iter().map(|change| change.field.as_ref()).collect::<Vec<_>>().join(" and the ");
    let reason =
        format!("the {what} of a key cannot change, so the key is deleted and created again with the same value");
    let mut draft = change(declared, found, Action::Replace, moves, &reason);
    draft.fields.extend(fields);
    deliver_too(&mut draft, context, matching, declared, found);
    draft
}

/// Whether the key already has the declared package plan, possibly under the plan's former name.
pub(super) fn keeps_plan(declared: &Declared, found: &Found<'_>, matching: &Matching<'_>) -> bool {
    let wanted = declared.key.as_ref().map(|key| &key.plan.address);
    wanted.is_some() && matching.terms_of(found.live).is_some_and(|(_, plan)| plan.as_ref() == wanted)
}

fn moves(declared: &Declared, found: &Found<'_>, matching: &Matching<'_>) -> Vec<FieldChange> {
    let (Some(key), Some(live)) = (&declared.key, &found.live.key) else { return Vec::new() };
    let name = |address: &Address| Some(Value::text(address.names().join("/")));
    let mut moves = Vec::new();
    let before = matching.translated(&live.package);
    if before != key.package.address {
        moves.push(FieldChange { field: "package".into(), before: name(&before), after: name(&key.package.address) });
    }
    if let (Some(before), Some(after)) = (matching.parent_of(found.live), &declared.parent)
        && before != after.address
    {
        moves.push(FieldChange { field: "application".into(), before: name(&before), after: name(&after.address) });
    }
    moves
}

/// Delivers the key's value where that is due; `None` if it is nowhere.
pub(super) fn deliver(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
) -> Option<Draft> {
    let due = deliveries::due(context, matching, declared, found, None);
    if due.is_empty() {
        return None;
    }
    let lacks = if due.iter().any(|to| to.sink.is_some()) {
        "sink is not known to have"
    } else {
        "delivery file does not contain"
    };
    let what = if due.iter().all(Delivery::is_secret) { "shared secret" } else { "value" };
    let mut draft = change(declared, found, Action::Deliver, Vec::new(), &format!("a {lacks} the key's {what}"));
    draft.target.key.as_mut()?.deliver = due;
    Some(draft)
}

/// Makes a change of an existing key also deliver its value where that is due.
pub(super) fn deliver_too(
    draft: &mut Draft,
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
) {
    let due = deliveries::due(context, matching, declared, found, Some(&draft.change));
    if let Some(key) = draft.target.key.as_mut() {
        key.deliver = due;
    }
}

/// The new name, if the store has the object under a former name.
pub(super) fn renames(declared: &Declared, found: &Found<'_>) -> Vec<FieldChange> {
    if declared.name == found.live.name {
        return Vec::new();
    }
    let value = |name: &str| Some(Value::text(name));
    vec![FieldChange { field: "name".into(), before: value(&found.live.name), after: value(&declared.name) }]
}

/// Enable or disable if the update only does that.
pub(super) fn kind_of_update(fields: &[FieldChange]) -> Action {
    let [only] = fields else { return Action::Update };
    let is_switch = matches!(&*only.field, "status" | "settings.status" | "enabled");
    match &only.after {
        Some(Value::Bool(true)) if is_switch => Action::Enable,
        Some(Value::Bool(false)) if is_switch => Action::Disable,
        Some(Value::Text(word)) if is_switch && &**word == "active" => Action::Enable,
        Some(Value::Text(word)) if is_switch && (&**word == "disabled" || &**word == "inactive") => Action::Disable,
        _ => Action::Update,
    }
}

fn of(declared: &Declared, action: Action, fields: Vec<FieldChange>, reason: &str) -> Draft {
    let parent = declared.parent.as_ref().map(|parent| parent.address.clone());
    let mut needs: Vec<Address> = parent.iter().cloned().collect();
    if let Some(key) = &declared.key {
        needs.extend([key.package.address.clone(), key.plan.address.clone()]);
        // The store requires an active user for a key.
        needs.extend(parent.iter().map(|application| Address::user(&application.first_name())));
    }
    let change = Change {
        address: declared.address.clone(),
        action,
        fields,
        reason: reason.to_owned(),
        place: None,
        needs: Vec::new(),
        target: Target { name: declared.name.clone(), parent, live: None, key: None },
    };
    Draft { known_as: declared.address.clone(), change, place: Some(declared.place), needs, retires: false }
}

fn value_from(context: &Context<'_>, matching: &Matching<'_>, key: &DeclaredKey) -> ValueFrom {
    match &key.source {
        KeySource::Custom(_) => ValueFrom::Given,
        // Matching stops a manifest whose key does not exist, so that none is ever created for it.
        KeySource::Existing(_) => ValueFrom::Kept,
        KeySource::Generate(generated) if generated.by_store => ValueFrom::Store,
        KeySource::Generate(generated) => {
            let &Generated { ref prefix, has_checksum, .. } = generated;
            ValueFrom::Minted { prefix: prefix.clone(), length: length(context, matching, key), has_checksum }
        }
    }
}

/// The package's `keyLength`: as declared, else as in the store, else the store's default.
pub(super) fn length(context: &Context<'_>, matching: &Matching<'_>, key: &DeclaredKey) -> usize {
    length_in(context, matching, &key.package.address)
}

pub(super) fn length_in(context: &Context<'_>, matching: &Matching<'_>, package: &Address) -> usize {
    let declared = context.desired.get(package).and_then(|package| package.value("keyLength"));
    let live = matching.in_store.get(package);
    let number = declared.or_else(|| live.and_then(|live| live.attributes.get("keyLength"))).and_then(Value::as_number);
    number
        .and_then(|number| usize::try_from(number).ok())
        .unwrap_or_else(crate::rules::default_key_length)
        .clamp(1, 255)
}
