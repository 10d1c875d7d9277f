//! Creates an object with all its fields: what the create does not accept, an update sets.

use serde_json::Value as Json;

use super::CloudApiManagement;
use super::echo::differing;
use super::echo::not_accepted;
use super::index::AreaIndex;
use super::path::CollectionPath;
use super::path::ObjectPath;
use super::post::NewObject;
use super::value;
use super::value::Object;
use super::write::address_of;
use super::write::reference;
use crate::model::Address;
use crate::model::Attributes;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::Secret;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::plan::KeyTarget;
use crate::plan::ValueFrom;
use crate::store::Altered;
use crate::store::Performed;
use crate::store::Refusal;
use crate::store::Write;

/// A key that is replaced, as the check before the writes read it.
pub(super) struct ReplacedKey {
    pub(super) attributes: Attributes,
    pub(super) value: Secret,
    pub(super) secret: Option<Secret>,
}

impl CloudApiManagement {
    /// Creates an object, or the successor of `old`. Never creates it twice.
    pub(super) async fn make(&self, write: &Write<'_>, old: Option<&ReplacedKey>) -> Result<Performed, Refusal> {
        let change = write.change;
        let kind = change.address.kind();
        let path = self.collection_path(change)?;
        let fields = fields_of_new(change, old);
        let mut body = self.body(change, &fields, None)?;
        // An area can require them for every new object (CAM-053). It is not documented whether a create accepts them, so
        // they are also set afterwards (1.3).
        body.object.extend(body.added.clone());
        let value = self.identity(write, old, &mut body.object)?;
        let is_minted_by_store = value.is_none() && kind == Kind::PackageKey;
        // After two lost answers at the same time, it would be unclear which key belongs to which create.
        let _turn = if is_minted_by_store { Some(self.minting.lock().await) } else { None };
        let before = match value {
            None if is_minted_by_store => self.key_ids(&path).await?,
            _ => Vec::new(),
        };
        let new = NewObject {
            change,
            path: &path,
            body: &body.object,
            value: value.as_ref(),
            before: &before,
            repeats: write.repeats,
            may_be_there: write.may_be_there,
        };
        let echo = self.post(&new).await?;
        let id = value::text(&echo, "id").map(LiveId::new).ok_or_else(|| {
            let reason = "the store created the object but its answer has no id";
            Refusal::unavailable(reason).help("plan again").unsettled()
        })?;
        if kind == Kind::PackageKey && before_knows(&self.index, &id, &echo, value.as_ref()) {
            let reason = "the answer to the create is another key, which existed before";
            return Err(Refusal::unavailable(reason).help("plan again; a proxy may have answered instead").unsettled());
        }
        self.index.learn_made(&address_of(change), &id);
        let object_path = self.object_path(change, &id)?;
        let altered = self.settle(kind, &object_path, &body.object, &fields, echo.clone()).await?;
        self.put_added(kind, &object_path, &body).await?;
        self.set_services(change, &object_path).await?;
        let answered = value::text(&echo, "apikey").map(Secret::new).filter(|_| kind == Kind::PackageKey);
        let other = match (&value, &answered) {
            (Some(sent), Some(answered)) if sent != answered => self.other_value(change, &id, sent, answered).await?,
            _ => None,
        };
        let is_other_value = other.is_some();
        let secret = value::shared_secret(&echo).filter(|_| kind == Kind::PackageKey);
        if let Some(secret) = &secret {
            self.api.masking().hide(secret);
        }
        let unusable = if delivers_given(change) { self.why_off(change, &id).await.flatten() } else { None };
        Ok(Performed {
            value: other.or(value).or(answered),
            secret,
            id: Some(id),
            is_other_value,
            unusable,
            altered,
            ..Performed::default()
        })
    }

    /// The value of a new key, if it is not the one that was sent. The answer to the create alone is no proof.
    async fn other_value(
        &self,
        change: &Change,
        id: &LiveId,
        sent: &Secret,
        answered: &Secret,
    ) -> Result<Option<Secret>, Refusal> {
        self.api.repeats(1);
        let read = self.try_read_one(change, id).await;
        let live = read.ok().flatten().and_then(|object| object.key).map(|key| key.value);
        Ok(live.or_else(|| Some(answered.clone())).filter(|live| live != sent))
    }

    /// Sets, in an update, what the create did not accept, for example the status of a key (Q6).
    async fn settle(
        &self,
        kind: Kind,
        path: &ObjectPath,
        sent: &Object,
        changes: &[FieldChange],
        echo: Object,
    ) -> Result<Vec<Altered>, Refusal> {
        let not_accepted = not_accepted(kind, sent, changes, &echo);
        if not_accepted.is_empty() {
            return Ok(Vec::new());
        }
        self.api.repeats(1);
        let echo = self.put(kind, path, &not_accepted).await?;
        Ok(differing(kind, &not_accepted, changes, &echo))
    }

    async fn key_ids(&self, path: &CollectionPath) -> Result<Vec<String>, Refusal> {
        let rows = self.rows(path, Kind::PackageKey, None).await?;
        Ok(rows.iter().filter_map(|row| value::text(row, "id")).collect())
    }

    /// Adds the identity of a new object: its name, or a key's package and value. Returns a key's value.
    fn identity(
        &self,
        write: &Write<'_>,
        old: Option<&ReplacedKey>,
        object: &mut Object,
    ) -> Result<Option<Secret>, Refusal> {
        let change = write.change;
        let name = Json::from(&*change.target.name);
        match change.address.kind() {
            Kind::User => {
                object.insert("username".into(), name);
            }
            Kind::Application => {
                object.insert("name".into(), name);
                let owner = change.target.parent.as_ref().map(Address::name).unwrap_or_default();
                object.insert("username".into(), Json::from(owner));
            }
            Kind::Package | Kind::Plan | Kind::ApiKey => {
                object.insert("name".into(), name);
            }
            Kind::PackageKey => return self.key_identity(write, old, object),
        }
        Ok(None)
    }

    fn key_identity(
        &self,
        write: &Write<'_>,
        old: Option<&ReplacedKey>,
        object: &mut Object,
    ) -> Result<Option<Secret>, Refusal> {
        let missing = || Refusal::unavailable("the plan does not contain the package of the key");
        let target = write.change.target.key.as_ref().ok_or_else(missing)?;
        object.insert("package".into(), reference(&self.index.id(&target.package)?));
        let value = match (&target.value, old) {
            (ValueFrom::Store, _) => None,
            (ValueFrom::Kept, Some(old)) => Some(old.value.clone()),
            _ => Some(write.value.cloned().ok_or_else(|| Refusal::unavailable("the value of the key is missing"))?),
        };
        if let Some(value) = &value {
            object.insert("apikey".into(), Json::from(value.expose()));
        }
        let kept = old.filter(|_| target.value == ValueFrom::Kept).and_then(|old| old.secret.as_ref());
        if let Some(secret) = write.secret.or(kept) {
            object.insert("secret".into(), Json::from(secret.expose()));
        }
        Ok(value)
    }
}

/// Whether an answer to a create is a key that was read before, with another value than the one that was sent.
fn before_knows(index: &AreaIndex, id: &LiveId, echo: &Object, sent: Option<&Secret>) -> bool {
    let is_sent = |text: String| sent.is_none_or(|sent| *sent == Secret::new(text));
    index.knows(id) && !value::text(echo, "apikey").is_some_and(is_sent)
}

/// Whether the value of a new key is delivered without a look at the keys of its application.
fn delivers_given(change: &Change) -> bool {
    let is_given = |key: &KeyTarget| key.value == ValueFrom::Given && !key.deliver.is_empty();
    change.action == Action::Create && change.target.key.as_ref().is_some_and(is_given)
}

/// The fields of a new object: those of the change, and the other fields of the key that it replaces.
fn fields_of_new(change: &Change, old: Option<&ReplacedKey>) -> Vec<FieldChange> {
    let is_part_of_target = |field: &str| matches!(field, "name" | "application" | "package");
    let mut fields: Vec<FieldChange> =
        change.fields.iter().filter(|field| !is_part_of_target(&field.field)).cloned().collect();
    for (name, value) in old.into_iter().flat_map(|old| old.attributes.iter()) {
        if !fields.iter().any(|field| field.field == *name) {
            fields.push(FieldChange { field: name.clone(), before: None, after: Some(value.clone()) });
        }
    }
    // A new key has no expiry date, so there is none to clear.
    fields
        .retain(|field| !(field.field == "expires" && field.after.as_ref().and_then(|v| v.as_text()) == Some("never")));
    fields
}
