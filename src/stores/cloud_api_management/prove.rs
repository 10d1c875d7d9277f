//! After the creates: is each new key the only new one of its slot? Runners without a shared database can each create a key
//! for the same manifest. The oldest wins; every runner deletes only its own and delivers the value of the winner.
//!
//! Why two looks: a store may show keys late, but it shows them in the order of their creation, so whoever sees the own key
//! sees every older one. Dates have whole seconds. Among keys of one second the smallest id is the oldest, and such a key may
//! still be created after the first look.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::try_join_all;

use super::CloudApiManagement;
use super::path::CollectionPath;
use super::path::ObjectPath;
use super::value;
use super::value::Object;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::Secret;
use crate::plan::ValueFrom;
use crate::store::NewKey;
use crate::store::Proof;
use crate::store::Refusal;
use crate::stores::Window;

/// A little more than the precision of the dates.
const SAME_SECOND: Duration = Duration::from_millis(1_100);

/// The rows of the keys of each application.
type Slots = BTreeMap<LiveId, Vec<Object>>;

/// Where a new key is, and what begins the values of its rivals.
struct Slot<'a> {
    application: LiveId,
    package: LiveId,
    key: &'a NewKey<'a>,
    /// `None` if the store generates the value.
    prefix: Option<&'a str>,
}

/// A new key with the prefix, as the list shows it.
struct Contender {
    created: Option<Instant>,
    id: LiveId,
    value: Secret,
}

impl CloudApiManagement {
    pub(super) async fn prove_all(&self, keys: &[NewKey<'_>]) -> Vec<Result<Proof, Refusal>> {
        let slots: Vec<Result<Slot<'_>, Refusal>> = keys.iter().map(|key| self.slot(key)).collect();
        let known: Vec<&Slot<'_>> = slots.iter().flatten().collect();
        let rows = match self.settled_slots(&known).await {
            Ok(rows) => rows,
            Err(refusal) => {
                let failed = |_| Err(unproven(format!("could not look at the keys: {}", refusal.reason)));
                return keys.iter().map(failed).collect();
            }
        };
        let mut proofs = Vec::with_capacity(keys.len());
        for slot in slots {
            proofs.push(match slot {
                Ok(slot) => self.settle_slot(&slot, &rows).await,
                Err(refusal) => Err(refusal),
            });
        }
        proofs
    }

    fn slot<'k>(&self, key: &'k NewKey<'k>) -> Result<Slot<'k>, Refusal> {
        let missing = || Refusal::unavailable("the plan does not contain the application of the key");
        let target = key.change.target.key.as_ref().ok_or_else(missing)?;
        let prefix = match &target.value {
            ValueFrom::Minted { prefix, .. } => Some(&**prefix),
            _ => None,
        };
        let application = self.index.id(key.change.target.parent.as_ref().ok_or_else(missing)?)?;
        Ok(Slot { application, package: self.index.id(&target.package)?, key, prefix })
    }

    /// The keys of the slots, once the store shows every new key.
    async fn settled_slots(&self, slots: &[&Slot<'_>]) -> Result<Slots, Refusal> {
        let mut window = Window::new(self.visibility_lag);
        while !shows_all(&self.slots(slots).await?, slots) {
            if !window.next_look().await {
                break;
            }
        }
        tokio::time::sleep(SAME_SECOND).await;
        self.slots(slots).await
    }

    /// One list for each application, or that of the area if it takes fewer calls.
    async fn slots(&self, slots: &[&Slot<'_>]) -> Result<Slots, Refusal> {
        let applications: BTreeSet<&LiveId> = slots.iter().map(|slot| &slot.application).collect();
        let pages = self.index.planned() / self.page_size.max(1) + 1;
        if applications.len() > pages {
            let listing = self.whole(&CollectionPath::package_keys(), Kind::PackageKey, None).await?;
            if listing.is_whole() && listing.rows.iter().all(|row| value::inner_id(row, "application").is_some()) {
                return Ok(by_application(listing.rows));
            }
        }
        let lists = applications.into_iter().map(|application| async move {
            let path = CollectionPath::package_keys_of(application)?;
            let listing = self.whole(&path, Kind::PackageKey, None).await?;
            if !listing.is_whole() {
                return Err(Refusal::unavailable("the list of the application's keys is incomplete"));
            }
            Ok((application.clone(), listing.rows))
        });
        Ok(try_join_all(lists).await?.into_iter().collect())
    }

    async fn settle_slot(&self, slot: &Slot<'_>, rows: &Slots) -> Result<Proof, Refusal> {
        let own = slot.key.id;
        // This run also creates keys for other manifests.
        let is_rival = |id: &LiveId| id == own || !(self.index.has_made([id.expose()]) || self.index.was_planned(id));
        let mut contenders = contenders(slot, rows);
        contenders.retain(|contender| is_rival(&contender.id));
        match contenders.iter().find(|contender| contender.id == *own) {
            None => return Err(unproven("the store does not show the new key yet".to_owned())),
            Some(shown) if shown.value != *slot.key.value => {
                self.api.masking().hide(&shown.value);
                return Ok(Proof::Altered { value: shown.value.clone() });
            }
            Some(_) => {}
        }
        if contenders.len() > 1 && slot.prefix.is_none() {
            let why = "another key was created in the application at the same time, and values that the store generates \
                       have no prefix";
            return Err(unproven(why.to_owned()));
        }
        if contenders.len() > 1 && contenders.iter().any(|contender| contender.created.is_none()) {
            return Err(unproven(
                "another run created a key at the same time, and the store shows no dates".to_owned(),
            ));
        }
        let oldest = contenders.into_iter().min_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        match oldest {
            Some(Contender { id, value, .. }) if id != *own => self.give_way(slot, id, value).await,
            _ => Ok(Proof::Ours),
        }
    }

    /// Deletes the key of this run.
    async fn give_way(&self, slot: &Slot<'_>, id: LiveId, value: Secret) -> Result<Proof, Refusal> {
        self.api.masking().hide(&value);
        self.api.delete(&ObjectPath::package_key(slot.key.id)?).await.map_err(|failure| {
            let refusal = Refusal::from(failure);
            let why = "another run created a key before, and the one of this run could not be deleted";
            unproven(format!("{why}: {}", refusal.reason))
        })?;
        tracing::info!(change = slot.key.change.address.to_string(), "the key of another run is older and is used");
        self.index.learn(&slot.key.change.address, &id);
        Ok(Proof::Other { id, value })
    }
}

fn by_application(rows: Vec<Object>) -> Slots {
    let mut slots = Slots::new();
    for row in rows {
        if let Some(application) = value::inner_id(&row, "application").map(LiveId::new) {
            slots.entry(application).or_default().push(row);
        }
    }
    slots
}

fn shows_all(rows: &Slots, slots: &[&Slot<'_>]) -> bool {
    slots.iter().all(|slot| contenders(slot, rows).iter().any(|contender| contender.id == *slot.key.id))
}

/// The keys of the slot that could be the one of its manifest.
fn contenders(slot: &Slot<'_>, rows: &Slots) -> Vec<Contender> {
    let rows = rows.get(&slot.application).into_iter().flatten();
    let rows = rows.filter(|row| value::inner_id(row, "package") == Some(slot.package.expose()));
    let contender = |row: &Object| {
        let value = value::text(row, "apikey")?;
        let id = LiveId::new(value::text(row, "id")?);
        let fits = id == *slot.key.id || slot.prefix.is_none_or(|prefix| value.starts_with(prefix));
        fits.then(|| Contender { created: value::instant(row, "created"), id, value: Secret::new(value) })
    };
    rows.filter_map(contender).collect()
}

fn unproven(why: String) -> Refusal {
    let reason = format!("it is unproven that this is the only new key, so its value is not delivered: {why}");
    Refusal::unavailable(reason).help("run again: the next run delivers the key that it finds").unsettled()
}
