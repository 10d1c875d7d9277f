//! The check before the writes: every object must still be as the plan saw it (`cloud-api-management.md` 5.5).
//!
//! The API has no conditional writes, so a change between the check and the write stays possible. All checks come
//! before the first write, because this run's own changes affect other objects: a renamed plan shows in its keys.

use super::CloudApiManagement;
use super::api::Failure;
use super::look::Look;
use super::look::Purpose;
use super::look::Sought;
use super::object;
use super::path::ObjectPath;
use super::value::Object;
use super::write::address_of;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::model::built_in::is_built_in;
use crate::plan::Change;
use crate::plan::forecast;
use crate::rotation;
use crate::store::Made;
use crate::store::Refusal;
use crate::store::Unusable;

impl CloudApiManagement {
    /// Reads the objects of `changes` in the fewest calls.
    pub(super) async fn confirm_all(&self, changes: &[&Change]) -> Result<(), Refusal> {
        let checked = changes.iter().copied().filter(|change| forecast::is_checked(change));
        let sought: Vec<Sought<'_>> =
            checked.filter_map(|change| Some(Sought { change, id: change.live_id()? })).collect();
        // From here on, an object that will be renamed is also found by its new name.
        for one in sought.iter().filter(|one| one.change.after("name").is_some()) {
            self.index.alias(&address_of(one.change), one.id);
        }
        let looks = self.look_at(&sought, &self.index.lists(), Purpose::Check).await?;
        for (one, look) in sought.iter().zip(looks) {
            match look {
                Look::Found(object) => self.index.confirm(object),
                Look::Odd => self.index.doubt(one.id),
                // What is gone, the change itself reports; a delete has nothing to do.
                Look::NotShown | Look::Failed(_) => {}
            }
        }
        Ok(())
    }

    /// The object of a change as it is now; `None` if it does not exist, or was not understood. An object that was just
    /// created may not be visible yet.
    pub(super) async fn try_read_one(&self, change: &Change, id: &LiveId) -> Result<Option<LiveObject>, Failure> {
        let kind = change.address.kind();
        let path = match kind {
            Kind::Plan => {
                let package = change.target.parent.as_ref().map(|parent| self.index.id(parent)).transpose()?;
                ObjectPath::plan(&package.unwrap_or_else(|| LiveId::new("")), id)?
            }
            _ => self.object_path(change, id)?,
        };
        let parent = change.target.parent.as_ref();
        let within = parent.filter(|_| matches!(kind, Kind::Plan | Kind::Application));
        match self.read_at(kind, &path, within).await {
            Ok(object) => Ok(object.map_err(|_| self.index.doubt(id)).ok()),
            Err(Failure::Missing(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// An object that an earlier run made, by its id; `None` if the store does not show it, or if it was not understood.
    pub(super) async fn read_made(&self, made: &Made) -> Result<Option<LiveObject>, Refusal> {
        let (kind, package) = (made.address.kind(), Address::package(&made.address.first_name()));
        let path = match kind {
            Kind::User => ObjectPath::member(&made.id)?,
            Kind::Application => ObjectPath::application(&made.id)?,
            Kind::Package => ObjectPath::package(&made.id)?,
            Kind::PackageKey => ObjectPath::package_key(&made.id)?,
            Kind::Plan => match self.index.id(&package) {
                Ok(package) => ObjectPath::plan(&package, &made.id)?,
                Err(_) => return Ok(None),
            },
            Kind::ApiKey => return Ok(None),
        };
        match self.read_at(kind, &path, Some(&package).filter(|_| kind == Kind::Plan)).await {
            Ok(found) => Ok(found.ok()),
            // An object that is not visible yet is a bad request (Q1).
            Err(Failure::Missing(_) | Failure::Invalid { .. }) => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn read_at(
        &self,
        kind: Kind,
        path: &ObjectPath,
        within: Option<&Address>,
    ) -> Result<Result<LiveObject, OddRow>, Failure> {
        let has_added = self.index.has_added(kind);
        let row = self.api.get(path, self.index.fields(kind)).await?;
        let row = if has_added { self.with_added_of_one(kind, path, row).await? } else { row };
        let row = if kind == Kind::Plan { self.with_services_of_one(path, row).await? } else { row };
        Ok(self.index.with(|index| object::live(kind, &row, within, has_added, index)))
    }

    /// Why calls with a key fail because of its status. `None` if the store does not show the key.
    pub(super) async fn why_off(&self, change: &Change, id: &LiveId) -> Option<Unusable> {
        let key = self.try_read_one(change, id).await.ok().flatten()?;
        Some(rotation::why_off(&key.attributes))
    }

    async fn with_added_of_one(&self, kind: Kind, path: &ObjectPath, mut row: Object) -> Result<Object, Refusal> {
        let plain = self.api.get(path, String::new()).await.map_err(Refusal::from)?;
        for (name, text) in plain.into_iter().filter(|(name, _)| !is_built_in(kind, name)) {
            row.entry(name).or_insert(text);
        }
        Ok(row)
    }
}
