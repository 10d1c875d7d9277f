//! Makes one change (`cloud-api-management.md` 4.1, 4.2). The answer shows what the API did not accept.

use serde_json::Value as Json;

use super::CloudApiManagement;
use super::api::Failure;
use super::early::retry_if_early;
use super::early::retry_within;
use super::echo::differing;
use super::explain::explained;
use super::fields;
use super::make::ReplacedKey;
use super::path::CollectionPath;
use super::path::ObjectPath;
use super::value;
use super::value::Body;
use super::value::Object;
use crate::model::Address;
use crate::model::Attributes;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::Value;
use crate::model::built_in::is_secret_field;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::rules;
use crate::store::Altered;
use crate::store::Performed;
use crate::store::Refusal;
use crate::store::RefusalKind;
use crate::store::Write;
use crate::stores::Window;

impl CloudApiManagement {
    pub(super) async fn perform_change(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        fields::check(write.change.address.kind(), &write.change.fields)?;
        self.index.check(write.change)?;
        let performed = match write.change.action {
            Action::Create => self.make(write, None).await,
            Action::Update | Action::Enable | Action::Disable => self.update(write.change).await,
            Action::Delete => self.remove(write.change).await.map(|()| Performed::default()),
            Action::Replace => self.replace(write).await,
            Action::Deliver => Ok(Performed::default()),
        };
        performed.map_err(|refusal| of_platform(refusal, write.change))
    }

    async fn update(&self, change: &Change) -> Result<Performed, Refusal> {
        let id = live_id(change)?;
        let path = self.object_path(change, &id)?;
        let kind = change.address.kind();
        let body = self.body(change, &change.fields, self.index.confirmed(&id).as_ref())?;
        let mut altered = Vec::new();
        if !body.object.is_empty() {
            let echo = self.put(kind, &path, &body.object).await?;
            altered.extend(differing(kind, &body.object, &change.fields, &echo));
            self.clear_date(kind, &path, &change.fields, &mut altered).await;
        }
        self.put_added(kind, &path, &body).await?;
        self.set_services(change, &path).await?;
        let delivers = change.target.key.as_ref().is_some_and(|key| !key.deliver.is_empty());
        let is_enabled = change.after("settings.status").is_some();
        let unusable = if delivers && is_enabled {
            self.why_off(change, &id).await.unwrap_or(Some("not known to be active"))
        } else {
            None
        };
        Ok(Performed { unusable, altered, ..Performed::default() })
    }

    /// Clears a date with an empty text, if null did not: which of the two the API takes is not documented. If it refuses,
    /// the difference is reported as it is.
    async fn clear_date(&self, kind: Kind, path: &ObjectPath, changes: &[FieldChange], altered: &mut Vec<Altered>) {
        let is_kept =
            |one: &Altered| one.field == "expires" && one.wanted.as_ref().and_then(Value::as_text) == Some("never");
        if !altered.iter().any(is_kept) {
            return;
        }
        let empty: Object = std::iter::once(("expires".to_owned(), Json::from(""))).collect();
        self.api.repeats(1);
        if let Ok(echo) = self.put(kind, path, &empty).await {
            altered.retain(|one| !is_kept(one));
            altered.extend(differing(kind, &empty, changes, &echo));
        }
    }

    /// Updates the object and returns its new state. After an unreadable answer, the object is read.
    pub(super) async fn put(&self, kind: Kind, path: &ObjectPath, object: &Object) -> Result<Object, Refusal> {
        let call = || self.api.update(path, object, self.index.fields(kind));
        let answer = self.retry_if_early(path.as_str(), Some(object), call).await;
        match answer.map_err(|failure| explained(failure, kind, false))? {
            Some(echo) => Ok(echo),
            None => {
                self.api.repeats(1);
                Ok(self.api.get(path, self.index.fields(kind)).await?)
            }
        }
    }

    /// Sets the custom attributes, in a separate call (1.3).
    pub(super) async fn put_added(&self, kind: Kind, path: &ObjectPath, body: &Body) -> Result<(), Refusal> {
        if !body.added.is_empty() {
            self.put(kind, path, &body.added).await?;
        }
        Ok(())
    }

    /// Replaces a key. In another package, the new key is created first, so that no value is lost. In the same package,
    /// the old key must be deleted first, because it has the same value.
    async fn replace(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        let change = write.change;
        let old = self.key_to_replace(change)?;
        let is_same_package = change.fields.iter().all(|field| field.field != "package");
        if is_same_package {
            self.remove(change).await?;
        }
        let performed = self.make(write, Some(&old)).await.map_err(|refusal| {
            let lost = "the old key is deleted and the new one is not created";
            if is_same_package { Refusal { reason: format!("{}; {lost}", refusal.reason), ..refusal } } else { refusal }
        })?;
        // With another value, the new key does not replace the old one.
        if !is_same_package && !performed.is_other_value {
            self.remove(change).await?;
        }
        Ok(performed)
    }

    fn key_to_replace(&self, change: &Change) -> Result<ReplacedKey, Refusal> {
        let missing = || Refusal::stale(format!("{} was not found by the check before the writes", change.address));
        self.index.key_to_replace(&live_id(change)?).ok_or_else(missing)
    }

    /// Repeats a write while the objects that it names may not be visible yet.
    pub(super) async fn retry_if_early<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        path: &str,
        body: Option<&Object>,
        call: impl Fn() -> F,
    ) -> Result<T, Failure> {
        let call = self.api.counted(call);
        let named = body.into_iter().flat_map(|body| ["package", "plan"].map(|name| value::inner_id(body, name)));
        let is_young = self.index.has_made(path.split('/').chain(named.flatten()));
        if !is_young || self.visibility_lag.is_zero() {
            return retry_if_early(call).await;
        }
        retry_within(Window::new(self.visibility_lag, self.api.limits()), call).await
    }

    pub(super) fn body(
        &self,
        change: &Change,
        fields: &[FieldChange],
        before: Option<&Attributes>,
    ) -> Result<Body, Refusal> {
        let kind = change.address.kind();
        if let Some(field) = value::forbidden(kind, fields) {
            let reason = format!("`{field}` is a property of the API or a secret, not a custom attribute");
            let rule = if is_secret_field(field) { &rules::CAM_061 } else { &rules::CAM_060 };
            return Err(Refusal::rejected(rule, reason).help("plan again from the manifests"));
        }
        let mut body = value::body(kind, fields, before, &self.index.roles());
        if kind == Kind::PackageKey
            && let Some(plan) = fields.iter().find(|field| field.field == "plan").and_then(|field| field.after.as_ref())
        {
            let package = package_of(change)?;
            let plan = Address::below(Kind::Plan, Some(&package), plan.as_text().unwrap_or_default());
            body.object.insert("plan".into(), reference(&self.index.id(&plan)?));
        }
        Ok(body)
    }

    pub(super) fn collection_path(&self, change: &Change) -> Result<CollectionPath, Refusal> {
        let orphan = || Refusal::unavailable("the plan does not contain the parent of the object");
        let parent = || change.target.parent.as_ref().ok_or_else(orphan).and_then(|parent| self.index.id(parent));
        match change.address.kind() {
            Kind::User => Ok(CollectionPath::members()),
            Kind::Package => Ok(CollectionPath::packages()),
            Kind::Application => CollectionPath::applications_of(&parent()?),
            Kind::Plan => CollectionPath::plans_of(&parent()?),
            Kind::PackageKey => CollectionPath::package_keys_of(&parent()?),
            Kind::ApiKey => Err(no_api_keys()),
        }
    }

    pub(super) fn object_path(&self, change: &Change, id: &LiveId) -> Result<ObjectPath, Refusal> {
        match change.address.kind() {
            Kind::User => ObjectPath::member(id),
            Kind::Application => ObjectPath::application(id),
            Kind::Package => ObjectPath::package(id),
            Kind::Plan => {
                let orphan = || Refusal::unavailable("the plan does not contain the package of the object");
                ObjectPath::plan(&self.index.id(change.target.parent.as_ref().ok_or_else(orphan)?)?, id)
            }
            Kind::PackageKey => ObjectPath::package_key(id),
            Kind::ApiKey => Err(no_api_keys()),
        }
    }
}

/// The API refuses the status and the delete of a user of the Boomi platform, in words that nobody documents. Nothing but the
/// refusal shows who such a user is.
fn of_platform(refusal: Refusal, change: &Change) -> Refusal {
    let is_live = change.action != Action::Create;
    let is_about_account = is_live && (change.action == Action::Delete || change.after("status").is_some());
    if change.address.kind() != Kind::User
        || !is_about_account
        || refusal.kind != RefusalKind::Rejected
        || refusal.rule.is_some()
    {
        return refusal;
    }
    let advice = "if this is a user of the Boomi platform, change the account there, and list the name under \
                  spec.stores.cloudApiManagement.platformUsers in keywright.yaml";
    let help = refusal.help.as_ref().map_or_else(|| advice.to_owned(), |help| format!("{help}; {advice}"));
    Refusal { help: Some(help), ..refusal }
}

fn no_api_keys() -> Refusal {
    Refusal::unavailable("Cloud API Management has no API keys")
}

pub(super) fn live_id(change: &Change) -> Result<LiveId, Refusal> {
    let missing = || Refusal::unavailable("the plan does not contain the id of the object");
    change.live_id().cloned().ok_or_else(missing)
}

pub(super) fn reference(id: &LiveId) -> Json {
    let mut object = Object::new();
    object.insert("id".into(), Json::from(id.expose()));
    Json::Object(object)
}

fn package_of(change: &Change) -> Result<Address, Refusal> {
    let key = change.target.key.as_ref().map(|key| key.package.clone());
    key.ok_or_else(|| Refusal::unavailable("the plan does not contain the package of the key"))
}

/// The address of the object after the change.
pub(super) fn address_of(change: &Change) -> Address {
    match change.address.kind() {
        Kind::PackageKey => change.address.clone(),
        kind => Address::below(kind, change.target.parent.as_ref(), &change.target.name),
    }
}
