//! What an object of the store hangs on: it cannot exist without them.

use super::Action;
use super::draft::Draft;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::model::Value;

/// The kinds of the objects that an object of a kind belongs to.
pub(super) const fn kinds_above(kind: Kind) -> &'static [Kind] {
    match kind {
        Kind::Application => &[Kind::User],
        Kind::Plan => &[Kind::Package],
        Kind::PackageKey => &[Kind::Application, Kind::Package, Kind::Plan],
        Kind::User | Kind::Package | Kind::ApiKey => &[],
    }
}

/// The objects that a row needs, under their names in the store and in the manifests.
pub(super) fn holders_of_row(row: &OddRow, matching: &Matching<'_>) -> Vec<Address> {
    let package = row.parent(Kind::Package).map(|package| matching.translated(package));
    let plan = row.parent(Kind::Plan).map(|plan| Address::below(Kind::Plan, package.as_ref(), &plan.name()));
    row.parents.iter().map(|parent| matching.translated(parent)).chain(plan).collect()
}

/// The objects that `live` needs to exist, by their addresses in the manifests. `change` is the change of a key.
pub(super) fn holders(live: &LiveObject, matching: &Matching<'_>, change: Option<&Draft>) -> Vec<Address> {
    let mut holders: Vec<Address> = matching.parent_of(live).into_iter().collect();
    let Some(key) = &live.key else { return holders };
    let mut package = matching.translated(&key.package);
    let mut plan = live.attributes.text("plan");
    if let Some(draft) = change {
        if draft.action == Action::Replace {
            holders.clone_from(&draft.target.parent.iter().cloned().collect());
        }
        package = draft.target.key.as_ref().map_or(package, |key| key.package.clone());
        plan = draft.change.after("plan").and_then(Value::as_text).or(plan);
    }
    holders.extend(plan.map(|plan| Address::below(Kind::Plan, Some(&package), plan)));
    holders.push(package);
    holders
}
