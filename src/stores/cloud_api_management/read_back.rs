//! One more look after the writes: what the API answered may not be what it holds.

use std::collections::HashMap;

use futures_util::future::try_join_all;

use super::CloudApiManagement;
use super::fields;
use super::write::address_of;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::plan::Change;
use crate::store::Altered;
use crate::store::Refusal;

impl CloudApiManagement {
    /// Looks at the objects of `changes` one by one, or at whole lists where that takes fewer calls. An object that is
    /// not seen is passed over: lists may be late, and the next plan will miss it.
    pub(super) async fn read_back_all(&self, changes: &[&Change]) -> Result<Vec<(Address, Vec<Altered>)>, Refusal> {
        let ids = changes.iter().filter_map(|change| Some((*change, self.id_of(change)?)));
        let written: Vec<(&Change, LiveId)> = ids.collect();
        let (query, snapshot_calls) = self.known.with(|index| (index.query.clone(), index.snapshot_calls));
        if snapshot_calls > 0 && snapshot_calls < written.len() {
            let mut live = self.snapshot(&query).await?;
            let objects = Kind::ALL.into_iter().flat_map(|kind| live.give(kind));
            let by_id: HashMap<LiveId, LiveObject> = objects.map(|object| (object.id.clone(), object)).collect();
            let seen = written.iter().filter_map(|(change, id)| Some((*change, by_id.get(id)?)));
            return Ok(seen.map(|(change, object)| (change.address.clone(), otherwise(change, object))).collect());
        }
        let looks = written.iter().map(|(change, id)| async move {
            let object = self.look_at(change, id).await?;
            Ok::<_, Refusal>(object.map(|object| (change.address.clone(), otherwise(change, &object))))
        });
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    fn id_of(&self, change: &Change) -> Option<LiveId> {
        let made = || self.known.id(&address_of(change)).ok();
        match (&change.target.live, change.action) {
            (Some(live), action) if action != crate::plan::Action::Replace => Some(live.id.clone()),
            _ => made(),
        }
    }
}

/// The fields of a change that the object holds otherwise.
fn otherwise(change: &Change, object: &LiveObject) -> Vec<Altered> {
    let is_ours = |name: &str| fields::of(change.address.kind()).iter().any(|field| field.name == name);
    let held = |name: &str| object.attributes.get(name).filter(|value| !value.is_empty());
    let differs = |wanted: Option<&Value>, name: &str| wanted.filter(|value| !value.is_empty()) != held(name);
    let fields = change.fields.iter().filter(|field| is_ours(&field.field));
    fields
        .filter(|field| differs(field.after.as_ref(), &field.field))
        .map(|field| Altered {
            field: field.field.clone(),
            wanted: field.after.clone(),
            held: held(&field.field).cloned(),
        })
        .collect()
}
