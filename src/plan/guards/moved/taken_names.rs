//! An object whose name in the store is by now that of another manifest: a person gave it the name that another object had.
//! Its own manifest finds nothing, and would create it again.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::matching::Matching;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::demand::Demand;
use crate::plan::displaced::was_renamed;
use crate::plan::option::option;
use crate::plan::removal::Removals;
use crate::rules;

/// The objects with the names of other manifests, by the address under which the database knows them.
pub(super) type TakenNames<'c> = BTreeMap<String, &'c LiveObject>;

pub(super) fn taken_names<'c>(created: &[&Declared], context: &Context<'_>, matching: &Matching<'c>) -> TakenNames<'c> {
    let named = created.iter().map(|declared| declared.address.kind()).filter(|kind| *kind != Kind::PackageKey);
    let kinds: BTreeSet<Kind> = named.collect();
    let remembered = context.remembered;
    if !kinds.iter().any(|kind| remembered.objects.has(*kind)) {
        return TakenNames::new();
    }
    let found = matching.found.iter().filter(|(now, _)| kinds.contains(&now.kind()));
    let taken = found.filter_map(|(now, found)| {
        let known = remembered.objects.of(found.live, remembered.key.as_ref())?;
        let former = known.former(now)?;
        let is_taken = context.desired.get(now).is_some_and(|declared| !was_renamed(&former, declared, context));
        is_taken.then(|| (known.address.to_string(), found.live))
    });
    taken.collect()
}

/// KW-145: what `--prune` deletes because another hand gave it another name, while its manifest waits for it.
pub(super) fn pruned(
    changes: &[&(usize, &Change)],
    removals: &Removals<'_>,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Demand> {
    let remembered = context.remembered;
    let goes = |change: &Change| change.action == Action::Delete && change.address.kind() != Kind::PackageKey;
    let going = changes.iter().filter(|(_, change)| goes(change) && !removals.makes(change));
    let going: BTreeMap<(Kind, &LiveId), (usize, &Change)> = going
        .filter_map(|(index, change)| Some(((change.address.kind(), change.live_id()?), (*index, *change))))
        .collect();
    if going.is_empty() || remembered.objects.is_empty() {
        return Vec::new();
    }
    let missing = context.desired.objects.values().filter(|declared| !matching.found.contains_key(&declared.address));
    let names = missing.flat_map(|declared| {
        let former = declared.previously.iter().map(|former| &former.address);
        std::iter::once(&declared.address).chain(former).map(move |name| (name.to_string(), declared))
    });
    let names: BTreeMap<String, &Declared> = names.collect();
    let demand = |live: &&LiveObject| {
        let (index, change) = *going.get(&(live.address.kind(), &live.id))?;
        let known = remembered.objects.of(live, remembered.key.as_ref())?;
        let declared = names.get(&*known.address).filter(|it| it.address.kind() == live.address.kind())?;
        let message = format!(
            "{} would be deleted, but it is the object of {}, with another name",
            change.address, declared.address
        );
        let help = format!(
            "find out who renamed it, then change the manifest to {}; or allow it with {}",
            live.address,
            option(&change.address)
        );
        let finding = rules::KW_145.finding(message).at(declared.place).help(help);
        Some(Demand { index, finding, lifted_by: vec![change.address.clone()] })
    };
    matching.unmatched.iter().filter_map(demand).collect()
}
