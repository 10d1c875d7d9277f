//! Quirks of saving and deleting package keys.

use super::answer::ApiError;
use super::area::Area;
use super::body::Draft;
use super::mirror::Id;
use super::quirks::Quirk;
use crate::model::Kind;
use crate::model::Value;

impl Area {
    /// Whether the package or plan of a new key is not visible yet (quirk Q1).
    pub(super) fn check_age_of_references(&mut self, draft: &Draft) -> Result<(), ApiError> {
        let mut named = [&draft.package, &draft.plan].into_iter().flatten();
        let is_invisible = named.any(|id| self.young.is_invisible(id));
        if is_invisible { Err(ApiError::new(400, "Bad Request")) } else { Ok(()) }
    }

    pub(super) fn reset_with_plan(&self, id: &Id, draft: &mut Draft) {
        let key = self.mirror.get(Kind::PackageKey, id).and_then(|row| row.key.as_ref());
        if draft.plan.is_none() || draft.plan.as_deref() == key.map(|key| &*key.plan) {
            return;
        }
        let resets = [
            (Quirk::PlanChangeResetsLimits, "settings.throttle", "plan"),
            (Quirk::PlanChangeResetsLimits, "settings.quota", "plan"),
            (Quirk::PlanChangeResetsExpiry, "expires", "never"),
        ];
        for (quirk, field, word) in resets {
            if self.quirks.has(quirk) && draft.fields.iter().all(|change| change.field != field) {
                draft.set(field, Some(Value::text(word)));
            }
        }
    }

    pub(super) fn check_new_key(&self, draft: &mut Draft) -> Result<(), ApiError> {
        if self.quirks.has(Quirk::SecretRequired) && draft.secret.is_none() {
            return Err(ApiError::property("secret", "This value is not allowed to be blank."));
        }
        let plan = draft.plan.as_deref().and_then(|id| self.mirror.get(Kind::Plan, id));
        let is_inactive = plan.is_some_and(|plan| plan.attributes.text("status") == Some("inactive"));
        if self.quirks.has(Quirk::InactivePlanRefuses) && is_inactive {
            return Err(ApiError::property("plan", "is not active"));
        }
        if self.quirks.has(Quirk::StatusIgnored) {
            draft.set("settings.status", Some(Value::text("waiting")));
        }
        Ok(())
    }

    /// Quirks of how many keys a user has in a plan (Q7, 8.12); `application` is the one of the new key.
    pub(super) fn check_number_of_keys(&self, application: &str, draft: &mut Draft) -> Result<(), ApiError> {
        let user = self.mirror.get(Kind::Application, application).and_then(|row| row.up.clone());
        let plan = draft.plan.as_deref().and_then(|id| self.mirror.get(Kind::Plan, id));
        let (Some(user), Some(plan)) = (user, plan) else { return Ok(()) };
        let number = |field| plan.attributes.get(field).and_then(Value::as_number).and_then(|n| u64::try_from(n).ok());
        let most = number("maxNumKeysAllowed").unwrap_or(u64::MAX);
        let held = self.keys_in_plan(&user, &plan.id);
        if self.quirks.has(Quirk::MaximumEnforced) && held >= most {
            return Err(ApiError::property("plan", "the member has as many keys in it as the plan allows"));
        }
        let is_full = || self.mirror.below(Kind::PackageKey, &plan.id).map(|_| 1_u64).sum::<u64>() >= most;
        if self.quirks.has(Quirk::PlanMaximumEnforced) && is_full() {
            return Err(ApiError::property("plan", "has as many keys as it allows"));
        }
        let deleted = self.deleted_keys.get(&(user, plan.id.clone())).copied().unwrap_or(0);
        let counts_too_many = self.quirks.has(Quirk::DeletedKeysCount) && held + deleted >= most;
        let is_reviewed = self.quirks.has(Quirk::ReviewEnforced)
            && plan.attributes.flag("adminKeyProvisioningEnabled")
            && held >= number("numKeysBeforeReview").unwrap_or(0);
        if counts_too_many || is_reviewed {
            draft.set("settings.status", Some(Value::text("waiting")));
        }
        Ok(())
    }

    fn keys_in_plan(&self, user: &str, plan: &Id) -> u64 {
        let applications = self.mirror.below(Kind::Application, user);
        let keys = applications.flat_map(|application| self.mirror.below(Kind::PackageKey, &application.id));
        keys.filter(|key| key.key.as_ref().is_some_and(|key| key.plan == *plan)).map(|_| 1).sum()
    }

    /// Updates a user's keys after the user's status changed, or removes them (8.1).
    pub(super) fn take_keys_of(&mut self, user: &Id) -> Result<(), ApiError> {
        let is_disabled =
            self.mirror.get(Kind::User, user).is_some_and(|row| row.attributes.text("status") == Some("disabled"));
        let applications = self.mirror.below(Kind::Application, user);
        let keys = applications.flat_map(|application| self.mirror.below(Kind::PackageKey, &application.id));
        let keys: Vec<Id> = keys.map(|key| key.id.clone()).collect();
        for key in keys {
            if is_disabled && self.quirks.has(Quirk::DisableRemovesKeys) {
                self.delete_one(Kind::PackageKey, &key)?;
            } else {
                self.take(Kind::PackageKey, &key)?;
            }
        }
        Ok(())
    }

    pub(super) fn count_deleted_key(&mut self, kind: Kind, id: &Id) {
        let Some(row) = self.mirror.get(kind, id).filter(|_| self.quirks.has(Quirk::DeletedKeysCount)) else { return };
        let (Some(key), Some(application)) = (&row.key, &row.up) else { return };
        if let Some(user) = self.mirror.get(Kind::Application, application).and_then(|row| row.up.clone()) {
            *self.deleted_keys.entry((user, key.plan.clone())).or_default() += 1;
        }
    }
}
