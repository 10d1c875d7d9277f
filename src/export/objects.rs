//! Live objects → drafts. What no manifest can say about an object is known here; everything else is found when the
//! manifests are verified.

use super::draft::Draft;
use super::left_out::LeftOut;
use super::yaml::is_writable_name;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Value;
use crate::model::built_in::is_forbidden;
use crate::model::services::SERVICES;
use crate::rules::INTERNAL_USER;

const NOT_UNDERSTOOD: &str = "the value in the store is not understood";
/// Why the services of plans are unknown.
const NO_SERVICES: &str = "the store does not show its list of services to this user";

/// The draft of a named object. References use the names in the manifests that exist already.
pub(super) fn draft(object: &LiveObject, live: &Live, matching: &Matching<'_>) -> Result<Draft, LeftOut> {
    let kind = object.address.kind();
    let needs: Vec<Address> = object.parent.iter().cloned().collect();
    let parent = matching.parent_of(object);
    let declares = Address::below(kind, parent.as_ref(), &object.name);
    let mut draft = Draft::new(object, declares, object.name.to_string(), needs);
    fields(&mut draft, object);
    if object.unread.contains(SERVICES) {
        draft.omit(SERVICES, if live.services.is_none() { NO_SERVICES } else { NOT_UNDERSTOOD });
    }
    match (kind, parent) {
        (Kind::Application, Some(user)) => draft.set("user", Value::text(user.name())),
        (Kind::Plan, Some(package)) => draft.set("package", Value::text(package.name())),
        (Kind::Application | Kind::Plan, None) => {
            return Err(LeftOut::of(object, "the store does not say whose it is"));
        }
        // A user without them lives; only a new one needs them.
        (Kind::User, _) => {
            if &*object.name == INTERNAL_USER {
                return Err(LeftOut::of_platform(object, "the platform's own user, which no manifest manages"));
            }
            for field in ["email", "displayName"] {
                if object.unread.contains(field) {
                    return Err(LeftOut::of(
                        object,
                        format!("`{field}` in the store is not understood, and a user needs it"),
                    ));
                }
                if object.attributes.get(field).is_none() {
                    draft.set(field, Value::text(""));
                }
            }
        }
        (Kind::ApiKey, _) => api_key(&mut draft, object, live)?,
        _ => {}
    }
    without(&mut draft, object, "status");
    draft.sort();
    Ok(draft)
}

/// Names a field that every object of the kind should have, but this one does not.
pub(super) fn without(draft: &mut Draft, object: &LiveObject, field: &str) {
    let is_expected = crate::manifest::fields::find(draft.kind, field).is_some();
    if is_expected && object.attributes.get(field).is_none() && !object.unread.contains(field) {
        draft.omit(field, "the store has no value");
    }
}

/// The attributes that a manifest can set.
pub(super) fn fields(draft: &mut Draft, object: &LiveObject) {
    for field in object.unread.iter().filter(|field| **field != SERVICES) {
        draft.omit(&**field, NOT_UNDERSTOOD);
    }
    for (field, value) in object.attributes.iter() {
        let name = field.split_once('.').map_or("", |(_, name)| name);
        if is_forbidden(draft.kind, field) {
            draft.omit(&**field, "a manifest cannot set it");
        } else if !is_writable_name(name) {
            draft.omit(crate::text::quoted(field), "its name is too long");
        } else {
            match (&**field, value.as_text()) {
                // Plans without a limit have a field `unlimited`.
                ("throttle.perSecond", Some("unlimited")) => draft.set("throttle.unlimited", true),
                ("quota.calls", Some("unlimited")) => draft.set("quota.unlimited", true),
                // Outer spaces do not count, and a manifest cannot have them.
                ("email", Some(email)) => draft.set(field, Value::text(email.trim())),
                _ => draft.set(field, value.clone()),
            }
        }
    }
}

/// Lists that are null become `allApis` and `allOrgs`. A list that was not understood is a restriction, and an empty one may
/// be the narrowest.
fn api_key(draft: &mut Draft, object: &LiveObject, live: &Live) -> Result<(), LeftOut> {
    let facts = live.transfer.as_ref().and_then(|transfer| transfer.keys.get(&object.id));
    for (list, all) in [("allowedApis", "allApis"), ("allowedOrgs", "allOrgs")] {
        if facts.is_some_and(|facts| facts.unread.contains(list)) {
            let reason = format!("the text of `{list}` in the store is not understood, so it may be any restriction");
            return Err(LeftOut::of(object, reason));
        }
        if facts.is_some_and(|facts| facts.unclear.contains(list)) {
            let reason =
                format!("`{list}` in the store is missing or empty, which may mean all or none; set it in the portal");
            return Err(LeftOut::of(object, reason));
        }
        if object.attributes.get(list).is_none_or(Value::is_empty) {
            draft.fields.retain(|field| field.outer != list);
            draft.set(all, true);
        }
    }
    if facts.is_some_and(|facts| facts.unread.contains("expires")) {
        draft.omit("expires", "the date in the store is not understood");
    }
    Ok(())
}
