//! Quirks of saving and deleting objects; see also [`super::key_saves`].

use serde_json::Map;
use serde_json::Value as Json;

use super::answer::ApiError;
use super::area::Area;
use super::body::Draft;
use super::mirror::Id;
use super::mirror::Row;
use super::quirks::Quirk;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::Value;

/// The text that a trigger writes (rule R13).
const ALTERED: &str = "altered by trigger";

/// The fields of a user outside the profile.
const NOT_PROFILE: [&str; 4] = ["email", "displayName", "status", "roles"];

impl Area {
    /// Changes the draft before it is saved, or refuses it. `parent` is that of a new object.
    pub(super) fn before_save(
        &self,
        kind: Kind,
        parent: Option<&str>,
        body: &Map<String, Json>,
        current: Option<&Id>,
        draft: &mut Draft,
    ) -> Result<(), ApiError> {
        match (kind, current) {
            (Kind::User, Some(id)) => {
                self.leave_user_alone(draft);
                let status = self.mirror.get(kind, id).and_then(|row| row.attributes.text("status"));
                if draft.after("status").is_some_and(|after| after.as_text() != status) {
                    self.check_platform(id, "areaStatus")?;
                }
            }
            (Kind::User, None) => self.demand_attribute(draft)?,
            (Kind::PackageKey, Some(id)) => self.reset_with_plan(id, draft),
            (Kind::PackageKey, None) => self.check_new_key(draft)?,
            (Kind::Plan, _) if self.quirks.has(Quirk::SelfServiceIgnored) => {
                draft.fields.retain(|change| change.field != "selfServiceKeyProvisioningEnabled");
            }
            _ => {}
        }
        self.check_unique(kind, parent, current, draft)?;
        self.number_duplicate(kind, parent, current, draft);
        self.trigger(kind, body, current, draft)
    }

    fn leave_user_alone(&self, draft: &mut Draft) {
        let (email, name, profile) = (
            self.quirks.has(Quirk::EmailIgnored),
            self.quirks.has(Quirk::DisplayNameIgnored),
            self.quirks.has(Quirk::ProfileCreateOnly),
        );
        draft.fields.retain(|change| match &*change.field {
            "email" => !email,
            "displayName" => !name,
            field => !profile || NOT_PROFILE.contains(&field),
        });
    }

    /// What belongs to the platform is refused in the area.
    pub(super) fn check_platform(&self, user: &Id, property: &'static str) -> Result<(), ApiError> {
        let name = self.mirror.get(Kind::User, user).map(|row| &row.name);
        if self.quirks.has(Quirk::PlatformUser) && name.is_some_and(|name| name.starts_with("platform.")) {
            return Err(ApiError::property(property, "is managed in the Boomi platform"));
        }
        Ok(())
    }

    fn demand_attribute(&self, draft: &Draft) -> Result<(), ApiError> {
        let is_given = draft.after("extendedAttributes.costCentre").is_some_and(|value| !value.is_empty());
        if self.quirks.has(Quirk::MandatoryAttribute) && !is_given {
            return Err(ApiError::property("costCentre", "This value is not allowed to be blank."));
        }
        Ok(())
    }

    /// Quirks of uniqueness (8.7, 8.8).
    fn check_unique(
        &self,
        kind: Kind,
        parent: Option<&str>,
        current: Option<&Id>,
        draft: &Draft,
    ) -> Result<(), ApiError> {
        let duplicate = |property| Err(ApiError::property(property, "duplicate value: it is already there"));
        let folds = self.quirks.has(Quirk::CaseFolding);
        if folds && draft.name.as_ref().is_some_and(|name| self.has_name(kind, parent, current, name)) {
            return duplicate(if kind == Kind::User { "username" } else { "name" });
        }
        let Some(value) = draft.value.as_ref().filter(|_| kind == Kind::PackageKey && current.is_none()) else {
            return Ok(());
        };
        if self.quirks.has(Quirk::SharedServiceValues) && self.clashes(parent, draft, value) {
            return duplicate("apikey");
        }
        let same = |a: &str, b: &str| a == b || (folds && a.to_lowercase() == b.to_lowercase());
        let is_global = self.quirks.has(Quirk::GlobalKeyValues);
        if (is_global || folds) && self.has_key(draft, value, is_global, same) {
            return duplicate("apikey");
        }
        Ok(())
    }

    /// Whether another object has this name in a different case.
    fn has_name(&self, kind: Kind, parent: Option<&str>, current: Option<&Id>, name: &str) -> bool {
        let up = current.and_then(|id| self.mirror.get(kind, id)).and_then(|row| row.up.as_deref());
        let lower = name.to_lowercase();
        let is_same = |row: &Row| current != Some(&row.id) && *row.name != *name && row.name.to_lowercase() == lower;
        match up.or(parent) {
            Some(parent) => self.mirror.below(kind, parent).any(is_same),
            None => self.mirror.all(kind).any(is_same),
        }
    }

    fn has_key(&self, draft: &Draft, value: &Secret, is_global: bool, same: impl Fn(&str, &str) -> bool) -> bool {
        let mut keys = self.mirror.all(Kind::PackageKey).filter_map(|row| row.key.as_ref());
        keys.any(|key| {
            (is_global || Some(&*key.package) == draft.package.as_deref()) && same(key.value.expose(), value.expose())
        })
    }

    /// Whether another application has the value in a plan that shares a service with the plan of the new key.
    fn clashes(&self, application: Option<&str>, draft: &Draft, value: &Secret) -> bool {
        let services = |plan: &str| self.extras.get(plan, "services").as_array().map_or(&[][..], Vec::as_slice);
        let wanted = draft.plan.as_deref().map_or(&[][..], services);
        let shares =
            |plan: &str| services(plan).iter().any(|held| wanted.iter().any(|other| other["id"] == held["id"]));
        self.mirror
            .all(Kind::PackageKey)
            .filter(|row| row.up.as_deref() != application)
            .any(|row| row.key.as_ref().is_some_and(|key| key.value.expose() == value.expose() && shares(&key.plan)))
    }

    /// Gives a name that is taken a number in the store, and keeps the name to return (quirk).
    pub(super) fn number_duplicate(&self, kind: Kind, parent: Option<&str>, current: Option<&Id>, draft: &mut Draft) {
        let can_repeat = matches!(kind, Kind::Package | Kind::Plan | Kind::Application);
        let Some(name) = draft.name.clone().filter(|_| can_repeat && self.quirks.has(Quirk::DuplicateNames)) else {
            return;
        };
        let up = current.and_then(|id| self.mirror.get(kind, id)).and_then(|row| row.up.as_deref());
        let is_taken = |name: &str| {
            let is_same = |row: &Row| current != Some(&row.id) && *row.name == *name;
            match up.or(parent) {
                Some(parent) => self.mirror.below(kind, parent).any(is_same),
                None => self.mirror.all(kind).any(is_same),
            }
        };
        let numbered = (2..).map(|number| format!("{name} #{number}"));
        draft.name = std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name));
        draft.extras.push(("name", Json::from(name)));
    }

    /// The customer's own service that is called before members, applications and keys are saved (rule R13).
    fn trigger(
        &self,
        kind: Kind,
        body: &Map<String, Json>,
        current: Option<&Id>,
        draft: &mut Draft,
    ) -> Result<(), ApiError> {
        if !matches!(kind, Kind::User | Kind::Application | Kind::PackageKey) {
            return Ok(());
        }
        let is_vetoed = body.values().any(|value| value.as_str().is_some_and(|text| text.contains("veto")));
        if self.quirks.has(Quirk::TriggerVetoes) && is_vetoed {
            return Err(ApiError::new(400, "The event trigger has refused the request"));
        }
        if self.quirks.has(Quirk::TriggerAlters) {
            match (kind, current) {
                (Kind::User, _) => draft.set("company", Some(Value::text(ALTERED))),
                (Kind::Application, _) => draft.set("notes", Some(Value::text(ALTERED))),
                (_, None) => draft.set("settings.status", Some(Value::text("waiting"))),
                _ => {}
            }
        }
        Ok(())
    }

    /// Deletes the children of an object, from the bottom up (8.9).
    pub(super) fn delete_below(&mut self, kind: Kind, id: &Id) -> Result<(), ApiError> {
        let children = match kind {
            Kind::User => Kind::Application,
            Kind::Package => Kind::Plan,
            Kind::Application | Kind::Plan => Kind::PackageKey,
            Kind::PackageKey | Kind::ApiKey => return Ok(()),
        };
        let ids: Vec<Id> = self.mirror.below(children, id).map(|row| row.id.clone()).collect();
        for child in ids {
            self.delete_below(children, &child)?;
            self.delete_one(children, &child)?;
        }
        Ok(())
    }
}
