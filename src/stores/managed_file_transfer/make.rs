//! A new key, made once. The API refuses no duplicates, so a create is never said a second time: when its answer is
//! lost, the list tells whether there is a key that was not there before (`mft-api-keys.md` 3.5).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ManagedFileTransfer;
use super::api::Failure;
use super::key;
use super::list::Listing;
use super::write::LOOKS;
use super::write::differing;
use super::write::stale;
use crate::model::LiveId;
use crate::plan::Change;
use crate::rules;
use crate::store::Performed;
use crate::store::Refusal;
use crate::stores::retry;

/// How often the list is read until it shows a key whose create was answered, or whose answer was lost.
const LOOKS_FOR_NEW: u32 = LOOKS + 2;

impl ManagedFileTransfer {
    pub(super) async fn make(&self, change: &Change) -> Result<Performed, Refusal> {
        let name = &*change.target.name;
        let operation = Self::operation(&self.operations.create, "create")?;
        let listing = self.recent().await?;
        if listing.named(name).next().is_some() {
            return Err(stale(format!("{} is in the store meanwhile", change.address)));
        }
        let tenant = self.tenant(&listing)?;
        let body = key::new(name, &change.fields, tenant, &listing.habits);
        let before: BTreeSet<&LiveId> = listing.keys.iter().map(|key| &key.id).collect();
        let lost = match self.api.write(operation, &body).await {
            Ok(answer) => {
                // The id that it tells may be the value, and another one than that of the list (2.3).
                let id = answer.as_object().and_then(|row| super::answer::property(row, "id"));
                self.api.hide(id.and_then(|(_, id)| id.as_str()));
                None
            }
            Err(Failure::Lost(refusal)) => Some(refusal),
            Err(failure) => return Err(failure.into()),
        };
        self.find_made(change, &before, tenant, lost).await
    }

    /// The tenant that a new key is made in, if it is known: what the credential sees must be what the workspace
    /// guards (Q29).
    fn tenant(&self, listing: &Listing) -> Result<Option<i64>, Refusal> {
        let seen = listing.tenant().or_else(|| self.known.with(|known| known.tenant));
        match (seen, self.guarded_tenant) {
            (Some(seen), Some(guarded)) if seen != guarded => Err(other_tenant(seen, guarded)),
            _ => Ok(seen),
        }
    }

    async fn find_made(
        &self,
        change: &Change,
        before: &BTreeSet<&LiveId>,
        tenant: Option<i64>,
        lost: Option<Refusal>,
    ) -> Result<Performed, Refusal> {
        for look in 1..=LOOKS_FOR_NEW {
            let listing: Arc<Listing> = self.look().await?;
            let mut made = listing.named(&change.target.name).filter(|key| !before.contains(&key.id));
            match (made.next(), made.next()) {
                (Some(key), None) => {
                    if let (Some(sent), Some(got)) = (tenant, key.tenant())
                        && sent != got
                    {
                        return Err(other_tenant(got, sent));
                    }
                    let altered = differing(key, &change.fields);
                    if altered.is_empty() || look == LOOKS_FOR_NEW {
                        return Ok(Performed { altered, ..Performed::default() });
                    }
                }
                (Some(_), Some(_)) => {
                    let reason = format!("the store now holds more than one new {}", change.address);
                    let refusal = Refusal::rejected(&rules::MFT_024, reason);
                    return Err(
                        refusal.help("somebody else made one at the same time: delete all but one in the portal")
                    );
                }
                (None, _) => {}
            }
            if look < LOOKS_FOR_NEW {
                retry::rest(retry::FIRST / 2, look).await;
            }
        }
        Err(match lost {
            Some(refusal) => Refusal {
                reason: format!("{}; the list does not show the key", refusal.reason),
                help: Some(
                    "look into the portal before you run again: a key that is there would be made twice".to_owned(),
                ),
                ..refusal
            },
            None => {
                let reason = "the store says that it made the key, and its list does not show it";
                let refusal = Refusal::unavailable(reason).help("run again when the portal shows the key");
                Refusal { rule: Some(rules::MFT_033.id), ..refusal }
            }
        })
    }
}

fn other_tenant(seen: i64, wanted: i64) -> Refusal {
    let reason = format!("the store is that of tenant {seen}, and the key is for tenant {wanted}");
    Refusal::rejected(&rules::MFT_022, reason).help("check `url` and the credential")
}
