//! Converts one object of an answer to one object of the snapshot.

use super::index::Index;
use super::value;
use super::value::Object;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Value;

/// `None` if the object lacks its identity or refers to an object that was not read. The list is then incomplete.
pub(super) fn live(
    kind: Kind,
    object: &Object,
    within: Option<&Address>,
    has_added: bool,
    index: &Index,
) -> Option<LiveObject> {
    let id = value::text(object, "id")?;
    let name = match kind {
        Kind::User => value::text(object, "username")?,
        Kind::PackageKey => String::new(),
        _ => value::text(object, "name")?,
    };
    let mut attributes = value::attributes(kind, object, has_added);
    let (mut parent, mut parent_id, mut key) = (within.cloned(), None, None);
    let address = match kind {
        Kind::User => Address::user(&name),
        Kind::Package => Address::package(&name),
        Kind::Application => {
            let owner = value::text(object, "username").map(|username| Address::user(&username));
            // `within` is the expected owner; the answer has the actual one.
            parent_id = owner.as_ref().or(within).map(|owner| LiveId::new(owner.name()));
            parent = parent.or(owner);
            Address::application(&parent.as_ref()?.name(), &name)
        }
        Kind::Plan => {
            parent_id = index.id(within?);
            Address::below(Kind::Plan, within, &name)
        }
        Kind::PackageKey => {
            let application = within.or_else(|| index.address(value::inner_id(object, "application")?))?.clone();
            parent_id = value::inner_id(object, "application").map(LiveId::new).or_else(|| index.id(&application));
            let package_id = value::inner_id(object, "package")?;
            let package = index.address(package_id)?.clone();
            let plan = value::inner_id(object, "plan").and_then(|plan| index.address(plan));
            if let Some(plan) = plan {
                attributes.insert("plan", Value::text(plan.name()));
            }
            let (user, name) = (application.first_name(), application.name());
            let address = Address::key_in_store(&user, &name, &package.name(), &id);
            let secret = value::text(object, "secret").map(Secret::new);
            let (package_id, value) = (LiveId::new(package_id), Secret::new(value::text(object, "apikey")?));
            key = Some(Box::new(LiveKey { package, package_id, value, secret }));
            parent = Some(application);
            address
        }
        Kind::ApiKey => return None,
    };
    let (created, updated) = (value::instant(object, "created"), value::instant(object, "updated"));
    let (id, name) = (LiveId::new(id), name.into());
    Some(LiveObject { address, id, name, parent, parent_id, attributes, created, updated, key })
}
