//! A user whom an earlier run deleted. The store refuses the name for good, unless it was made anew, as a sandbox is.

use crate::matching::Matching;
use crate::model::Kind;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::consent::at;
use crate::plan::demand::Demand;
use crate::plan::option::option;
use crate::rules;

/// CAM-048.
pub(super) fn demands(changes: &[(usize, &Change)], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Demand> {
    let demand = |&(index, change): &(usize, &Change)| {
        let address = &change.address;
        let is_new = change.action == Action::Create && address.kind() == Kind::User;
        if !is_new || matching.found.contains_key(address) || !context.remembered.deleted.includes(address) {
            return None;
        }
        let message = format!("{address} was deleted by a run, and a deleted username can never be used again");
        let help = format!(
            "declare the user with another name; if the store was made anew since, as a sandbox is, allow it with {}",
            option(address)
        );
        let finding = at(rules::CAM_048.finding(message), change, context).help(help);
        Some(Demand { index, finding, lifted_by: vec![address.clone()] })
    };
    changes.iter().filter_map(demand).collect()
}
