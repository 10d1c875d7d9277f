//! One change → the calls that make it (`cloud-api-management.md` 4.1, 4.2). Every write asks for the whole object back,
//! so that what the API did not take is known at once.

use serde_json::Value as Json;

use super::CloudApiManagement;
use super::api::Failure;
use super::echo::differing;
use super::fields;
use super::make::Old;
use super::path::CollectionPath;
use super::path::ObjectPath;
use super::value;
use super::value::Body;
use super::value::Object;
use crate::model::Address;
use crate::model::Attributes;
use crate::model::Kind;
use crate::model::LiveId;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::store::Performed;
use crate::store::Refusal;
use crate::store::Write;
use crate::stores::retry::with_retry;

/// How often a write is said again that the API did not take, though nothing it names is wrong: an object that was
/// just made may not be visible yet (Q1, 8.17).
const TRIES_TOO_EARLY: u32 = 5;

impl CloudApiManagement {
    pub(super) async fn perform_change(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        fields::check(write.change.address.kind(), &write.change.fields)?;
        self.known.check(write.change)?;
        match write.change.action {
            Action::Create => self.make(write, None).await,
            Action::Update | Action::Enable | Action::Disable => self.update(write.change).await,
            Action::Delete => self.remove(write.change).await.map(|()| Performed::default()),
            Action::Replace => self.replace(write).await,
            Action::Deliver => Ok(Performed::default()),
        }
    }

    async fn update(&self, change: &Change) -> Result<Performed, Refusal> {
        let id = live_id(change)?;
        let path = self.object_path(change, &id)?;
        let kind = change.address.kind();
        let body = self.body(change, &change.fields, self.known.confirmed(&id).as_ref())?;
        let mut altered = Vec::new();
        if !body.object.is_empty() {
            let echo = self.put(kind, &path, &body.object).await?;
            altered.extend(differing(kind, &body.object, &change.fields, &echo));
        }
        self.put_added(kind, &path, &body).await?;
        Ok(Performed { altered, ..Performed::default() })
    }

    /// Merges, and gives the object as it is then. What answered with something unreadable may not have been the API,
    /// so the object is looked at.
    pub(super) async fn put(&self, kind: Kind, path: &ObjectPath, object: &Object) -> Result<Object, Refusal> {
        match self.patiently(|| self.api.update(path, object, self.known.fields(kind))).await? {
            Some(echo) => Ok(echo),
            None => Ok(self.api.get(path, self.known.fields(kind)).await?),
        }
    }

    /// Attributes that the area's owner added go in a call of their own (1.3).
    pub(super) async fn put_added(&self, kind: Kind, path: &ObjectPath, body: &Body) -> Result<(), Refusal> {
        if !body.added.is_empty() {
            self.put(kind, path, &body.added).await?;
        }
        Ok(())
    }

    async fn remove(&self, change: &Change) -> Result<(), Refusal> {
        let id = live_id(change)?;
        let path = self.object_path(change, &id)?;
        Ok(self.patiently(|| self.api.delete(&path)).await?)
    }

    /// A key that goes elsewhere: made there and deleted here, with the same value. In another package the new one can
    /// stand beside the old one, so it is made first and no value is ever lost; in the same package the value is taken
    /// until the old one is gone.
    async fn replace(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        let change = write.change;
        let old = self.key_to_replace(change)?;
        let is_same_package = change.fields.iter().all(|field| field.field != "package");
        if is_same_package {
            self.remove(change).await?;
        }
        let performed = self.make(write, Some(&old)).await.map_err(|refusal| {
            let lost = "the old key is deleted and the new one is not made";
            if is_same_package { Refusal { reason: format!("{}; {lost}", refusal.reason), ..refusal } } else { refusal }
        })?;
        if !is_same_package {
            self.remove(change).await?;
        }
        Ok(performed)
    }

    fn key_to_replace(&self, change: &Change) -> Result<Old, Refusal> {
        let missing = || Refusal::stale(format!("{} was not read right before it was to be replaced", change.address));
        self.known.key_to_replace(&live_id(change)?).ok_or_else(missing)
    }

    /// Says a call again while it may only be too early for it.
    pub(super) async fn patiently<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        call: impl Fn() -> F,
    ) -> Result<T, Failure> {
        let is_early = |failure: &Failure| matches!(failure, Failure::Wrong { is_settled: false, .. });
        with_retry(TRIES_TOO_EARLY, is_early, call).await
    }

    pub(super) fn body(
        &self,
        change: &Change,
        fields: &[FieldChange],
        before: Option<&Attributes>,
    ) -> Result<Body, Refusal> {
        let kind = change.address.kind();
        let mut body = value::body(kind, fields, before, &self.known.roles());
        if kind == Kind::PackageKey
            && let Some(plan) = fields.iter().find(|field| field.field == "plan").and_then(|field| field.after.as_ref())
        {
            let package = package_of(change)?;
            let plan = Address::below(Kind::Plan, Some(&package), plan.as_text().unwrap_or_default());
            body.object.insert("plan".into(), reference(&self.known.id(&plan)?));
        }
        Ok(body)
    }

    pub(super) fn collection_path(&self, change: &Change) -> Result<CollectionPath, Refusal> {
        let orphan = || Refusal::unavailable("the plan does not say what the object hangs on");
        let parent = || change.target.parent.as_ref().ok_or_else(orphan).and_then(|parent| self.known.id(parent));
        match change.address.kind() {
            Kind::User => Ok(CollectionPath::members()),
            Kind::Package => Ok(CollectionPath::packages()),
            Kind::Application => CollectionPath::applications_of(&parent()?),
            Kind::Plan => CollectionPath::plans_of(&parent()?),
            Kind::PackageKey => CollectionPath::package_keys_of(&parent()?),
            Kind::ApiKey => Err(elsewhere()),
        }
    }

    pub(super) fn object_path(&self, change: &Change, id: &LiveId) -> Result<ObjectPath, Refusal> {
        match change.address.kind() {
            Kind::User => ObjectPath::member(id),
            Kind::Application => ObjectPath::application(id),
            Kind::Package => ObjectPath::package(id),
            Kind::Plan => {
                let orphan = || Refusal::unavailable("the plan does not say which package the object is in");
                ObjectPath::plan(&self.known.id(change.target.parent.as_ref().ok_or_else(orphan)?)?, id)
            }
            Kind::PackageKey => ObjectPath::package_key(id),
            Kind::ApiKey => Err(elsewhere()),
        }
    }
}

fn elsewhere() -> Refusal {
    Refusal::unavailable("API keys are not in Cloud API Management")
}

fn live_id(change: &Change) -> Result<LiveId, Refusal> {
    let missing = || Refusal::unavailable("the plan does not say which object of the store is meant");
    change.live_id().cloned().ok_or_else(missing)
}

pub(super) fn reference(id: &LiveId) -> Json {
    let mut object = Object::new();
    object.insert("id".into(), Json::from(id.expose()));
    Json::Object(object)
}

fn package_of(change: &Change) -> Result<Address, Refusal> {
    let key = change.target.key.as_ref().map(|key| key.package.clone());
    key.ok_or_else(|| Refusal::unavailable("the plan does not say which package the key is in"))
}

/// The address that the object has once the change is made.
pub(super) fn address_of(change: &Change) -> Address {
    match change.address.kind() {
        Kind::PackageKey => change.address.clone(),
        kind => Address::below(kind, change.target.parent.as_ref(), &change.target.name),
    }
}
