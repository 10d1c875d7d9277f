//! Converts one object of an answer to one object of the snapshot.

use std::borrow::Cow;

use super::index::Index;
use super::services;
use super::value;
use super::value::Fields;
use super::value::Object;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::model::Secret;
use crate::model::Value;
use crate::model::services::SERVICES;

/// What identifies an object.
struct Identity {
    address: Address,
    id: LiveId,
    name: Box<str>,
    parent: Option<Address>,
    parent_id: Option<LiveId>,
    key: Option<Box<LiveKey>>,
}

/// The object, or the row if it lacks a part of its identity or refers to an object that was not read.
pub(super) fn live(
    kind: Kind,
    object: &Object,
    within: Option<&Address>,
    has_added: bool,
    index: &Index,
) -> Result<LiveObject, OddRow> {
    let found = match kind {
        Kind::PackageKey => key(object, within, index),
        _ => named(kind, object, within, index),
    };
    let Identity { address, id, name, parent, parent_id, key } =
        found.map_err(|property| odd(kind, object, within, index, property))?;
    let Fields { mut attributes, mut unread } = value::fields_of(kind, object, has_added);
    if kind == Kind::PackageKey
        && let Some(plan) = value::inner_id(object, "plan")
    {
        match index.address(plan) {
            Some(plan) => drop(attributes.insert("plan", Value::text(plan.name()))),
            None => drop(unread.insert("plan".into())),
        }
    }
    if kind == Kind::Plan && index.reads_services() {
        match services::read(object, index) {
            Ok(set) => drop(set.map(|set| attributes.insert(SERVICES, set))),
            Err(services::Unread) => drop(unread.insert(SERVICES.into())),
        }
    }
    let (created, updated) = (value::instant(object, "created"), value::instant(object, "updated"));
    Ok(LiveObject { address, id, name, parent, parent_id, attributes, created, updated, key, unread })
}

/// A row that was not understood, with the reason.
pub(super) fn odd(
    kind: Kind,
    object: &Object,
    within: Option<&Address>,
    index: &Index,
    property: &'static str,
) -> OddRow {
    let owner = value::text(object, "username").filter(|_| kind == Kind::Application);
    let owner = owner.map(|username| Address::user(&username)).filter(|_| within.is_none());
    let above = ["application", "package", "plan"].into_iter().filter(|_| kind == Kind::PackageKey);
    let above = above.filter_map(|name| index.address(value::inner_id(object, name)?).cloned());
    let mut parents: Vec<Address> = within.cloned().into_iter().chain(owner).chain(above).collect();
    parents.sort();
    parents.dedup();
    OddRow {
        kind,
        id: value::text(object, "id").map(LiveId::new),
        name: value::text(object, name_of(kind)).map(Into::into),
        parents,
        value: value::text(object, "apikey").filter(|_| kind == Kind::PackageKey).map(Secret::new),
        property: Cow::Borrowed(property),
    }
}

/// The property with the name of an object. Package keys have none.
const fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "username",
        Kind::PackageKey | Kind::ApiKey => "",
        Kind::Application | Kind::Package | Kind::Plan => "name",
    }
}

/// The identity of a named object, or the property that is missing.
fn named(kind: Kind, object: &Object, within: Option<&Address>, index: &Index) -> Result<Identity, &'static str> {
    let id = LiveId::new(value::text(object, "id").ok_or("id")?);
    let name = value::text(object, name_of(kind)).ok_or_else(|| name_of(kind))?;
    let (mut parent, mut parent_id) = (within.cloned(), None);
    if kind == Kind::Application {
        // `within` is the expected owner; the answer has the actual one.
        let owner = value::text(object, "username").map(|username| index.shared(Address::user(&username)));
        parent_id = owner.as_ref().or(within).map(|owner| LiveId::new(owner.name()));
        parent = Some(parent.or(owner).ok_or("username")?);
    } else if kind == Kind::Plan {
        parent_id = index.id(within.ok_or("package")?);
    }
    let address = Address::below(kind, parent.as_ref(), &name);
    Ok(Identity { address, id, name: name.into(), parent, parent_id, key: None })
}

/// The identity of a package key, or the property that is missing.
fn key(object: &Object, within: Option<&Address>, index: &Index) -> Result<Identity, &'static str> {
    let id = value::text(object, "id").ok_or("id")?;
    let application_id = value::inner_id(object, "application");
    let application = within.or_else(|| index.address(application_id?)).ok_or("application")?.clone();
    let parent_id = application_id.map(|id| index.shared_id(id)).or_else(|| index.id(&application));
    let package_id = value::inner_id(object, "package").ok_or("package")?;
    let package = index.address(package_id).ok_or("package")?.clone();
    let value = Secret::new(value::text(object, "apikey").ok_or("apikey")?);
    let address = Address::key_in_store(&application.first_name(), &application.name(), &package.name(), &id);
    let secret = value::shared_secret(object);
    let key = Some(Box::new(LiveKey { package, package_id: index.shared_id(package_id), value, secret }));
    Ok(Identity { address, id: LiveId::new(id), name: "".into(), parent: Some(application), parent_id, key })
}
