//! A change of a key that is there: looked at right before, sent whole, and read back (`mft-api-keys.md` 3.5).

use std::sync::Arc;
use std::time::Duration;

use super::ManagedFileTransfer;
use super::api::Failure;
use super::key;
use super::key::Key;
use super::list::Listing;
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

/// A list that is older is read again before something is changed because of it.
const FRESH: Duration = Duration::from_mins(1);

/// How often an update whose answer was lost is sent, each time after a look.
const TRIES_LOST: u32 = 3;

/// How often the list is read until it shows what was written.
pub(super) const LOOKS: u32 = 3;

impl ManagedFileTransfer {
    /// One change at a time: in the order of the plan, so that replacements are there before anything is switched off.
    pub(super) async fn perform_change(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        key::check(&write.change.fields)?;
        let _alone = self.turns.lock().await;
        match write.change.action {
            Action::Create => self.make(write.change).await,
            Action::Update | Action::Enable | Action::Disable => self.update(write.change).await,
            Action::Deliver => Ok(Performed::default()),
            Action::Replace | Action::Delete => {
                let reason = "the Managed File Transfer API has no delete for API keys";
                let refusal = Refusal::unavailable(reason).help("disable it; the portal is where it can be deleted");
                Err(Refusal { kind: RefusalKind::Rejected, ..refusal })
            }
        }
    }

    /// Reads the list, and remembers it.
    pub(super) async fn look(&self) -> Result<Arc<Listing>, Refusal> {
        let listing = Arc::new(self.list().await?);
        self.known.with(|known| known.listing = Some(listing.clone()));
        Ok(listing)
    }

    /// The list as it was a moment ago.
    pub(super) async fn recent(&self) -> Result<Arc<Listing>, Refusal> {
        let known = self.known.with(|known| known.listing.clone());
        match known.filter(|listing| listing.read_at.elapsed() < FRESH) {
            Some(listing) => Ok(listing),
            None => self.look().await,
        }
    }

    async fn update(&self, change: &Change) -> Result<Performed, Refusal> {
        let id = change.live_id().ok_or_else(|| Refusal::unavailable("the plan does not say which key is meant"))?;
        let operation = Self::operation(&self.operations.update, "update")?;
        let mut listing = self.recent().await?;
        for attempt in 1.. {
            let key = self.checked(change, id, &listing)?;
            let body = key.changed(&change.fields, &listing.habits);
            let lost = match self.api.write(operation, &body).await {
                Ok(_) => return self.read_back(change, id).await,
                Err(Failure::Lost(refusal)) => refusal,
                Err(Failure::Missing(refusal)) => {
                    // Gone, or not ours: the list says which.
                    let listing = self.look().await?;
                    return Err(if listing.by_id(id).is_none() { gone(change) } else { refusal });
                }
                Err(failure) => return Err(failure.into()),
            };
            // It may have been done: then it must not be said again, and is not.
            listing = self.look().await?;
            let key = listing.by_id(id).ok_or_else(|| gone(change))?;
            if differing(key, &change.fields).is_empty() {
                return Ok(Performed::default());
            }
            if attempt >= TRIES_LOST {
                return Err(lost);
            }
            retry::rest(retry::FIRST, attempt).await;
            listing = self.look().await?;
        }
        Ok(Performed::default())
    }

    /// The key of a change, if it is still what the plan was made from (MFT-032).
    fn checked<'l>(&self, change: &Change, id: &LiveId, listing: &'l Listing) -> Result<&'l Key, Refusal> {
        let key = listing.by_id(id).ok_or_else(|| gone(change))?;
        let seen = self.known.with(|known| known.versions.get(id).cloned());
        let is_same_version = seen.is_none_or(|seen| seen.as_deref() == key.version());
        let wanted = change.target.live.as_ref().map(|live| live.fingerprint);
        if !is_same_version || wanted != Some(key.live().fingerprint()) {
            return Err(stale(format!("{} was changed after the plan was made", change.address)));
        }
        Ok(key)
    }

    /// Looks whether the change is there. The list may be late, so it is given some time; nothing is written again.
    async fn read_back(&self, change: &Change, id: &LiveId) -> Result<Performed, Refusal> {
        let mut altered: Vec<Altered> = Vec::new();
        for look in 1..=LOOKS {
            let listing = self.look().await?;
            let Some(key) = listing.by_id(id) else { return Err(gone(change)) };
            altered = differing(key, &change.fields);
            if altered.is_empty() {
                break;
            }
            if look < LOOKS {
                retry::rest(retry::FIRST, look).await;
            }
        }
        Ok(Performed { altered, ..Performed::default() })
    }
}

/// The fields that a key does not have as they were sent (MFT-033).
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
