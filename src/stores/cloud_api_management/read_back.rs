//! The verification after the writes: the store may not hold what the API answered.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;

use super::CloudApiManagement;
use super::fields;
use super::write::address_of;
use crate::diff;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::plan::Change;
use crate::plan::forecast;
use crate::store::Altered;
use crate::store::ReadBack;
use crate::store::Refusal;

/// How long the API may still answer with the state before the writes.
const SETTLED: Duration = Duration::from_millis(500);

impl CloudApiManagement {
    /// Reads the objects of `changes` one by one, or whole lists if that takes fewer calls. Objects that differ are
    /// read once more, because answers can lag behind. A missing object is skipped: the next plan will report it.
    pub(super) async fn read_back_all(&self, changes: &[&Change]) -> ReadBack {
        let ids = changes.iter().filter_map(|change| Some((*change, self.id_of(change)?)));
        let written: Vec<(&Change, LiveId)> = ids.collect();
        let lists = forecast::verification_calls(changes.iter().copied(), &self.tariff());
        let first = if lists > 0 && lists < written.len() {
            self.read_back_lists(&written).await
        } else {
            self.read_back_each(&written).await
        };
        if first.altered.is_empty() {
            return first;
        }
        tokio::time::sleep(SETTLED).await;
        let differing: BTreeSet<&Address> = first.altered.iter().map(|(address, _)| address).collect();
        let doubtful: Vec<_> = written.into_iter().filter(|(change, _)| differing.contains(&change.address)).collect();
        let second = self.read_back_each(&doubtful).await;
        ReadBack { altered: second.altered, refusal: first.refusal.or(second.refusal) }
    }

    async fn read_back_lists(&self, written: &[(&Change, LiveId)]) -> ReadBack {
        let query = self.index.with(|index| index.query.clone());
        let mut live = match self.snapshot(&query).await {
            Ok(live) => live,
            Err(refusal) => return ReadBack { refusal: Some(refusal), ..ReadBack::default() },
        };
        let objects = Kind::ALL.into_iter().flat_map(|kind| live.give(kind));
        let by_id: HashMap<LiveId, LiveObject> = objects.map(|object| (object.id.clone(), object)).collect();
        let seen = written.iter().filter_map(|(change, id)| altered_fields(change, by_id.get(id)?));
        ReadBack { altered: seen.collect(), refusal: None }
    }

    async fn read_back_each(&self, written: &[(&Change, LiveId)]) -> ReadBack {
        let reads = written.iter().map(|(change, id)| async move {
            let object = self.read_one(change, id).await?;
            Ok::<_, Refusal>(object.and_then(|object| altered_fields(change, &object)))
        });
        let mut seen = ReadBack::default();
        for read in join_all(reads).await {
            match read {
                Ok(altered) => seen.altered.extend(altered),
                Err(refusal) => seen.refusal = seen.refusal.or(Some(refusal)),
            }
        }
        seen
    }

    fn id_of(&self, change: &Change) -> Option<LiveId> {
        let created = || self.index.id(&address_of(change)).ok();
        match (change.live_id(), change.action) {
            (Some(id), action) if action != crate::plan::Action::Replace => Some(id.clone()),
            _ => created(),
        }
    }
}

/// The fields of a change whose value in the object differs; `None` if there are none.
fn altered_fields(change: &Change, object: &LiveObject) -> Option<(Address, Vec<Altered>)> {
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
    (!altered.is_empty()).then(|| (change.address.clone(), altered))
}
