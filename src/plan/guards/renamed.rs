//! A rename away from a name that another manifest declares. If somebody deleted the renamed object afterwards, the object
//! that now has the former name looks like the one that is still to be renamed.

use crate::matching::Matching;
use crate::model::Kind;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::consent::at;
use crate::plan::demand::Demand;
use crate::plan::known::trace_of;
use crate::plan::option::option;
use crate::rules;

/// KW-148.
pub(super) fn demands(changes: &[(usize, &Change)], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Demand> {
    let demand = |&(index, change): &(usize, &Change)| {
        let is_rename = change.address.kind() != Kind::PackageKey && change.after("name").is_some();
        let live = matching.found.get(&change.address).filter(|_| is_rename)?.live;
        let declared = context.desired.get(&change.address)?;
        let former = declared.previously.iter().find(|former| context.desired.get(&former.address).is_some())?;
        if *live.name != *former.address.name() || is_known_to_be_due(change, live, context) {
            return None;
        }
        let message = format!(
            "{} would be renamed from {}, which is declared too, and the workspace database does not show that this is \
             still to be done",
            change.address, former.address
        );
        let help = format!("see in the store which object is which; then allow it with {}", option(&change.address));
        let finding = at(rules::KW_148.finding(message), change, context).help(help);
        Some(Demand { index, finding, lifted_by: vec![change.address.clone()] })
    };
    changes.iter().filter_map(demand).collect()
}

/// Whether the database knows the object under its former name, and never knew another one under the new name.
fn is_known_to_be_due(change: &Change, live: &crate::model::LiveObject, context: &Context<'_>) -> bool {
    let key = context.remembered.key.as_ref();
    let (objects, kind) = (&context.remembered.objects, change.address.kind());
    let is_former = objects.of(live, key).is_some_and(|known| *known.address != *change.address.to_string());
    let trace = trace_of(kind, &live.id, key);
    let new = change.address.to_string();
    let mut others = objects.iter().filter(|(other, theirs, _)| *other == kind && Some(*theirs) != trace.as_deref());
    is_former && !others.any(|(_, _, known)| *known.address == *new)
}
