//! GET and HEAD.

use std::rc::Rc;

use serde_json::Value as Json;

use super::answer::Answer;
use super::answer::ApiError;
use super::answer::Outcome;
use super::area::Area;
use super::call::Call;
use super::fields::Fields;
use super::list::Query;
use super::list_order;
use super::mirror::Id;
use super::quirks::Quirk;
use super::quirks::Quirks;
use super::roles;
use super::route::Lookup;
use super::view::BUDGET;
use super::view::SEARCH_BUDGET;
use crate::model::Kind;

impl Area {
    pub(super) fn one(&self, kind: Kind, parent: Option<&str>, id: &str, call: &Call) -> Outcome {
        let id = self.existing(kind, parent, id)?;
        self.object(kind, &id, call)
    }

    /// The object with the requested fields; also the answer to POST and PUT (section 4.2).
    pub(super) fn object(&self, kind: Kind, id: &str, call: &Call) -> Outcome {
        let fields = fields(call, &self.quirks)?;
        let row = self.mirror.get(kind, id).ok_or_else(ApiError::not_found)?;
        let object = self.within(BUDGET, |view| view.object(kind, row, fields.as_ref()))?;
        Ok(Answer::json(200, &object))
    }

    pub(super) fn list(&mut self, kind: Kind, parent: Option<&str>, call: &Call) -> Outcome {
        if let Some(parent) = parent {
            let parent_kind = parent_of(kind).ok_or_else(ApiError::not_found)?;
            self.existing(parent_kind, None, parent)?;
        }
        let (fields, query) = (fields(call, &self.quirks)?, self.query(call)?);
        let missing = self.young.missing(kind);
        let (start, length) = query.page(self.quirks.has(Quirk::PageOffset), self.quirks.number(Quirk::MaxLimit));
        let (page, total) = self.page(kind, parent, &query, &missing, start, length)?;
        let rows: Json = self.within(BUDGET, |view| {
            let rows = page.iter().filter_map(|id| self.mirror.get(kind, id));
            rows.map(|row| view.object(kind, row, fields.as_ref())).collect()
        })?;
        Ok(with_total(Answer::json(200, &rows), total, &self.quirks))
    }

    fn query(&self, call: &Call) -> Result<Query, ApiError> {
        Ok(Query { any: self.quirks.has(Quirk::FilterAny), ..Query::parse(call)? })
    }

    /// The ids of a page, and the total number of objects.
    fn page(
        &mut self,
        kind: Kind,
        parent: Option<&str>,
        query: &Query,
        missing: &[Id],
        start: usize,
        length: usize,
    ) -> Result<(Vec<Id>, usize), ApiError> {
        let is_by_id = query.sort.is_empty() || query.sort == [("id".to_owned(), false)];
        let is_shuffled = self.quirks.has(Quirk::UnstableOrder) && query.sort.is_empty();
        if parent.is_none() && query.filters.is_empty() && is_by_id && missing.is_empty() && !is_shuffled {
            // The mirror is sorted by id, so the page is a slice of it.
            let page = self.mirror.all(kind).skip(start).take(length).map(|row| row.id.clone());
            return Ok((page.collect(), self.mirror.count(kind)));
        }
        let ids = match self.orders.known(&self.mirror, kind, parent, query) {
            Some(ids) => ids,
            None => {
                let ids = self.within(SEARCH_BUDGET, |view| list_order::ordered(&view, kind, parent, query))?;
                self.orders.remember(&self.mirror, kind, parent, query, ids.clone());
                ids
            }
        };
        let ids = self.deranged(ids, is_shuffled);
        let present = ids.iter().filter(|id| !missing.contains(id));
        let total = if missing.is_empty() { ids.len() } else { present.clone().count() };
        Ok((present.skip(start).take(length).cloned().collect(), total))
    }

    /// The same ids in a different order each time, if wanted.
    fn deranged(&mut self, ids: Rc<[Id]>, is_wanted: bool) -> Rc<[Id]> {
        if !is_wanted || ids.is_empty() {
            return ids;
        }
        self.orders.unsorted += 1;
        let mut ids = ids.to_vec();
        let by = self.orders.unsorted % ids.len();
        ids.rotate_left(by);
        ids.into()
    }

    /// Roles and other read-only lists.
    pub(super) fn lookup(&self, what: Lookup, id: Option<&str>, call: &Call) -> Outcome {
        let rows = match what {
            Lookup::Roles => roles::all(),
            Lookup::Organizations => roles::organizations(),
            Lookup::EmailTemplateSets => roles::email_template_sets(),
        };
        let fields = fields(call, &self.quirks)?.unwrap_or_default();
        if let Some(id) = id {
            let row = rows.into_iter().find(|row| row["id"] == id).ok_or_else(ApiError::not_found)?;
            return Ok(Answer::json(200, &fields.cut(row)));
        }
        let query = self.query(call)?;
        let at = |row: &Json, path: &str| row.get(path).cloned().unwrap_or_default();
        let mut rows: Vec<Json> = rows.into_iter().filter(|row| query.meets(false, |path| at(row, path))).collect();
        rows.sort_by_cached_key(|row| row["id"].to_string());
        rows.sort_by(|a, b| query.order(&query.keys(|path| at(a, path)), &query.keys(|path| at(b, path))));
        let total = rows.len();
        let (start, length) = query.page(self.quirks.has(Quirk::PageOffset), self.quirks.number(Quirk::MaxLimit));
        let page: Json = rows.into_iter().skip(start).take(length).map(|row| fields.cut(row)).collect();
        Ok(with_total(Answer::json(200, &page), total, &self.quirks))
    }
}

/// The parent kind in the path of a list.
pub(super) const fn parent_of(kind: Kind) -> Option<Kind> {
    match kind {
        Kind::Application => Some(Kind::User),
        Kind::Plan => Some(Kind::Package),
        Kind::PackageKey => Some(Kind::Application),
        Kind::User | Kind::Package | Kind::ApiKey => None,
    }
}

pub(super) fn fields(call: &Call, quirks: &Quirks) -> Result<Option<Fields>, ApiError> {
    let fields = Fields::parse(call.parameter("fields"))?;
    if let Some(fields) = &fields {
        if fields.all && quirks.has(Quirk::NoStar) {
            return Err(ApiError::new(400, "fields: `*` is not a property"));
        }
        if fields.is_nested() && quirks.has(Quirk::NoNestedFields) {
            return Err(ApiError::new(400, "fields: a path has more than one part"));
        }
    }
    Ok(fields)
}

pub(super) fn with_total(answer: Answer, total: usize, quirks: &Quirks) -> Answer {
    if quirks.has(Quirk::NoTotal) { answer } else { answer.header("X-Total-Count", total.to_string()) }
}
