//! Creates a key exactly once. The API accepts duplicates, so a create is never repeated: after a lost answer, the list
//! shows whether there is a new key (`mft-api-keys.md` 3.5).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ManagedFileTransfer;
use super::api::Failure;
use super::key;
use super::list::Listing;
use super::write::READS;
use super::write::differing;
use super::write::stale;
use crate::model::LiveId;
use crate::plan::Change;
use crate::rules;
use crate::store::Performed;
use crate::store::Refusal;
use crate::stores::Window;
use crate::stores::retry;

/// How often the list is read until it shows a new key.
const READS_FOR_NEW: u32 = READS + 2;

impl ManagedFileTransfer {
    pub(super) async fn make(&self, change: &Change) -> Result<Performed, Refusal> {
        let name = &*change.target.name;
        let operation = Self::operation(&self.operations.create, "create")?;
        let listing = self.recent().await?;
        if listing.named(name).next().is_some() || listing.odd.iter().any(|row| row.name.as_deref() == Some(name)) {
            return Err(stale(format!("{} has been created since the plan was made", change.address)));
        }
        let tenant = self.tenant(&listing)?;
        let body = key::new(name, &change.fields, tenant, &listing.styles);
        let before: BTreeSet<&LiveId> = listing.keys.iter().map(|key| &key.id).collect();
        let lost = match self.api.write(operation, &body).await {
            Ok(answer) => {
                // The id in the answer may be the key's value, and may differ from the id in the list (2.3).
                let id = answer.as_object().and_then(|row| super::answer::property(row, "id"));
                self.api.hide(id.and_then(|(_, id)| id.as_str()));
                None
            }
            Err(Failure::Lost(refusal)) => Some(refusal),
            Err(failure) => return Err(failure.into()),
        };
        self.find_created(change, &before, tenant, lost).await
    }

    /// The tenant of a new key; `None` if unknown. Refuses a tenant that the workspace does not expect (Q29).
    fn tenant(&self, listing: &Listing) -> Result<Option<i64>, Refusal> {
        let seen = listing.tenant().or_else(|| self.state.with(|facts| facts.tenant));
        match (seen, self.guarded_tenant) {
            (Some(seen), Some(guarded)) if seen != guarded => Err(wrong_tenant(seen, guarded)),
            _ => Ok(seen),
        }
    }

    async fn find_created(
        &self,
        change: &Change,
        before: &BTreeSet<&LiveId>,
        tenant: Option<i64>,
        lost: Option<Refusal>,
    ) -> Result<Performed, Refusal> {
        let mut window = Window::new(self.visibility_lag, self.api.limits());
        for read in 1.. {
            let listing: Arc<Listing> = match self.refresh().await {
                Ok(listing) => listing,
                Err(look) => {
                    return lost.map_or_else(|| Ok(unverified(look.clone())), |lost| Err(lost.lost(Some(&look))));
                }
            };
            let mut created = listing.named(&change.target.name).filter(|key| !before.contains(&key.id));
            match (created.next(), created.next()) {
                (Some(key), None) => {
                    if let (Some(sent), Some(got)) = (tenant, key.tenant())
                        && sent != got
                    {
                        return Err(wrong_tenant(got, sent));
                    }
                    let altered = differing(key, &change.fields);
                    if altered.is_empty() || read >= READS_FOR_NEW {
                        return Ok(Performed { id: Some(key.id.clone()), altered, ..Performed::default() });
                    }
                }
                (Some(_), Some(_)) => {
                    let reason = format!("the store now has more than one new {}", change.address);
                    let refusal = Refusal::rejected(&rules::MFT_024, reason);
                    return Err(refusal.help(
                        "delete all but one in the portal; another program may have created one at the same time",
                    ));
                }
                (None, _) => {}
            }
            if !window.next_look().await && read >= READS_FOR_NEW {
                break;
            }
            // At the end of a short window the list is read a few more times.
            retry::wait(retry::FIRST / 8, read).await;
        }
        match lost {
            Some(refusal) => Err(Refusal {
                reason: format!("{}; the list does not show the key", refusal.reason),
                help: Some("run again: the next run reads the list again before it creates a key".to_owned()),
                ..refusal
            }
            .unsettled()),
            None => {
                let reason = "the store reported success, but its list does not show the key";
                let refusal = Refusal::unavailable(reason).help("run again when the portal shows the key");
                Ok(unverified(Refusal { rule: Some(rules::MFT_033.id), ..refusal }))
            }
        }
    }
}

/// The site confirmed the change, but it is unknown whether it keeps it.
pub(super) fn unverified(refusal: Refusal) -> Performed {
    Performed { unverified: Some(refusal), ..Performed::default() }
}

fn wrong_tenant(seen: i64, wanted: i64) -> Refusal {
    let reason = format!("the store belongs to tenant {seen}, but the key is for tenant {wanted}");
    Refusal::rejected(&rules::MFT_022, reason).help("check `url`, `tenant` and the credential")
}
