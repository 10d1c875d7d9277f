//! Deletes an object. Keywright deletes bottom-up, but the API takes along whatever is below an object (C2), so what another
//! program created there since the plan is looked for right before the delete.

use super::CloudApiManagement;
use super::api::Failure;
use super::list;
use super::list::ListRequest;
use super::path::CollectionPath;
use super::value;
use super::write::live_id;
use crate::model::Kind;
use crate::model::LiveId;
use crate::plan::Change;
use crate::store::Refusal;
use crate::text::and_more;

/// Ids in a message.
const NAMED: usize = 5;

impl CloudApiManagement {
    pub(super) async fn remove(&self, change: &Change) -> Result<(), Refusal> {
        let id = live_id(change)?;
        self.check_below(change, &id).await?;
        let path = self.object_path(change, &id)?;
        self.retry_if_early(path.as_str(), None, || self.api.delete(&path)).await?;
        self.index.learn_removed(change.address.kind(), &id);
        self.index.learn_services_of(change);
        Ok(())
    }

    /// Refuses the delete of an object that has other objects below it than this run deleted. A list that lags may still
    /// show those, so their ids are compared, not counted.
    async fn check_below(&self, change: &Change, id: &LiveId) -> Result<(), Refusal> {
        let Some((path, kind)) = below(change.address.kind(), id)? else { return Ok(()) };
        let request = ListRequest { path: &path, fields: "id".to_owned(), filter: None, page_size: self.page_size };
        let listing = match list::whole(&self.api, &request).await {
            // The object itself is gone.
            Err(Failure::Missing(_)) => return Ok(()),
            listing => listing?,
        };
        let what = kind.plural();
        if !listing.is_whole() {
            return Err(Refusal::unavailable(format!("the list of its {what} is incomplete")));
        }
        let ids = listing.objects().filter_map(|row| value::text(&row, "id"));
        let unknown = listing.without_id.iter().map(|_| "one without an id".to_owned());
        let others: Vec<String> = ids.filter(|id| !self.index.has_removed(id)).chain(unknown).collect();
        if others.is_empty() {
            return Ok(());
        }
        let address = &change.address;
        let named = and_more(&others, NAMED, ", ");
        Err(Refusal::stale(format!(
            "{address} has {what} that the plan does not delete, and they would be lost: {named}"
        )))
    }
}

/// The list of what the API deletes together with an object of this kind.
fn below(kind: Kind, id: &LiveId) -> Result<Option<(CollectionPath, Kind)>, Refusal> {
    Ok(match kind {
        Kind::User => Some((CollectionPath::applications_of(id)?, Kind::Application)),
        Kind::Application => Some((CollectionPath::package_keys_of(id)?, Kind::PackageKey)),
        Kind::Package => Some((CollectionPath::plans_of(id)?, Kind::Plan)),
        Kind::Plan | Kind::PackageKey | Kind::ApiKey => None,
    })
}
