//! The verification after the writes: the store may not hold what the API answered.

use std::time::Duration;

use super::CloudApiManagement;
use super::fields;
use super::look::Look;
use super::look::Purpose;
use super::look::Sought;
use super::write::address_of;
use crate::diff;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::plan::Change;
use crate::store::Altered;
use crate::store::Found;
use crate::store::Refusal;

/// How long the API may still answer with the state before the writes.
const SETTLED: Duration = Duration::from_millis(500);

/// Whether another look can lead to another result.
fn is_doubtful(change: &Change, look: &Look) -> bool {
    match look {
        Look::Found(object) => !found(change, object).altered.is_empty(),
        Look::Odd | Look::NotShown => true,
        Look::Failed(_) => false,
    }
}

fn result(change: &Change, look: Look) -> Result<Found, Refusal> {
    match look {
        Look::Found(object) => Ok(found(change, &object)),
        Look::Odd | Look::NotShown => {
            let reason = "the store confirmed the change, but does not show the object";
            Err(Refusal::unavailable(reason).help("check the object in the store before you apply again"))
        }
        Look::Failed(refusal) => Err(refusal),
    }
}

impl CloudApiManagement {
    /// Reads the objects of `changes` in the fewest calls. Objects that differ or are not shown are read once more, because
    /// answers can lag behind.
    pub(super) async fn read_back_all(&self, changes: &[&Change]) -> Vec<Result<Found, Refusal>> {
        let ids: Vec<Option<LiveId>> = changes.iter().map(|change| self.id_of(change)).collect();
        let sought = changes.iter().zip(&ids).filter_map(|(change, id)| Some(Sought { change, id: id.as_ref()? }));
        let sought: Vec<Sought<'_>> = sought.collect();
        let mut looks = match self.look_at(&sought, &self.index.lists_now(), Purpose::Verification).await {
            Ok(looks) => looks,
            Err(refusal) => sought.iter().map(|_| Look::Failed(refusal.clone())).collect(),
        };
        let doubtful = sought.iter().zip(&looks).filter(|(one, look)| is_doubtful(one.change, look));
        let doubtful: Vec<Sought<'_>> = doubtful.map(|(one, _)| *one).collect();
        if !doubtful.is_empty() {
            tokio::time::sleep(SETTLED).await;
            self.api.repeats(doubtful.len());
            let mut again = self.look_at_each(&doubtful, Purpose::Verification).await.unwrap_or_default();
            for (one, look) in sought.iter().zip(&mut looks) {
                *look = again.remove(one.id).unwrap_or_else(|| std::mem::replace(look, Look::NotShown));
            }
        }
        let mut looks = looks.into_iter();
        let of = |(change, id): (&&Change, Option<LiveId>)| {
            let look = id.and_then(|_| looks.next()).unwrap_or(Look::NotShown);
            result(change, look)
        };
        changes.iter().zip(ids.clone()).map(of).collect()
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
