//! Updates an existing key: checks it, sends the whole object, and verifies it (`mft-api-keys.md` 3.5).

use std::sync::Arc;
use std::time::Duration;

use super::ManagedFileTransfer;
use super::api::Failure;
use super::key;
use super::key::Key;
use super::list::Listing;
use super::make::unverified;
use crate::model::LiveId;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::rules;
use crate::store::Altered;
use crate::store::Performed;
use crate::store::Refusal;
use crate::store::RefusalKind;
use crate::store::Write;
use crate::stores::retry;

/// A list that is older than this is read again before a change.
const FRESH: Duration = Duration::from_mins(1);

/// How often an update whose answer was lost is sent, each time after a check.
const TRIES_LOST: u32 = 3;

/// How often the list is read until it shows the written values.
pub(super) const READS: u32 = 3;

impl ManagedFileTransfer {
    /// Makes one change at a time, in the order of the plan, so that new keys exist before old ones are disabled.
    pub(super) async fn perform_change(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        key::check(&write.change.fields)?;
        let _turn = self.turns.lock().await;
        match write.change.action {
            Action::Create => self.make(write.change).await,
            Action::Update | Action::Enable | Action::Disable => self.update(write.change).await,
            Action::Deliver => Ok(Performed::default()),
            Action::Replace | Action::Delete => {
                let reason = "the Managed File Transfer API cannot delete API keys";
                let refusal = Refusal::unavailable(reason).help("disable the key, or delete it in the portal");
                Err(Refusal { kind: RefusalKind::Rejected, ..refusal })
            }
        }
    }

    /// Reads the list and stores it for [`Self::recent`].
    pub(super) async fn refresh(&self) -> Result<Arc<Listing>, Refusal> {
        let listing = Arc::new(self.list().await?);
        self.state.with(|facts| facts.listing = Some(listing.clone()));
        Ok(listing)
    }

    /// The list, at most [`FRESH`] old.
    pub(super) async fn recent(&self) -> Result<Arc<Listing>, Refusal> {
        let listing = self.state.with(|facts| facts.listing.clone());
        match listing.filter(|listing| listing.read_at.elapsed() < FRESH) {
            Some(listing) => Ok(listing),
            None => self.refresh().await,
        }
    }

    async fn update(&self, change: &Change) -> Result<Performed, Refusal> {
        let id = change.live_id().ok_or_else(|| Refusal::unavailable("the plan does not contain the id of the key"))?;
        let operation = Self::operation(&self.operations.update, "update")?;
        let mut listing = self.recent().await?;
        for attempt in 1.. {
            let key = self.checked(change, id, &listing)?;
            let body = key.changed(&change.fields, &listing.styles);
            let lost = match self.api.write(operation, &body).await {
                Ok(_) => return self.read_back(change, id).await,
                Err(Failure::Lost(refusal)) => refusal,
                Err(Failure::Missing(refusal)) => {
                    // The list shows whether the key is gone or the path is wrong.
                    let listing = self.refresh().await?;
                    return Err(if listing.by_id(id).is_none() { gone(change) } else { refusal });
                }
                Err(failure) => return Err(failure.into()),
            };
            // The update may have been done; then it must not be sent again.
            listing = match self.refresh().await {
                Ok(listing) => listing,
                Err(look) => return Err(lost.lost(Some(&look))),
            };
            let key = listing.by_id(id).ok_or_else(|| gone(change))?;
            if differing(key, &change.fields).is_empty() {
                return Ok(Performed::default());
            }
            if attempt >= TRIES_LOST {
                return Err(lost.lost(None));
            }
            retry::wait(retry::FIRST, attempt).await;
            listing = self.refresh().await?;
        }
        Ok(Performed::default())
    }

    /// The key of a change; an error if it has changed since the plan was made (MFT-032).
    fn checked<'l>(&self, change: &Change, id: &LiveId, listing: &'l Listing) -> Result<&'l Key, Refusal> {
        let key = listing.by_id(id).ok_or_else(|| gone(change))?;
        let seen = self.state.with(|facts| facts.versions.get(id).cloned());
        let is_same_version = seen.is_none_or(|seen| seen.as_deref() == key.version());
        let wanted = change.target.live.as_ref().map(|live| live.fingerprint);
        if !is_same_version || wanted != Some(key.live().fingerprint()) {
            return Err(stale(format!("{} has changed since the plan was made", change.address)));
        }
        Ok(key)
    }

    /// Verifies the change. The list may lag behind, so it is read several times; nothing is written again.
    async fn read_back(&self, change: &Change, id: &LiveId) -> Result<Performed, Refusal> {
        let mut altered: Vec<Altered> = Vec::new();
        for read in 1..=READS {
            let listing = match self.refresh().await {
                Ok(listing) => listing,
                Err(refusal) => return Ok(unverified(refusal)),
            };
            let Some(key) = listing.by_id(id) else { return Ok(unverified(gone(change))) };
            altered = differing(key, &change.fields);
            if altered.is_empty() {
                break;
            }
            if read < READS {
                retry::wait(retry::FIRST, read).await;
            }
        }
        Ok(Performed { altered, ..Performed::default() })
    }
}

/// The fields whose value in the key differs from the one that was sent (MFT-033).
pub(super) fn differing(key: &Key, changes: &[FieldChange]) -> Vec<Altered> {
    let (attributes, unread) = key.attributes();
    let differs = |change: &&FieldChange| {
        let is_empty = change.after.as_ref().is_none_or(Value::is_empty);
        match attributes.get(&change.field) {
            Some(value) => change.after.as_ref() != Some(value),
            None => !is_empty || unread.contains(&*change.field),
        }
    };
    let altered = |change: &FieldChange| Altered {
        field: change.field.clone(),
        wanted: change.after.clone(),
        held: attributes.get(&change.field).cloned(),
    };
    changes.iter().filter(differs).map(altered).collect()
}

pub(super) fn stale(reason: String) -> Refusal {
    Refusal { rule: Some(rules::MFT_032.id), ..Refusal::stale(reason) }
}

fn gone(change: &Change) -> Refusal {
    stale(format!("{} is no longer in the store", change.address))
}
