//! What is held back together: what depends on a change that is held back, and the children of an object that stays.

use std::collections::BTreeMap;

use crate::model::Address;
use crate::plan::Action;
use crate::plan::Held;
use crate::plan::Need;
use crate::plan::Plan;

/// The changes in `asked`, those that need one of them, and the deletes of children whose parent stays: nothing is taken
/// apart that is not removed as a whole.
pub(super) fn with_dependents(plan: &Plan, asked: &BTreeMap<usize, Vec<Need>>) -> BTreeMap<usize, Held> {
    let mut held: BTreeMap<usize, Held> =
        asked.iter().map(|(index, needs)| (*index, Held::Asks(needs.clone()))).collect();
    let mut parents: Vec<(usize, usize)> =
        asked.keys().filter(|index| deletes(plan, **index)).map(|index| (*index, *index)).collect();
    while let Some((root, parent)) = parents.pop() {
        for child in children(plan, parent) {
            held.entry(child).or_insert_with(|| Held::Waits(plan.changes[root].address.clone()));
            parents.push((root, child));
        }
    }
    // What a change needs comes before it, so one pass is enough.
    for (index, change) in plan.changes.iter().enumerate() {
        let root = change.needs.iter().find_map(|need| Some(root(plan, *need, held.get(need)?)));
        if let Some(root) = root {
            held.entry(index).or_insert(Held::Waits(root));
        }
    }
    held
}

/// The object whose change needs consent.
fn root(plan: &Plan, index: usize, held: &Held) -> Address {
    match held {
        Held::Waits(root) => root.clone(),
        Held::Asks(_) => plan.changes[index].address.clone(),
    }
}

fn deletes(plan: &Plan, index: usize) -> bool {
    plan.changes.get(index).is_some_and(|change| change.action == Action::Delete)
}

/// The deletes of the children of an object.
fn children(plan: &Plan, parent: usize) -> impl Iterator<Item = usize> {
    let address = &plan.changes[parent].address;
    let below = move |index: &usize| plan.changes[*index].target.parent.as_ref() == Some(address);
    plan.changes[parent].needs.iter().copied().filter(|index| deletes(plan, *index)).filter(below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Change;
    use crate::plan::Target;

    fn change(action: Action, address: Address, parent: Option<Address>, needs: Vec<usize>) -> Change {
        let target = Target { name: "".into(), parent, live: None, key: None };
        Change { address, action, fields: Vec::new(), reason: String::new(), place: None, needs, target }
    }

    fn held(plan: &Plan, asked: &[usize]) -> Vec<(usize, String)> {
        let need = Need { rule: "KW-104".into(), help: "allow it".into() };
        let asked = asked.iter().map(|index| (*index, vec![need.clone()])).collect();
        with_dependents(plan, &asked).into_iter().map(|(index, held)| (index, held.to_string())).collect()
    }

    fn shown(index: usize, text: &str) -> (usize, String) {
        (index, text.to_owned())
    }

    #[test]
    fn dependents_wait_for_the_object_that_needs_consent() {
        let (user, application) = (Address::user("ann"), Address::application("ann", "shop"));
        let changes = vec![
            change(Action::Enable, user.clone(), None, vec![]),
            change(Action::Create, application.clone(), Some(user), vec![0]),
            change(Action::Create, Address::key("k"), Some(application), vec![1]),
            change(Action::Create, Address::package("p"), None, vec![]),
        ];
        let plan = Plan { changes, ..Plan::default() };
        let waits = "waits for user/ann";
        assert_eq!(held(&plan, &[0]), [shown(0, "KW-104: allow it"), shown(1, waits), shown(2, waits)]);
        assert_eq!(held(&plan, &[3]), [shown(3, "KW-104: allow it")]);
        assert!(held(&plan, &[]).is_empty());
    }

    #[test]
    fn a_tree_goes_as_a_whole_or_stays() {
        let (user, application) = (Address::user("ann"), Address::application("ann", "shop"));
        let changes = vec![
            change(Action::Delete, Address::key("one"), Some(application.clone()), vec![]),
            change(Action::Delete, Address::key("two"), Some(application.clone()), vec![]),
            change(Action::Delete, application, Some(user.clone()), vec![0, 1]),
            change(Action::Delete, user, None, vec![2]),
        ];
        let plan = Plan { changes, ..Plan::default() };
        let waits = "waits for user/ann";
        let expected = [shown(0, waits), shown(1, waits), shown(2, waits), shown(3, "KW-104: allow it")];
        assert_eq!(held(&plan, &[3]), expected);
        // A child that stays keeps its parents, and says nothing about its siblings.
        let waits = "waits for key/one";
        assert_eq!(held(&plan, &[0]), [shown(0, "KW-104: allow it"), shown(2, waits), shown(3, waits)]);
    }
}
