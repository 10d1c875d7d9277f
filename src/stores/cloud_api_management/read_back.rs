//! The verification after the writes: the store may not hold what the API answered.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;

use super::CloudApiManagement;
use super::fields;
use super::write::address_of;
use crate::diff;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::plan::Change;
use crate::plan::forecast;
use crate::store::Altered;
use crate::store::Found;
use crate::store::Refusal;

/// How long the API may still answer with the state before the writes.
const SETTLED: Duration = Duration::from_millis(500);

/// What one look at an object found.
enum Look {
    Found(Found),
    /// The answer has no such object, or not yet.
    NotShown,
    Failed(Refusal),
}

impl Look {
    fn of(change: &Change, object: Option<&LiveObject>) -> Self {
        object.map_or(Self::NotShown, |object| Self::Found(found(change, object)))
    }

    /// Whether another look can lead to another result.
    fn is_doubtful(&self) -> bool {
        match self {
            Self::Found(found) => !found.altered.is_empty(),
            Self::NotShown => true,
            Self::Failed(_) => false,
        }
    }

    fn result(self) -> Result<Found, Refusal> {
        match self {
            Self::Found(found) => Ok(found),
            Self::NotShown => {
                let reason = "the store confirmed the change, but does not show the object";
                Err(Refusal::unavailable(reason).help("check the object in the store before you apply again"))
            }
            Self::Failed(refusal) => Err(refusal),
        }
    }
}

impl CloudApiManagement {
    /// Reads the objects of `changes` one by one, or whole lists if that takes fewer calls. Objects that differ or are
    /// not shown are read once more, because answers can lag behind.
    pub(super) async fn read_back_all(&self, changes: &[&Change]) -> Vec<Result<Found, Refusal>> {
        let written: Vec<(&Change, Option<LiveId>)> =
            changes.iter().map(|change| (*change, self.id_of(change))).collect();
        let lists = forecast::verification_calls(changes.iter().copied(), &self.tariff());
        let mut looks = if lists > 0 && lists < written.len() {
            self.look_at_lists(&written).await
        } else {
            self.look_at_each(written.iter().map(|(change, id)| (*change, id.as_ref()))).await
        };
        let doubtful: Vec<usize> = (0..looks.len()).filter(|index| looks[*index].is_doubtful()).collect();
        if !doubtful.is_empty() {
            tokio::time::sleep(SETTLED).await;
            let again = doubtful.iter().map(|index| (written[*index].0, written[*index].1.as_ref()));
            let second = self.look_at_each(again).await;
            doubtful.into_iter().zip(second).for_each(|(index, look)| looks[index] = look);
        }
        looks.into_iter().map(Look::result).collect()
    }

    async fn look_at_lists(&self, written: &[(&Change, Option<LiveId>)]) -> Vec<Look> {
        let query = self.index.with(|index| index.query.clone());
        let mut live = match self.snapshot(&query).await {
            Ok(live) => live,
            Err(refusal) => return written.iter().map(|_| Look::Failed(refusal.clone())).collect(),
        };
        let objects = Kind::ALL.into_iter().flat_map(|kind| live.give(kind));
        let by_id: HashMap<LiveId, LiveObject> = objects.map(|object| (object.id.clone(), object)).collect();
        written.iter().map(|(change, id)| Look::of(change, id.as_ref().and_then(|id| by_id.get(id)))).collect()
    }

    async fn look_at_each<'c>(&self, written: impl Iterator<Item = (&'c Change, Option<&'c LiveId>)>) -> Vec<Look> {
        let looks = written.map(|(change, id)| async move {
            let Some(id) = id else { return Look::NotShown };
            match self.try_read_one(change, id).await {
                Ok(object) => Look::of(change, object.as_ref()),
                Err(failure) => Look::Failed(failure.into()),
            }
        });
        join_all(looks).await
    }

    fn id_of(&self, change: &Change) -> Option<LiveId> {
        let created = || self.index.id(&address_of(change)).ok();
        match (change.live_id(), change.action) {
            (Some(id), action) if action != crate::plan::Action::Replace => Some(id.clone()),
            _ => created(),
        }
    }
}

/// The fields of a change whose value in the object differs, and the value of a key.
fn found(change: &Change, object: &LiveObject) -> Found {
    let is_ours = |name: &str| fields::of(change.address.kind()).iter().any(|field| field.name == name);
    let held = |name: &str| object.attributes.get(name).filter(|value| !value.is_empty());
    let differs = |wanted: Option<&Value>, name: &str| match (wanted.filter(|value| !value.is_empty()), held(name)) {
        (Some(wanted), Some(held)) => !diff::is_same(name, wanted, held),
        (wanted, held) => wanted != held,
    };
    let fields = change.fields.iter().filter(|field| is_ours(&field.field));
    let altered: Vec<Altered> = fields
        .filter(|field| differs(field.after.as_ref(), &field.field))
        .map(|field| Altered {
            field: field.field.clone(),
            wanted: field.after.clone(),
            held: held(&field.field).cloned(),
        })
        .collect();
    Found { altered, value: object.key.as_ref().map(|key| key.value.clone()) }
}
