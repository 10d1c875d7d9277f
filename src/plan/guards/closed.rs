//! CAM-080: a package plan that closes a service or an endpoint to its active keys.

use super::callers::Callers;
use super::narrowed::used_by;
use crate::model::Kind;
use crate::model::services::SERVICES;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::consent::at;
use crate::plan::demand::Demand;
use crate::plan::option::option;
use crate::plan::services;
use crate::rules;
use crate::text::and_more;

/// Services and endpoints in a message.
const NAMED: usize = 5;

pub(super) fn demands(changes: &[(usize, &Change)], callers: &Callers<'_>, context: &Context<'_>) -> Vec<Demand> {
    let of_plan = |(_, change): &&(usize, &Change)| {
        let is_update = matches!(change.action, Action::Update | Action::Enable | Action::Disable);
        change.address.kind() == Kind::Plan && is_update
    };
    let demand = |&(index, change): &(usize, &Change)| {
        let field = change.fields.iter().find(|field| field.field == SERVICES)?;
        let closed = services::closed(field.before.as_ref(), field.after.as_ref());
        let keys = callers.of_plan(&change.address).len();
        if closed.is_empty() || (keys == 0 && !context.live.lacks_keys) {
            return None;
        }
        let (what, keys) = (and_more(&closed, NAMED, ", "), used_by(keys));
        let message = format!("{} would no longer open {what}; {keys}", change.address);
        let help = format!("warn the callers, then allow it with {}", option(&change.address));
        let finding = at(rules::CAM_080.finding(message), change, context).help(help);
        Some(Demand { index, finding, lifted_by: vec![change.address.clone()] })
    };
    changes.iter().filter(of_plan).filter_map(demand).collect()
}
