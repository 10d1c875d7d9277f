//! Manual changes of a store, unknown to the manifests.

use keywright::model::Address;
use keywright::model::Kind;
use keywright::model::Live;
use keywright::model::LiveObject;
use keywright::model::Secret;
use keywright::model::Value;
use keywright::plan::Action;
use keywright::plan::Change;
use keywright::plan::FieldChange;
use keywright::plan::KeyTarget;
use keywright::plan::LiveTarget;
use keywright::plan::Target;
use keywright::plan::ValueFrom;
use keywright::store::Store;
use keywright::store::Write;

use super::bench::Bench;
use super::bench::block_on;
use super::fields;
use super::fields::NAMES;
use super::tape::Tape;

/// Makes one random change, unless the store refuses it.
pub(super) fn edit(bench: &Bench, tape: &mut Tape) {
    let live = bench.live();
    match tape.below(8) {
        0 => set_a_field(bench, &live, tape),
        1 => delete(bench, &live, tape),
        2 | 3 => create_key(bench, &live, tape),
        4 => rename(bench, &live, tape),
        5 => switch(bench, &live, tape),
        _ => create(bench, &live, tape),
    }
}

/// Creates objects that no manifest declares.
pub(super) fn create_foreign(bench: &Bench, tape: &mut Tape) {
    let live = bench.live();
    if tape.chance(3) { create_key(bench, &live, tape) } else { create(bench, &live, tape) }
}

fn set_a_field(bench: &Bench, live: &Live, tape: &mut Tape) {
    let kind = tape.choose(&Kind::ALL);
    let Some(at) = tape.index(live.of(kind).len()) else { return };
    let (field, value) = fields::field(kind, tape);
    update(bench, &live.of(kind)[at], &[(&field, Some(value))]);
}

fn switch(bench: &Bench, live: &Live, tape: &mut Tape) {
    let kind = tape.choose(&[Kind::PackageKey, Kind::User, Kind::ApiKey]);
    let Some(at) = tape.index(live.of(kind).len()) else { return };
    let word = tape.choose(&["disabled", "active", "waiting"]);
    let (field, value) = match kind {
        Kind::ApiKey => ("enabled", Value::Bool(word == "active")),
        Kind::PackageKey => ("settings.status", Value::text(word)),
        _ => ("status", Value::text(word)),
    };
    update(bench, &live.of(kind)[at], &[(field, Some(value))]);
}

fn rename(bench: &Bench, live: &Live, tape: &mut Tape) {
    let kind = tape.choose(&[Kind::Application, Kind::Plan, Kind::Package]);
    let Some(at) = tape.index(live.of(kind).len()) else { return };
    update(bench, &live.of(kind)[at], &[("name", Some(Value::text(tape.choose(&NAMES))))]);
}

fn delete(bench: &Bench, live: &Live, tape: &mut Tape) {
    let kind = tape.choose(&[Kind::PackageKey, Kind::PackageKey, Kind::Application, Kind::Plan, Kind::Package]);
    let Some(at) = tape.index(live.of(kind).len()) else { return };
    let object = &live.of(kind)[at];
    let change = change(Action::Delete, object.address.clone(), Some(object), &[]);
    perform(bench, &change, None);
}

fn create(bench: &Bench, live: &Live, tape: &mut Tape) {
    let kind = tape.choose(&[Kind::User, Kind::Application, Kind::Package, Kind::Plan, Kind::ApiKey]);
    let parents = match kind {
        Kind::Application => live.of(Kind::User),
        Kind::Plan => live.of(Kind::Package),
        _ => &[],
    };
    let parent = match kind {
        Kind::Application | Kind::Plan => match tape.index(parents.len()) {
            Some(at) => Some(&parents[at].address),
            None => return,
        },
        _ => None,
    };
    let name = if tape.chance(3) { tape.choose(&NAMES).to_owned() } else { format!("foreign {}", tape.below(9)) };
    let mut fields: Vec<(String, Option<Value>)> =
        fields::fields(kind, tape).into_iter().map(|(field, value)| (field, Some(value))).collect();
    match kind {
        Kind::User => {
            let status = tape.choose(&["active", "waiting", "disabled"]);
            fields.push(("email".into(), Some(Value::text("foreign@example.com"))));
            fields.push(("displayName".into(), Some(Value::text("Foreign"))));
            fields.push(("status".into(), Some(Value::text(status))));
        }
        Kind::ApiKey => fields.push(("enabled".into(), Some(Value::Bool(true)))),
        _ => {}
    }
    let fields: Vec<(&str, Option<Value>)> =
        fields.iter().map(|(field, value)| (field.as_str(), value.clone())).collect();
    let mut change = change(Action::Create, Address::below(kind, parent, &name), None, &fields);
    change.target.parent = parent.cloned();
    perform(bench, &change, None);
}

fn create_key(bench: &Bench, live: &Live, tape: &mut Tape) {
    let (applications, plans) = (live.of(Kind::Application), live.of(Kind::Plan));
    let (Some(application), Some(plan)) = (tape.index(applications.len()), tape.index(plans.len())) else { return };
    let Some(package) = plans[plan].parent.clone() else { return };
    let prefix = tape.choose(&["foreign", "chk_foreign", "chk_", "web-", "Custom-Key:1.a", "foreign_0123456789abcdef"]);
    let value =
        Secret::new(if prefix == "Custom-Key:1.a" { prefix.into() } else { format!("{prefix}{}", tape.below(9)) });
    let mut fields = vec![("plan", Some(Value::text(plans[plan].name.clone())))];
    let extra = fields::field(Kind::PackageKey, tape);
    fields.push((&extra.0, Some(extra.1)));
    let mut change = change(Action::Create, Address::key("by hand"), None, &fields);
    change.target.parent = Some(applications[application].address.clone());
    let target = KeyTarget {
        package,
        value: ValueFrom::Given,
        with_secret: false,
        sources: keywright::plan::Sources::default(),
        deliver: Vec::new(),
        follows: None,
    };
    change.target.key = Some(target);
    perform(bench, &change, Some(&value));
}

pub(super) fn update(bench: &Bench, object: &LiveObject, fields: &[(&str, Option<Value>)]) {
    perform(bench, &change(Action::Update, object.address.clone(), Some(object), fields), None);
}

fn change(action: Action, address: Address, live: Option<&LiveObject>, fields: &[(&str, Option<Value>)]) -> Change {
    let fields = fields.iter().map(|(field, after)| FieldChange {
        field: (*field).to_owned().into(),
        before: None,
        after: after.clone(),
    });
    let target = Target {
        name: live.map_or_else(|| address.name().into(), |object| object.name.clone()),
        parent: live.and_then(|object| object.parent.clone()),
        live: live.map(LiveTarget::of),
        key: None,
    };
    let fields = fields.collect();
    Change { address, action, fields, reason: "by hand".into(), place: None, needs: Vec::new(), target }
}

fn perform(bench: &Bench, change: &Change, value: Option<&Secret>) {
    // A refusal is a valid answer: the store does not accept everything.
    let _ = block_on(bench.store.perform(&Write { change, value, secret: None, repeats: false, may_be_there: false }));
}
