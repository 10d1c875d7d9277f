//! The operations that change keys. Each makes one change of the embedded store and writes one row beside it.

use super::Failure;
use super::Key;
use super::Outcome;
use super::Visit;
use super::answers;
use super::body::Body;
use super::key_json;
use super::keys;
use super::lists;
use super::side;
use super::side::Side;
use crate::emulator::answer::Answer;
use crate::emulator::area::finished;
use crate::emulator::quirks::Quirk;
use crate::emulator::quirks::Quirks;
use crate::emulator::writes::at;
use crate::emulator::writes::change;
use crate::model::Address;
use crate::model::Instant;
use crate::model::Secret;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::plan::Target;
use crate::randomness;
use crate::store::Refusal;
use crate::store::RefusalKind;
use crate::store::Store;
use crate::store::Write;

impl Visit<'_> {
    pub(super) fn create(&mut self) -> Outcome {
        let body = Body::parse(&self.call.body)?;
        let name = body.text("keyName").flatten();
        self.check_new(name, &body)?;
        let wanted = Wanted {
            enabled: body.flag("enabled").unwrap_or(false),
            expires: body.instant("expirationDate").flatten(),
            apis: body.text("allowedApis").flatten().map(Into::into),
            orgs: body.text("allowedOrgs").flatten().map(Into::into),
        };
        let value = if self.area.quirks.has(Quirk::MftSecretOnCreateOnly) {
            Some(randomness::id().map_err(|_| Failure::own())?.to_string())
        } else {
            None
        };
        let store_name = self.free_name(self.storable(name));
        let target = Target { name: store_name.clone().into(), parent: None, live: None, key: None };
        self.perform(&change(Address::api_key(&store_name), Action::Create, wanted.fields(), target))?;
        let label = body.text("label").unwrap_or(Some("made by the service")).map(Into::into);
        let side = Side {
            key_name: name.map(Into::into),
            is_nameless: name.is_none(),
            owner: self.caller.user.clone(),
            tenant: tenant(&body, &self.area.quirks),
            created_by: Some(self.caller.user.clone()),
            allowed_apis: wanted.apis,
            allowed_orgs: wanted.orgs,
            value_digest: value.as_deref().map(|value| Secret::new(value).digest().hex().into()),
            label,
            ..Side::default()
        };
        let made = self.find(|key| *key.object.name == *store_name)?;
        self.finish(made, side, value.as_deref())
    }

    pub(super) fn update(&mut self) -> Outcome {
        let body = Body::parse(&self.call.body)?;
        let Some(id) = body.text("id").flatten() else { return Err(Failure::property("id", "must be given")) };
        let key = self.key(Some(id))?;
        let quirks = &self.area.quirks;
        check_same_name(key, &body, quirks)?;
        let wanted = Wanted::after(key, &body, quirks);
        let mut side = Side {
            updated_by: Some(self.caller.user.clone()),
            allowed_apis: wanted.apis.clone(),
            allowed_orgs: wanted.orgs.clone(),
            ..key.side.clone()
        };
        let keeps = quirks.is(Quirk::MftUpdateMode, "merge");
        match body.text("label") {
            None if keeps => {}
            label => side.label = label.flatten().map(Into::into),
        }
        side.tenant = tenant(&body, quirks).or(side.tenant);
        if quirks.has(Quirk::MftAuditFieldsTaken) {
            take_audit_fields(&body, &mut side);
        }
        let (address, target) = at(&key.object);
        let id = id.to_owned();
        self.perform(&change(address, Action::Update, wanted.fields(), target))?;
        let key = self.find(|key| key.id() == id)?;
        self.finish(key, side, None)
    }

    /// The object stays in the store, which has no delete for keys.
    pub(super) fn delete(&mut self) -> Outcome {
        let key = self.key(self.call.parameter("id").next())?;
        let by = Some(self.caller.user.clone());
        let side = Side { deleted: Some(self.area.now.timestamp_millis()), deleted_by: by, ..key.side.clone() };
        let id = key.id().to_owned();
        side::save(self.area, &id, &side)?;
        self.area.committed = true;
        Ok(answers::success(&serde_json::json!({"thruStatus": "Success", "data": null}), &self.area.quirks))
    }

    fn check_new(&self, name: Option<&str>, body: &Body) -> Result<(), Failure> {
        let quirks = &self.area.quirks;
        let own = || self.keys.iter().filter(|key| !key.is_deleted() && key.side.owner == self.caller.user);
        let expires = body.instant("expirationDate").flatten();
        if quirks.has(Quirk::MftPastExpiryRefused) && expires.is_some_and(|end| end <= self.area.now) {
            return Err(Failure::property("expirationDate", "has passed"));
        }
        if quirks.number(Quirk::MftMaxKeys).is_some_and(|most| own().count() as u64 >= most) {
            return Err(Failure::new(400, "The user has as many API keys as are allowed."));
        }
        if !quirks.is(Quirk::MftDuplicateNames, "allow") && own().any(|key| key.key_name() == name) {
            return Err(Failure::property("keyName", "is already the name of another API key"));
        }
        Ok(())
    }

    /// A name that the store accepts, for one that it might refuse. Without the quirk the store decides.
    fn storable<'a>(&self, name: Option<&'a str>) -> &'a str {
        let name = name.unwrap_or_default();
        let is_odd = name.is_empty() || name.trim() != name || name.chars().any(char::is_control);
        if is_odd && self.area.quirks.has(Quirk::MftAnyKeyName) { "(odd name)" } else { name }
    }

    /// A name that is unique in the store. On the site, two users, or a deleted key and a new one, can share a name.
    fn free_name(&self, name: &str) -> String {
        let is_taken = |name: &str| self.keys.iter().any(|key| *key.object.name == *name);
        if !is_taken(name) {
            return name.to_owned();
        }
        let numbered = (2..).map(|number: u64| format!("{name} ({number})"));
        numbered.into_iter().find(|name| !is_taken(name)).unwrap_or_default()
    }

    fn perform(&mut self, change: &Change) -> Result<(), Failure> {
        let write = Write { change, value: None, secret: None, repeats: false, may_be_there: false };
        let performed = finished(self.area.store.perform(&write));
        self.area.committed |= performed.is_ok();
        performed.map(|_| ()).map_err(|refusal| failure(&refusal))
    }

    /// A key in its current state.
    fn find(&self, is_it: impl Fn(&Key) -> bool) -> Result<Key, Failure> {
        keys::all(self.area, &self.caller.user)?.into_iter().find(is_it).ok_or_else(Failure::own)
    }

    /// Saves the data beside a key, and answers with the key.
    fn finish(&mut self, key: Key, side: Side, value: Option<&str>) -> Result<Answer, Failure> {
        side::save(self.area, key.id(), &side)?;
        let key = Key { side, ..key };
        let quirks = &self.area.quirks;
        Ok(answers::success(&key_json::of(&key, value.unwrap_or(key.id()), quirks), quirks))
    }
}

/// The desired state of a key.
struct Wanted {
    enabled: bool,
    expires: Option<Instant>,
    apis: Option<Box<str>>,
    orgs: Option<Box<str>>,
}

impl Wanted {
    /// The key after an update. Without quirks an update replaces: omitted properties are cleared, except `enabled`.
    fn after(key: &Key, body: &Body, quirks: &Quirks) -> Self {
        let merges = quirks.is(Quirk::MftUpdateMode, "merge");
        let is_ignored = |name: &str| quirks.names(Quirk::MftIgnoreFieldsOnUpdate, name);
        let text = |name: &str| match body.text(name) {
            _ if is_ignored(name) => key.list_text(name, quirks).map(Into::into),
            None if merges => key.list_text(name, quirks).map(Into::into),
            text => text.flatten().map(Into::into),
        };
        let omitted = if quirks.has(Quirk::MftOmittedBoolFalse) { Some(false) } else { None };
        let enabled = body.flag("enabled").or(omitted).filter(|_| !is_ignored("enabled"));
        let is_kept = |end: Option<Instant>| end.is_none() && quirks.is(Quirk::MftExpiryClearable, "no");
        let expires = match body.instant("expirationDate") {
            _ if is_ignored("expirationDate") => key.expires(),
            None if merges => key.expires(),
            end if is_kept(end.flatten()) => key.expires(),
            end => end.flatten(),
        };
        let enabled = enabled.unwrap_or_else(|| key.is_enabled());
        Self { enabled, expires, apis: text("allowedApis"), orgs: text("allowedOrgs") }
    }

    fn fields(&self) -> Vec<FieldChange> {
        let set = |name, text: &Option<Box<str>>| Value::set(lists::read(name, text.as_deref().unwrap_or_default()));
        let never = || "never".to_owned();
        let end = self.expires.map_or_else(never, |end| end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        let fields = [
            ("enabled", Value::Bool(self.enabled)),
            ("expires", Value::text(end)),
            ("allowedApis", set("allowedApis", &self.apis)),
            ("allowedOrgs", set("allowedOrgs", &self.orgs)),
        ];
        fields.map(|(field, after)| FieldChange { field: field.into(), before: None, after: Some(after) }).into()
    }
}

fn check_same_name(key: &Key, body: &Body, quirks: &Quirks) -> Result<(), Failure> {
    let merges = quirks.is(Quirk::MftUpdateMode, "merge");
    match body.text("keyName") {
        _ if quirks.names(Quirk::MftIgnoreFieldsOnUpdate, "keyName") => Ok(()),
        None if merges => Ok(()),
        Some(name) if name == key.key_name() => Ok(()),
        Some(Some(_)) => Err(Failure::property("keyName", "can not change")),
        None | Some(None) => Err(Failure::property("keyName", "must be given")),
    }
}

/// The tenant in a body, if the quirk makes it count.
fn tenant(body: &Body, quirks: &Quirks) -> Option<i32> {
    quirks.has(Quirk::MftTenantTaken).then(|| body.number("tenantId").unwrap_or(0))
}

fn take_audit_fields(body: &Body, side: &mut Side) {
    let text = |name| body.text(name).flatten().map(Into::into);
    let instant = |name| body.instant(name).flatten().map(|instant| instant.timestamp_millis());
    side.created = instant("createdDate");
    side.created_by = text("createdBy");
    side.deleted = instant("deletedDate");
    side.deleted_by = text("deletedBy");
}

/// The store's refusal as an error of the site.
fn failure(refusal: &Refusal) -> Failure {
    if refusal.kind != RefusalKind::Rejected {
        return Failure::own();
    }
    let property = match refusal.rule.as_ref().map_or("", |rule| rule.0) {
        "MFT-006" => "enabled",
        "MFT-013" => "expirationDate",
        _ => "keyName",
    };
    Failure::property(property, refusal.reason.clone())
}

#[cfg(test)]
mod tests {
    use super::Wanted;
    use crate::emulator::mft::schema;
    use crate::manifest::fields;
    use crate::model::Kind;

    #[test]
    fn every_managed_field_has_a_property() {
        let wanted = Wanted { enabled: true, expires: None, apis: None, orgs: None }.fields();
        for field in fields::of(Kind::ApiKey) {
            assert!(wanted.iter().any(|change| change.field == field.name), "{}", field.name);
            let property = if field.name == "expires" { "expirationDate" } else { field.name };
            assert!(schema::PROPERTIES.iter().any(|known| known.name == property), "{property}");
        }
    }
}
