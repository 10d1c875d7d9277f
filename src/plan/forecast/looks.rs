//! How the objects of many changes are looked at in the fewest calls: each by its id, all below one parent, or the whole
//! list of their kind. The forecast and the client share this, so that what is forecast is what happens.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::change::Action;
use crate::change::Change;
use crate::model::Address;
use crate::model::Kind;

/// The lists of a store.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lists {
    sizes: BTreeMap<Kind, Size>,
    /// Whether the list of packages shows their plans.
    pub shows_plans: bool,
    /// Kinds whose objects are read twice, the second time for their custom attributes.
    pub twice: BTreeSet<Kind>,
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

    fn times(&self, kind: Kind) -> usize {
        if self.twice.contains(&kind) { 2 } else { 1 }
    }
}

/// The way for each kind, and how many calls it takes.
pub fn looks<'c>(changes: impl IntoIterator<Item = &'c Change>, lists: &Lists) -> BTreeMap<Kind, (Way, usize)> {
    let mut sought: BTreeMap<Kind, BTreeMap<Option<&Address>, usize>> = BTreeMap::new();
    for change in changes {
        let by_parent = sought.entry(change.address.kind()).or_default();
        *by_parent.entry(change.target.parent.as_ref()).or_default() += 1;
    }
    let alone = sought.iter().map(|(kind, by_parent)| (*kind, alone(*kind, by_parent, lists)));
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

fn alone(kind: Kind, by_parent: &BTreeMap<Option<&Address>, usize>, lists: &Lists) -> (Way, usize) {
    let times = lists.times(kind);
    let counts = || by_parent.values().copied();
    let each = (Way::Each, counts().sum::<usize>() * times);
    let has_parent = matches!(kind, Kind::Application | Kind::Plan | Kind::PackageKey);
    let below = has_parent.then(|| (Way::Below, lists.calls_below(kind, counts()) * times));
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
    changes.into_iter().fold(lists.clone(), |lists, change| match change.action {
        Action::Create => lists.changed(change.address.kind(), 1, 0),
        Action::Delete => lists.changed(change.address.kind(), 0, 1),
        _ => lists,
    })
}
