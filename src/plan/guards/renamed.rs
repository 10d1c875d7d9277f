//! A rename away from a name that another manifest declares. If somebody deleted the renamed object afterwards, the object
//! that now has the former name looks like the one that is still to be renamed. So does one that another hand made under a
//! former name that was left in the manifest.

use crate::matching::Matching;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::desired::Reference;
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
        let is_former = |former: &&Reference| *live.name == *former.address.name();
        let is_declared = |former: &&Reference| context.desired.get(&former.address).is_some();
        let message = match declared.previously.iter().filter(is_former).find(is_declared) {
            Some(_) if is_known_to_be_due(change, live, context) => return None,
            Some(former) => format!(
                "{} would be renamed from {}, which is declared too, and the workspace database does not show that this \
                 is still to be done",
                change.address, former.address
            ),
            None if is_new_to_memory(change, live, context) => format!(
                "{} would be renamed from {}, but the workspace database knows another object under the new name, and \
                 not this one",
                change.address,
                declared.previously.iter().find(is_former)?.address
            ),
            None => return None,
        };
        let help = format!("see in the store which object is which; then allow it with {}", option(&change.address));
        let finding = at(rules::KW_148.finding(message), change, context).help(help);
        Some(Demand { index, finding, lifted_by: vec![change.address.clone()] })
    };
    changes.iter().filter_map(demand).collect()
}

/// Whether the database knows the object under its former name, and never knew another one under the new name.
fn is_known_to_be_due(change: &Change, live: &LiveObject, context: &Context<'_>) -> bool {
    let remembered = context.remembered;
    let known = remembered.objects.of(live, remembered.key.as_ref());
    let is_former = known.is_some_and(|known| !change.address.is_written(&known.address));
    is_former && !has_known_another(change, live, context)
}

/// Whether the database knows an object under the new name, and not the one that has the former name.
fn is_new_to_memory(change: &Change, live: &LiveObject, context: &Context<'_>) -> bool {
    let remembered = context.remembered;
    let known = remembered.objects.of(live, remembered.key.as_ref());
    let is_due = known.is_some_and(|known| !change.address.is_written(&known.address));
    !is_due && has_known_another(change, live, context)
}

/// Whether the database knows another object under the new name.
fn has_known_another(change: &Change, live: &LiveObject, context: &Context<'_>) -> bool {
    let (objects, kind) = (&context.remembered.objects, change.address.kind());
    let trace = trace_of(kind, &live.id, context.remembered.key.as_ref());
    let new = change.address.to_string();
    let mut others = objects.iter().filter(|(other, theirs, _)| *other == kind && Some(*theirs) != trace.as_deref());
    others.any(|(_, _, known)| *known.address == *new)
}
