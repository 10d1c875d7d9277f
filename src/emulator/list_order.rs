//! The objects of a list in order. The order is kept between pages, so a long list is filtered and sorted once.

use std::rc::Rc;

use super::list::Query;
use super::mirror::Id;
use super::mirror::Mirror;
use super::quirks::Quirk;
use super::view::View;
use crate::model::Kind;

/// The last list that was filtered and sorted.
#[derive(Default)]
pub(super) struct Orders {
    last: Option<(Wanted, Rc<[Id]>)>,
    /// How many lists had no order from the caller (see quirk `unstable-order`).
    pub(super) unsorted: usize,
}

#[derive(PartialEq, Eq)]
struct Wanted {
    version: u64,
    kind: Kind,
    parent: Option<Box<str>>,
    filters: Vec<(String, String)>,
    sort: Vec<(String, bool)>,
}

impl Orders {
    pub(super) fn known(&self, mirror: &Mirror, kind: Kind, parent: Option<&str>, query: &Query) -> Option<Rc<[Id]>> {
        let wanted = wanted(mirror, kind, parent, query);
        self.last.as_ref().filter(|(last, _)| *last == wanted).map(|(_, ids)| ids.clone())
    }

    pub(super) fn remember(&mut self, mirror: &Mirror, kind: Kind, parent: Option<&str>, query: &Query, ids: Rc<[Id]>) {
        self.last = Some((wanted(mirror, kind, parent, query), ids));
    }
}

fn wanted(mirror: &Mirror, kind: Kind, parent: Option<&str>, query: &Query) -> Wanted {
    let (filters, sort) = (query.filters.clone(), query.sort.clone());
    Wanted { version: mirror.version(), kind, parent: parent.map(Into::into), filters, sort }
}

/// Filters and sorts. Objects with equal sort keys are ordered by id.
pub(super) fn ordered(view: &View<'_>, kind: Kind, parent: Option<&str>, query: &Query) -> Rc<[Id]> {
    let folds = view.quirks.has(Quirk::CaseFolding);
    let meets = |row: &&super::mirror::Row| query.meets(folds, |path| view.path(kind, row, path));
    let rows: Vec<_> = match parent {
        Some(parent) => view.mirror.below(kind, parent).filter(meets).collect(),
        None => view.mirror.all(kind).filter(meets).collect(),
    };
    if query.sort.is_empty() {
        return rows.into_iter().map(|row| row.id.clone()).collect();
    }
    let mut keyed: Vec<_> =
        rows.into_iter().map(|row| (query.keys(|path| view.path(kind, row, path)), row.id.clone())).collect();
    keyed.sort_by(|(a, _), (b, _)| query.order(a, b));
    keyed.into_iter().map(|(_, id)| id).collect()
}
