//! How the objects of many changes are looked at in the fewest calls: each by its id, all below one parent, or the whole
//! list of their kind. The forecast and the client share this, so that what is forecast is what happens.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::change::Action;
use crate::change::Change;
use crate::model::Address;
use crate::model::Kind;
use crate::model::services::SERVICES;
use crate::model::services::ServiceItem;
use crate::model::services::items_of;

/// The lists of a store.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lists {
    sizes: BTreeMap<Kind, Size>,
    /// Whether the list of packages shows their plans.
    pub shows_plans: bool,
    /// Kinds whose objects are read twice, the second time for their custom attributes.
    pub twice: BTreeSet<Kind>,
    /// The calls that read the services of each plan. `None` if they are in its row, or not read.
    services: Option<BTreeMap<Address, usize>>,
}

/// The length of a list, and of its pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Size {
    total: usize,
    page: usize,
}

/// How the objects of a kind are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Each,
    /// One list for each parent.
    Below,
    /// The list of the kind; for plans, that of the packages.
    Whole,
}

impl Lists {
    pub fn set(&mut self, kind: Kind, total: usize, page: usize) {
        self.sizes.insert(kind, Size { total, page: page.max(1) });
    }

    /// The lists after `more` objects were added and `fewer` removed.
    #[must_use]
    pub fn changed(mut self, kind: Kind, more: usize, fewer: usize) -> Self {
        if let Some(size) = self.sizes.get_mut(&kind) {
            size.total = (size.total + more).saturating_sub(fewer);
        }
        self
    }

    /// The calls for the whole list of a kind. `None` if there is none.
    pub fn calls(&self, kind: Kind) -> Option<usize> {
        let listed = if kind == Kind::Plan { Some(Kind::Package).filter(|_| self.shows_plans)? } else { kind };
        let size = self.sizes.get(&listed)?;
        Some(size.total.div_ceil(size.page).max(1) * self.times(kind))
    }

    /// The calls for lists with as many objects as `counts`, one below each parent. They may have more.
    fn calls_below(&self, kind: Kind, counts: impl IntoIterator<Item = usize>) -> usize {
        let page = self.sizes.get(&kind).map_or(usize::MAX, |size| size.page);
        counts.into_iter().map(|count| count.div_ceil(page)).sum()
    }

    /// The services of a plan are read apart: their list, and the endpoints of each.
    pub fn set_services(&mut self, plan: Address, count: usize) {
        self.services.get_or_insert_default().insert(plan, 1 + count);
    }

    /// What a change does to the services of a plan that are read apart.
    pub fn change_services(&mut self, change: &Change) {
        let Some(services) = self.services.as_mut().filter(|_| change.address.kind() == Kind::Plan) else { return };
        let field = change.fields.iter().find(|field| field.field == SERVICES);
        match (change.action, field) {
            (Action::Delete, _) => drop(services.remove(&change.address)),
            (_, Some(field)) => {
                let items = items_of(field.after.as_ref());
                let count = items.iter().filter(|item| matches!(item, ServiceItem::Service(_))).count();
                services.insert(change.address.clone(), 1 + count);
            }
            (Action::Create, None) => drop(services.insert(change.address.clone(), 1)),
            _ => {}
        }
    }

    /// The calls for the services of the plans that are read one by one, and of all plans of their packages.
    fn calls_for_services(&self, sought: &BTreeSet<&Address>) -> (usize, usize) {
        let Some(services) = &self.services else { return (0, 0) };
        let packages: BTreeSet<String> = sought.iter().map(|plan| plan.first_name()).collect();
        let below = services.iter().filter(|(plan, _)| packages.contains(&plan.first_name()));
        let each = sought.iter().map(|plan| services.get(*plan).copied().unwrap_or(1));
        (each.sum(), below.map(|(_, calls)| calls).sum())
    }

    fn times(&self, kind: Kind) -> usize {
        if self.twice.contains(&kind) { 2 } else { 1 }
    }
}

/// The way for each kind, and how many calls it takes.
pub fn looks<'c>(changes: impl IntoIterator<Item = &'c Change>, lists: &Lists) -> BTreeMap<Kind, (Way, usize)> {
    let mut sought: BTreeMap<Kind, BTreeMap<Option<&Address>, usize>> = BTreeMap::new();
    let mut plans: BTreeSet<&Address> = BTreeSet::new();
    for change in changes {
        plans.extend(Some(&change.address).filter(|address| address.kind() == Kind::Plan));
        let by_parent = sought.entry(change.address.kind()).or_default();
        *by_parent.entry(change.target.parent.as_ref()).or_default() += 1;
    }
    let services = lists.calls_for_services(&plans);
    let alone = sought.iter().map(|(kind, by_parent)| {
        let services = if *kind == Kind::Plan { services } else { (0, 0) };
        (*kind, alone(*kind, by_parent, services, lists))
    });
    let mut ways: BTreeMap<Kind, (Way, usize)> = alone.collect();
    // One list shows both.
    let apart = |kind: &Kind| ways.get(kind).map(|(_, calls)| *calls);
    if let (Some(packages), Some(plans), Some(list)) =
        (apart(&Kind::Package), apart(&Kind::Plan), lists.calls(Kind::Plan))
        && list <= packages + plans
    {
        ways.insert(Kind::Package, (Way::Whole, list));
        ways.insert(Kind::Plan, (Way::Whole, 0));
    }
    ways
}

/// `services` are the calls for what the rows lack: of each, and of all below the same parents.
fn alone(
    kind: Kind,
    by_parent: &BTreeMap<Option<&Address>, usize>,
    services: (usize, usize),
    lists: &Lists,
) -> (Way, usize) {
    let times = lists.times(kind);
    let counts = || by_parent.values().copied();
    let each = (Way::Each, counts().sum::<usize>() * times + services.0);
    let has_parent = matches!(kind, Kind::Application | Kind::Plan | Kind::PackageKey);
    let below = has_parent.then(|| (Way::Below, lists.calls_below(kind, counts()) * times + services.1));
    let whole = lists.calls(kind).map(|calls| (Way::Whole, calls));
    // Of equal ones, the way that reads least.
    let ways = std::iter::once(each).chain(below).chain(whole);
    ways.min_by_key(|(_, calls)| *calls).unwrap_or(each)
}

/// The calls of one look at the keys of each application in which this run has created as many keys as `counts`.
pub fn proof(counts: impl IntoIterator<Item = usize>, lists: &Lists) -> (Way, usize) {
    let below = lists.calls_below(Kind::PackageKey, counts);
    match lists.calls(Kind::PackageKey) {
        Some(calls) if calls < below => (Way::Whole, calls),
        _ => (Way::Below, below),
    }
}

/// The lists after all `changes`.
pub(super) fn after<'c>(changes: impl IntoIterator<Item = &'c Change>, lists: &Lists) -> Lists {
    changes.into_iter().fold(lists.clone(), |mut lists, change| {
        lists.change_services(change);
        match change.action {
            Action::Create => lists.changed(change.address.kind(), 1, 0),
            Action::Delete => lists.changed(change.address.kind(), 0, 1),
            _ => lists,
        }
    })
}
