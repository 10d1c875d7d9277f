//! Keys that are in use and lost their manifest, when another manifest gets a new key in their place. It may be the same key
//! with another name and another prefix. From then on the old keys count as those of that manifest, so they stay until their
//! callers have its value (KW-128).

use std::collections::BTreeMap;

use super::Experience;
use crate::model::Address;
use crate::model::FingerprintKey;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::plan::Change;
use crate::plan::Remembered;
use crate::plan::ValueFrom;
use crate::plan::known::Known;

/// The old keys, with what is to be known about them.
pub(super) fn replaced<'a>(
    seen: &Experience<'a>,
    remembered: &Remembered,
    key: &FingerprintKey,
) -> Vec<(&'a LiveId, Known)> {
    let created = seen.created.keys().filter_map(|index| seen.changes.get(*index));
    let new: BTreeMap<(&Address, &Address), &Change> =
        created.filter_map(|change| Some((slot(change)?, change))).collect();
    if new.is_empty() {
        return Vec::new();
    }
    let replaced = |live: &'a LiveObject| {
        let change = new.get(&(live.parent.as_ref()?, &live.key.as_ref()?.package))?;
        // A protected key keeps the name that its consent has.
        let known =
            remembered.objects.of(live, Some(key)).filter(|known| known.fits(live, Some(key)) && !known.protect)?;
        let is_left =
            Address::parse(&known.address).is_some_and(|address| seen.desired.manifest_of(&address).is_none());
        let is_declared = || seen.declared.iter().any(|sighting| sighting.id == live.id);
        let is_in_use = live.attributes.text("settings.status") != Some("disabled");
        (is_left && is_in_use && !is_declared())
            .then(|| (&live.id, Known { address: change.address.to_string().into(), run: seen.run, ..known.clone() }))
    };
    seen.live.of(Kind::PackageKey).iter().filter_map(replaced).collect()
}

/// The application and the package of a generated key that is no later generation of another one.
fn slot(change: &Change) -> Option<(&Address, &Address)> {
    let key = change.target.key.as_ref().filter(|key| key.follows.is_none() && key.value != ValueFrom::Given)?;
    Some((change.target.parent.as_ref()?, &key.package))
}
