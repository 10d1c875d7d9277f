//! POST, PUT and DELETE. Each makes one change of the embedded store and updates the copy in memory.

use serde_json::Map;
use serde_json::Value as Json;

use super::answer::Answer;
use super::answer::ApiError;
use super::answer::Outcome;
use super::area::Area;
use super::area::finished;
use super::body;
use super::body::Draft;
use super::call::Call;
use super::mirror::Id;
use super::quirks::Quirk;
use super::reads::parent_of;
use super::refusals;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::plan::KeyTarget;
use crate::plan::LiveTarget;
use crate::plan::Target;
use crate::plan::ValueFrom;
use crate::store::Performed;
use crate::store::Refusal;
use crate::store::Store;
use crate::store::Write;

impl Area {
    pub(super) fn create(&mut self, kind: Kind, parent: Option<&str>, call: &Call) -> Outcome {
        if matches!(kind, Kind::Application | Kind::PackageKey) && parent.is_none() {
            // An application is created only below its member, and a key only below its application.
            return Err(ApiError::new(405, "Method Not Allowed"));
        }
        let id = self.create_whole(kind, parent, &body::parse(&call.body)?)?;
        Ok(self.after_write(kind, &id, call))
    }

    /// Creates one object, without those below it.
    pub(super) fn create_one(
        &mut self,
        kind: Kind,
        parent: Option<&str>,
        body: &Map<String, Json>,
    ) -> Result<Id, ApiError> {
        let parent_id = parent;
        let parent = parent_id.map(|parent| self.parent(kind, parent)).transpose()?;
        let mut draft = body::read(kind, body, None, &self.extras, &self.quirks)?;
        self.before_save(kind, parent_id, body, None, &mut draft)?;
        if kind == Kind::PackageKey {
            self.check_age_of_references(&draft)?;
            self.check_number_of_keys(parent_id.unwrap_or_default(), &mut draft)?;
        }
        let target = match kind {
            Kind::PackageKey => self.key_target(parent.clone(), &mut draft)?,
            _ => Target {
                name: draft.name.take().unwrap_or_default().into(),
                parent: parent.clone(),
                live: None,
                key: None,
            },
        };
        let address = Address::below(kind, parent.as_ref(), &target.name);
        let name = target.name.clone();
        let package = target.key.as_ref().map(|key| key.package.name());
        let change = change(address, Action::Create, std::mem::take(&mut draft.fields), target);
        let performed = self.perform(&change, draft.value.as_ref(), draft.secret.as_ref())?;
        let made = self.made(kind, parent.as_ref(), &name, package.as_deref(), performed.value.as_ref())?;
        self.mirror.take(&made);
        let id = Id::from(made.id.expose());
        self.save_extras(&id, draft.extras)?;
        self.young.born(kind, &id, self.quirks.number(Quirk::LateVisibility), self.quirks.number(Quirk::LateLists));
        Ok(id)
    }

    pub(super) fn update(&mut self, kind: Kind, parent: Option<&str>, id: &str, call: &Call) -> Outcome {
        let id = self.existing(kind, parent, id)?;
        let body = body::parse(&call.body)?;
        let mut draft = body::read(kind, &body, self.mirror.get(kind, &id), &self.extras, &self.quirks)?;
        self.before_save(kind, None, &body, Some(&id), &mut draft)?;
        if kind == Kind::PackageKey {
            self.check_same_package(&id, &mut draft)?;
        }
        if let Some(name) = draft.name.take() {
            draft.set("name", Some(Value::text(name)));
        }
        if !draft.fields.is_empty() {
            let object = self.stored(kind, &id)?;
            let (address, target) = at(&object);
            let change = change(address, Action::Update, std::mem::take(&mut draft.fields), target);
            self.perform(&change, None, None)?;
            self.take(kind, &id)?;
            if kind == Kind::User && change.after("status").is_some() {
                self.take_keys_of(&id)?;
            }
        }
        self.save_extras(&id, draft.extras)?;
        Ok(self.after_write(kind, &id, call))
    }

    pub(super) fn delete(&mut self, kind: Kind, parent: Option<&str>, id: &str) -> Outcome {
        let id = self.existing(kind, parent, id)?;
        // The documentation says so of applications and their keys (C2).
        let takes_keys = kind == Kind::Application && !self.quirks.has(Quirk::ApplicationKeepsKeys);
        if takes_keys || self.quirks.has(Quirk::CascadingDeletes) {
            self.delete_below(kind, &id)?;
        }
        self.delete_one(kind, &id)?;
        Ok(Answer::empty())
    }

    pub(super) fn delete_one(&mut self, kind: Kind, id: &Id) -> Result<(), ApiError> {
        if kind == Kind::User {
            self.check_platform(id, "id")?;
        }
        let object = self.stored(kind, id)?;
        let (address, target) = at(&object);
        self.perform(&change(address, Action::Delete, Vec::new(), target), None, None)?;
        self.count_deleted_key(kind, id);
        self.mirror.remove(kind, id);
        let forgotten = self.extras.forget(self.store.database().connection(), id);
        forgotten.map_err(|_| ApiError::new(500, "Internal Server Error"))
    }

    /// Adopts an object that the store may have changed.
    pub(super) fn take(&mut self, kind: Kind, id: &str) -> Result<(), ApiError> {
        let object = self.stored(kind, id)?;
        self.mirror.take(&object);
        Ok(())
    }

    /// The address of the parent in a path.
    fn parent(&self, kind: Kind, id: &str) -> Result<Address, ApiError> {
        let parent = parent_of(kind).ok_or_else(ApiError::not_found)?;
        self.existing(parent, None, id)?;
        self.mirror.address(parent, id).ok_or_else(ApiError::not_found)
    }

    /// The package and plan in the body of a new key.
    fn key_target(&self, application: Option<Address>, draft: &mut Draft) -> Result<Target, ApiError> {
        let id = |id: &Option<String>, name| id.clone().ok_or_else(|| ApiError::property(name, "must be given"));
        let (package, plan) = (id(&draft.package, "package")?, id(&draft.plan, "plan")?);
        let unknown = |name| ApiError::property(name, "does not exist");
        let package_address = self.mirror.address(Kind::Package, &package).ok_or_else(|| unknown("package"))?;
        self.set_plan(&package, &plan, draft)?;
        let value = if draft.value.is_some() { ValueFrom::Given } else { ValueFrom::Store };
        let with_secret = draft.secret.is_some();
        let key = KeyTarget {
            sources: crate::plan::Sources::default(),
            package: package_address,
            value,
            with_secret,
            deliver: Vec::new(),
            follows: None,
        };
        Ok(Target { name: "".into(), parent: application, live: None, key: Some(key) })
    }

    /// A key stays in its package, and a new plan must be of that package. Its value and secret are ignored.
    fn check_same_package(&self, id: &Id, draft: &mut Draft) -> Result<(), ApiError> {
        let Some(key) = self.mirror.get(Kind::PackageKey, id).and_then(|row| row.key.as_ref()) else {
            return Err(ApiError::not_found());
        };
        if draft.package.as_deref().is_some_and(|package| *package != *key.package) {
            return Err(ApiError::property("package", "can not change"));
        }
        match draft.plan.clone() {
            Some(plan) => self.set_plan(&key.package, &plan, draft),
            None => Ok(()),
        }
    }

    fn set_plan(&self, package: &str, plan: &str, draft: &mut Draft) -> Result<(), ApiError> {
        let row = self.mirror.get(Kind::Plan, plan).filter(|row| row.up.as_deref() == Some(package));
        let row = row.ok_or_else(|| ApiError::property("plan", "is not a plan of the package"))?;
        draft.set("plan", Some(Value::text(row.name.clone())));
        Ok(())
    }

    fn perform(
        &mut self,
        change: &Change,
        value: Option<&Secret>,
        secret: Option<&Secret>,
    ) -> Result<Performed, ApiError> {
        let write = Write { change, value, secret, repeats: false, may_be_there: false };
        let performed = finished(self.store.perform(&write));
        self.committed |= performed.is_ok();
        performed.map_err(|refusal| refusals::error(change.address.kind(), &refusal))
    }

    fn stored(&self, kind: Kind, id: &str) -> Result<LiveObject, ApiError> {
        self.store.find(kind, id).map_err(unavailable)?.ok_or_else(ApiError::not_found)
    }

    /// The new object, found by its unique fields.
    fn made(
        &self,
        kind: Kind,
        parent: Option<&Address>,
        name: &str,
        package: Option<&str>,
        value: Option<&Secret>,
    ) -> Result<LiveObject, ApiError> {
        let parent = parent.map(Address::name).unwrap_or_default();
        let found = match (kind, package, value) {
            (Kind::Package, _, _) => self.store.find_package(name),
            (Kind::Plan, _, _) => self.store.find_plan(&parent, name),
            (Kind::User, _, _) => self.store.find_user(name),
            (Kind::Application, _, _) => self.store.find_application(&parent, name),
            (_, Some(package), Some(value)) => self.store.find_key(package, value),
            _ => Ok(None),
        };
        found.map_err(unavailable)?.ok_or_else(|| ApiError::new(500, "Internal Server Error"))
    }

    pub(super) fn save_extras(&mut self, id: &Id, extras: Vec<(&'static str, Json)>) -> Result<(), ApiError> {
        for (name, value) in extras {
            let saved = self.extras.set(self.store.database().connection(), id, name, value);
            saved.map_err(|_| ApiError::new(500, "Internal Server Error"))?;
            self.committed = true;
        }
        Ok(())
    }

    /// The answer to a write. The write is done even if the requested fields cannot be returned.
    fn after_write(&self, kind: Kind, id: &Id, call: &Call) -> Answer {
        match self.object(kind, id, call) {
            Ok(answer) if self.quirks.has(Quirk::AnswersRepeat) => repeating(answer, call),
            Ok(answer) => answer,
            Err(error) => error.answer(self.quirks.has(Quirk::TextErrorCode)),
        }
    }
}

/// The answer with the sent texts in place of the saved ones.
fn repeating(answer: Answer, call: &Call) -> Answer {
    let (Ok(sent), Ok(mut body)) = (body::parse(&call.body), body::parse(&answer.body)) else { return answer };
    for (name, value) in sent.into_iter().filter(|(name, value)| value.is_string() && name != "id") {
        body.entry(name).and_modify(|held| *held = value);
    }
    Answer { body: Json::Object(body).to_string().into_bytes(), ..answer }
}

fn unavailable(_: Refusal) -> ApiError {
    ApiError::new(500, "Internal Server Error")
}

pub(super) fn change(address: Address, action: Action, fields: Vec<FieldChange>, target: Target) -> Change {
    let reason = "asked over the API".to_owned();
    Change { address, action, fields, reason, place: None, needs: Vec::new(), target }
}

/// An object as the target of a change. It was read just before, so it is never stale.
pub(super) fn at(object: &LiveObject) -> (Address, Target) {
    let live = Some(LiveTarget::of(object));
    let target = Target { name: object.name.clone(), parent: None, live, key: None };
    (object.address.clone(), target)
}
