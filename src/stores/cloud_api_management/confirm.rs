//! The last look before the writes: every object must still be what the plan saw (`cloud-api-management.md` 5.5).
//!
//! The API knows no conditional write, so this narrows the gap and does not close it. What this run itself moves in
//! between, a renamed plan in its keys for one, is no surprise to it: the look comes before the first write.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;

use super::CloudApiManagement;
use super::api::Failure;
use super::fields;
use super::object;
use super::path::ObjectPath;
use super::value::Object;
use super::write::address_of;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::plan::Change;
use crate::store::Refusal;

impl CloudApiManagement {
    /// Looks at the objects of `changes` one by one, or at whole lists where that takes fewer calls.
    pub(super) async fn confirm_all(&self, changes: &[&Change]) -> Result<(), Refusal> {
        let changes: Vec<&Change> = changes.iter().copied().filter(|change| change.target.live.is_some()).collect();
        // What is about to be renamed is called by its new name from here on.
        for change in changes.iter().filter(|change| change.after("name").is_some()) {
            if let Some(id) = change.live_id() {
                self.known.alias(&address_of(change), id);
            }
        }
        let (query, snapshot_calls) = self.known.with(|index| (index.query.clone(), index.snapshot_calls));
        if snapshot_calls > 0 && snapshot_calls < changes.len() {
            let live = self.snapshot(&query).await?;
            self.confirm_from(live, &changes);
            return Ok(());
        }
        try_join_all(changes.into_iter().map(|change| self.confirm_one(change))).await?;
        Ok(())
    }

    fn confirm_from(&self, mut live: Live, changes: &[&Change]) {
        let ids: BTreeSet<&LiveId> = changes.iter().filter_map(|change| change.live_id()).collect();
        for object in Kind::ALL.into_iter().flat_map(|kind| live.give(kind)) {
            if ids.contains(&object.id) {
                self.known.confirm(object);
            }
        }
    }

    async fn confirm_one(&self, change: &Change) -> Result<(), Refusal> {
        let Some(id) = change.live_id() else { return Ok(()) };
        // One that is gone: the change itself will say so, and a delete has nothing left to do.
        if let Some(object) = self.look_at(change, id).await? {
            self.known.confirm(object);
        }
        Ok(())
    }

    /// The object of a change as it is now; nothing when it is not there.
    pub(super) async fn look_at(&self, change: &Change, id: &LiveId) -> Result<Option<LiveObject>, Refusal> {
        let kind = change.address.kind();
        let path = match kind {
            Kind::Plan => {
                let package = change.target.parent.as_ref().map(|parent| self.known.id(parent)).transpose()?;
                ObjectPath::plan(&package.unwrap_or_else(|| LiveId::new("")), id)?
            }
            _ => self.object_path(change, id)?,
        };
        let has_added = self.known.has_added(kind);
        let row = match self.api.get(&path, self.known.fields(kind)).await {
            Ok(row) => row,
            Err(Failure::Missing(_)) => return Ok(None),
            Err(failure) => return Err(failure.into()),
        };
        let row = if has_added { self.with_added_of_one(kind, &path, row).await? } else { row };
        let parent = change.target.parent.as_ref();
        let within = parent.filter(|_| matches!(kind, Kind::Plan | Kind::Application));
        Ok(self.known.with(|index| object::live(kind, &row, within, has_added, index)))
    }

    async fn with_added_of_one(&self, kind: Kind, path: &ObjectPath, mut row: Object) -> Result<Object, Refusal> {
        let plain = self.api.get(path, String::new()).await.map_err(Refusal::from)?;
        for (name, text) in plain.into_iter().filter(|(name, _)| !fields::is_known(kind, name)) {
            row.entry(name).or_insert(text);
        }
        Ok(row)
    }
}
