//! After the creates: is each new key the only new one of its slot? Runners without a shared database can each create a key
//! for the same manifest. The oldest wins; every runner deletes only its own and delivers the value of the winner.
//!
//! Why two looks: a store may show keys late, but it shows them in the order of their creation, so whoever sees the own key
//! sees every older one. Dates have whole seconds. Among keys of one second the smallest id is the oldest, and such a key may
//! still be created after the first look.
//!
//! Why more looks after that: if the lists lag, the run with the other key of that second may not have seen the smallest id. It
//! then keeps its own, so the run with the smallest id waits until the other key is gone, and otherwise gives way itself.
//!
//! Two runs with keys of one second can so both give way, and each may be slow at any step. What keeps a dead value from being
//! delivered: a run asks for the other key by its id right before each attempt to delete its own, and keeps its own if the other
//! one is gone. So both delete only if each asked before the other deleted. After its delete, a run waits for the lag and
//! [`SLOWEST`], and uses the other key only if it is then still there. What remains: the other run takes longer than that from
//! its question to its delete. Then both keys are gone, and this run has delivered the value of one. The store has no
//! conditional delete that could exclude it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::future::try_join_all;

use super::CloudApiManagement;
use super::api::Failure;
use super::path::CollectionPath;
use super::path::ObjectPath;
use super::value;
use super::value::Object;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::Secret;
use crate::plan::ValueFrom;
use crate::plan::forecast::Way;
use crate::rotation;
use crate::rules;
use crate::store::NewKey;
use crate::store::Proof;
use crate::store::Refusal;
use crate::store::Unusable;
use crate::stores::Window;

/// A little more than the precision of the dates.
const SAME_SECOND: Duration = Duration::from_millis(1_100);

/// How long another run may take from its look at a key until the delete of its own has arrived, on top of the lag.
const SLOWEST: Duration = Duration::from_secs(5);

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

impl Slot<'_> {
    /// Whether a generated key of the slot can have the value.
    fn can_be(&self, value: &str) -> bool {
        self.prefix.is_none_or(|prefix| value.starts_with(prefix))
    }

    fn delivers(&self) -> bool {
        self.key.change.target.key.as_ref().is_some_and(|key| !key.deliver.is_empty())
    }
}

/// A new key with the prefix, as the list shows it.
#[derive(Clone)]
struct Contender {
    created: Option<Instant>,
    id: LiveId,
    value: Secret,
    secret: Option<Secret>,
    unusable: Unusable,
}

/// What a look at a slot found.
enum Settled {
    As(Proof),
    /// The key of another run, and whether that run may still give way.
    Uses {
        key: Contender,
        is_tied: bool,
    },
    /// Another key is of the same second, and its run may not have seen the key of this run.
    Tied,
    /// The oldest key is that of this run. Only until its value is compared.
    Own,
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
        for slot in &slots {
            proofs.push(match slot {
                Ok(slot) => self.settle_slot(slot, &rows, self.visibility_lag.is_zero()).await,
                Err(refusal) => Err(refusal.clone()),
            });
        }
        self.settle_ties(slots, proofs).await
    }

    /// Waits until the other key of each tie is gone. Before that, this run has deleted its own where it gives way, so that two
    /// runs do not wait for each other.
    async fn settle_ties(
        &self,
        slots: Vec<Result<Slot<'_>, Refusal>>,
        mut proofs: Vec<Result<Settled, Refusal>>,
    ) -> Vec<Result<Proof, Refusal>> {
        let mut window = Window::new(self.visibility_lag, self.api.limits());
        loop {
            let tied = slots.iter().zip(&mut proofs).filter(|(_, proof)| matches!(proof, Ok(Settled::Tied)));
            let mut tied: Vec<_> = tied.filter_map(|(slot, proof)| Some((slot.as_ref().ok()?, proof))).collect();
            if tied.is_empty() {
                break;
            }
            let is_last = !window.next_look().await;
            let looked_at: Vec<&Slot<'_>> = tied.iter().map(|(slot, _)| *slot).collect();
            let rows = self.slots(&looked_at).await;
            self.count_look(&looked_at, rows.as_ref().ok());
            for (slot, proof) in &mut tied {
                **proof = match &rows {
                    Ok(rows) => self.settle_slot(slot, rows, is_last).await,
                    Err(refusal) if is_last => Err(unproven(format!("could not look at the keys: {}", refusal.reason))),
                    Err(_) => Ok(Settled::Tied),
                };
            }
        }
        self.check_survivors(&mut proofs).await;
        let ended = slots.iter().zip(proofs).map(|(slot, settled)| {
            let slot = slot.as_ref().map_err(Clone::clone)?;
            match settled? {
                Settled::As(proof) => Ok((slot, proof)),
                Settled::Uses { key, .. } => Ok((slot, self.uses(slot, key))),
                Settled::Tied | Settled::Own => {
                    Err(unproven("another run created a key in the same second".to_owned()))
                }
            }
        });
        join_all(ended.map(async |ended| match ended {
            Ok((slot, proof)) => Ok(self.with_status(slot, proof).await),
            Err(refusal) => Err(refusal),
        }))
        .await
    }

    /// Looks once more at a key that does not seem active: lists lag behind.
    async fn with_status(&self, slot: &Slot<'_>, mut proof: Proof) -> Proof {
        let (id, unusable) = match &mut proof {
            Proof::Ours { unusable } | Proof::Altered { unusable, .. } => (slot.key.id, unusable),
            Proof::Other { id, unusable, .. } => (&*id, unusable),
        };
        if unusable.is_some() && slot.delivers() {
            self.api.repeats(1);
            let seen = self.why_off(slot.key.change, id).await;
            *unusable = seen.unwrap_or(*unusable);
        }
        proof
    }

    /// Looks once more at the keys that are used and whose runs may have given way as well. One wait is for all of them.
    async fn check_survivors(&self, proofs: &mut [Result<Settled, Refusal>]) {
        let is_doubtful =
            |proof: &&mut Result<Settled, Refusal>| matches!(proof, Ok(Settled::Uses { is_tied: true, .. }));
        let mut doubtful = proofs.iter_mut().filter(is_doubtful).peekable();
        if doubtful.peek().is_some() {
            self.api.limits().within(tokio::time::sleep(self.visibility_lag + SLOWEST)).await;
        }
        for proof in doubtful {
            let Ok(Settled::Uses { key, .. }) = proof else { continue };
            let failure = match self.is_there(&key.id).await {
                Ok(true) => continue,
                Ok(false) => {
                    unproven("another run created a key in the same second, and both runs deleted their own".to_owned())
                }
                Err(failure) => {
                    unproven(format!("could not look for the other key: {}", Refusal::from(failure).reason))
                }
            };
            *proof = Err(failure);
        }
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
        let mut window = Window::new(self.visibility_lag, self.api.limits());
        let mut rows = self.slots(slots).await?;
        while !shows_all(&rows, slots) && window.next_look().await {
            rows = self.slots(slots).await?;
            self.count_look(slots, Some(&rows));
        }
        tokio::time::sleep(SAME_SECOND).await;
        self.slots(slots).await
    }

    /// One more look than the forecast knows.
    fn count_look(&self, slots: &[&Slot<'_>], rows: Option<&Slots>) {
        let (way, calls) = self.way_to_keys(slots.iter().map(|slot| &slot.application));
        let rows = rows.filter(|_| way == Way::Below).into_iter().flat_map(BTreeMap::values);
        let below: usize = rows.map(|rows| rows.len().div_ceil(self.page_size).max(1)).sum();
        self.api.repeats(below.max(calls));
    }

    /// One list for each application, or that of the area if it takes fewer calls.
    async fn slots(&self, slots: &[&Slot<'_>]) -> Result<Slots, Refusal> {
        let applications: BTreeSet<&LiveId> = slots.iter().map(|slot| &slot.application).collect();
        if self.way_to_keys(slots.iter().map(|slot| &slot.application)).0 == Way::Whole {
            let listing = self.whole(&CollectionPath::package_keys(), Kind::PackageKey, None).await?;
            let rows: Vec<Object> = listing.objects().collect();
            if listing.is_whole() && rows.iter().all(|row| value::inner_id(row, "application").is_some()) {
                return Ok(by_application(rows));
            }
        }
        let lists = applications.into_iter().map(|application| async move {
            let path = CollectionPath::package_keys_of(application)?;
            let listing = self.whole(&path, Kind::PackageKey, None).await?;
            if !listing.is_whole() {
                return Err(Refusal::unavailable("the list of the application's keys is incomplete"));
            }
            Ok((application.clone(), listing.objects().collect()))
        });
        Ok(try_join_all(lists).await?.into_iter().collect())
    }

    /// `is_last`: a tie is not waited for any longer.
    async fn settle_slot(&self, slot: &Slot<'_>, rows: &Slots, is_last: bool) -> Result<Settled, Refusal> {
        let own = slot.key.id;
        // This run also creates keys for other manifests.
        let is_rival = |id: &LiveId| id == own || !(self.index.has_made([id.expose()]) || self.index.was_planned(id));
        let mut contenders = contenders(slot, rows);
        contenders.retain(|contender| is_rival(&contender.id));
        let Some(shown) = contenders.iter().find(|contender| contender.id == *own) else {
            return Err(unproven("the store does not show the new key yet".to_owned()));
        };
        // The answer to the create may have had another value, which does not make the key the only one.
        let (altered, unusable) = (Some(shown.value.clone()).filter(|shown| shown != slot.key.value), shown.unusable);
        if let Some(value) = &altered {
            self.api.masking().hide(value);
        }
        if let Some(value) = altered.clone().filter(|value| !slot.can_be(value.expose())) {
            return Ok(Settled::As(Proof::Altered { value, unusable }));
        }
        let own = &self.only_own(slot, &mut contenders).await?;
        let first = contenders.iter().find(|contender| contender.id == *own).cloned();
        if contenders.len() > 1 && slot.prefix.is_none() {
            let why = "another key was created in the application at the same time, and values that the store generates \
                       have no prefix";
            let help = "find out which of the keys is used, and delete the others in the store; then apply again";
            return Err(Refusal { rule: Some(rules::CAM_049.id), ..unproven(why.to_owned()).help(help) });
        }
        if contenders.len() > 1 && contenders.iter().any(|contender| contender.created.is_none()) {
            return Err(unproven(
                "another run created a key at the same time, and the store shows no dates".to_owned(),
            ));
        }
        contenders.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        let settled = self.elect(own, contenders, is_last).await?;
        Ok(match (settled, first) {
            (Settled::Own, Some(key)) if key.id != *slot.key.id => Settled::Uses { key, is_tied: false },
            (Settled::Own, _) => Settled::As(match altered {
                Some(value) => Proof::Altered { value, unusable },
                None => Proof::Ours { unusable },
            }),
            (settled, _) => settled,
        })
    }

    /// Which of the sorted `contenders` stays. Deletes `own` if it is another one.
    async fn elect(&self, own: &LiveId, mut contenders: Vec<Contender>, is_last: bool) -> Result<Settled, Refusal> {
        loop {
            let is_same_second = matches!(&*contenders, [first, second, ..] if first.created == second.created);
            let at = match contenders.first() {
                Some(oldest) if oldest.id != *own => 0,
                _ if !is_same_second => return Ok(Settled::Own),
                _ if !is_last => return Ok(Settled::Tied),
                // The other run sees the same keys, and gives way.
                _ if self.visibility_lag.is_zero() => return Ok(Settled::Own),
                _ => 1,
            };
            let other = contenders.remove(at);
            // A list may still show a key that is gone.
            if self.give_way(own, &other.id).await? {
                tracing::info!(own = own.expose(), "the key of another run is used");
                return Ok(Settled::Uses { key: other, is_tied: is_same_second });
            }
        }
    }

    /// The key of this run. If the answer to its create was lost, and a repetition made another one with an altered value, the
    /// other one is deleted.
    async fn only_own(&self, slot: &Slot<'_>, contenders: &mut Vec<Contender>) -> Result<LiveId, Refusal> {
        let own = slot.key.id;
        let is_first = |one: &&Contender| one.id != *own && Some(&one.value) == slot.key.sent;
        let Some(first) = contenders.iter().find(is_first).map(|first| first.id.clone()) else {
            return Ok(own.clone());
        };
        self.delete(own).await?;
        contenders.retain(|contender| contender.id != *own);
        Ok(first)
    }

    /// Deletes the key of this run, unless the other one is gone.
    async fn give_way(&self, own: &LiveId, other: &LiveId) -> Result<bool, Refusal> {
        let path = ObjectPath::package_key(own)?;
        self.api.repeats(1);
        let attempt = async || Ok(self.is_there(other).await? && self.api.delete(&path).await.map(|()| true)?);
        self.retry_if_early(path.as_str(), None, attempt).await.map_err(not_deleted)
    }

    /// Whether a key exists, by its id: lists lag behind.
    async fn is_there(&self, id: &LiveId) -> Result<bool, Failure> {
        let path = ObjectPath::package_key(id)?;
        self.api.repeats(1);
        match self.retry_if_early(path.as_str(), None, || self.api.get(&path, "id".to_owned())).await {
            Ok(_) => Ok(true),
            Err(Failure::Missing(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    fn uses(&self, slot: &Slot<'_>, Contender { id, value, secret, unusable, .. }: Contender) -> Proof {
        std::iter::once(&value).chain(&secret).for_each(|secret| self.api.masking().hide(secret));
        self.index.learn(&slot.key.change.address, &id);
        Proof::Other { id, value, secret, unusable }
    }

    /// Deletes a key of this run.
    async fn delete(&self, id: &LiveId) -> Result<(), Refusal> {
        let path = ObjectPath::package_key(id)?;
        self.api.repeats(1);
        self.retry_if_early(path.as_str(), None, || self.api.delete(&path)).await.map_err(not_deleted)
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
        let fits = id == *slot.key.id || slot.can_be(&value);
        let unusable = rotation::why_off(&value::attributes(Kind::PackageKey, row, false));
        let (created, secret) = (value::instant(row, "created"), value::shared_secret(row));
        fits.then(|| Contender { created, id, value: Secret::new(value), secret, unusable })
    };
    rows.filter_map(contender).collect()
}

fn not_deleted(failure: Failure) -> Refusal {
    let refusal = Refusal::from(failure);
    unproven(format!("another key is older, and the one of this run could not be deleted: {}", refusal.reason))
}

fn unproven(why: String) -> Refusal {
    let reason = format!("it is unproven that this is the only new key, so its value is not delivered: {why}");
    Refusal::unavailable(reason).help("run again: the next run delivers the key that it finds").unsettled()
}
