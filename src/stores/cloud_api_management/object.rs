//! One object of an answer → one object of the snapshot.

use super::known::Index;
use super::value;
use super::value::Object;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Value;

/// Nothing when the answer lacks what makes the object itself, or refers to something that was not read: the list that
/// it came in is then not complete.
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
    let (mut parent, mut key) = (within.cloned(), None);
    let address = match kind {
        Kind::User => Address::user(&name),
        Kind::Package => Address::package(&name),
        Kind::Application => {
            let owner = value::text(object, "username").map(|username| Address::user(&username));
            parent = parent.or(owner);
            Address::application(&parent.as_ref()?.name(), &name)
        }
        Kind::Plan => Address::below(Kind::Plan, Some(within?), &name),
        Kind::PackageKey => {
            let application = within.or_else(|| index.address(value::inner_id(object, "application")?))?.clone();
            let package = index.address(value::inner_id(object, "package")?)?.clone();
            let plan = value::inner_id(object, "plan").and_then(|plan| index.address(plan));
            if let Some(plan) = plan {
                attributes.insert("plan", Value::text(plan.name()));
            }
            let (user, name) = (application.first_name(), application.name());
            let address = Address::key_in_store(&user, &name, &package.name(), &id);
            let secret = value::text(object, "secret").map(Secret::new);
            key = Some(Box::new(LiveKey { package, value: Secret::new(value::text(object, "apikey")?), secret }));
            parent = Some(application);
            address
        }
        Kind::ApiKey => return None,
    };
    let (created, updated) = (value::instant(object, "created"), value::instant(object, "updated"));
    Some(LiveObject { address, id: LiveId::new(id), name: name.into(), parent, attributes, created, updated, key })
}
