//! Whole lists, with the proof that they are whole (`cloud-api-management.md` 4.4).
//!
//! Two things are disputed and settled by looking: whether `offset` counts objects or pages, and how many rows a page
//! may have at most. Whatever was found out, the ids must at the end be as many as the server says there are.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;

use super::api::Api;
use super::api::Failure;
use super::path::CollectionPath;
use super::value::Object;
use super::value::text;
use crate::store::Refusal;

/// A list as it was read.
pub(super) struct Listing {
    /// In the order of their ids; each once.
    pub(super) rows: Vec<Object>,
    /// How many the server says there are.
    pub(super) total: usize,
}

/// What is asked for.
pub(super) struct Asked<'a> {
    pub(super) path: &'a CollectionPath,
    /// Empty for what the server tells unasked.
    pub(super) fields: String,
    pub(super) filter: Option<String>,
    pub(super) page_size: usize,
}

/// How the server counts `offset`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Objects,
    Pages,
}

/// The rows of a list by their ids.
type Rows = BTreeMap<String, Object>;

/// The first page alone, from which the cost of the others can be told.
pub(super) struct FirstPage {
    rows: Rows,
    /// Rows on the page: the server may give fewer than were asked for.
    count: usize,
    pub(super) total: usize,
}

impl FirstPage {
    pub(super) const fn is_whole(&self) -> bool {
        self.count >= self.total
    }

    /// How many calls the rest of the list takes.
    pub(super) const fn calls_left(&self) -> usize {
        if self.is_whole() || self.count == 0 { 0 } else { (self.total - self.count).div_ceil(self.count) }
    }

    pub(super) fn into_listing(self) -> Listing {
        Listing { rows: self.rows.into_values().collect(), total: self.total }
    }
}

pub(super) async fn first(api: &Api, asked: &Asked<'_>) -> Result<FirstPage, Failure> {
    let (rows, total) = page(api, asked, 0).await?;
    let count = rows.len();
    Ok(FirstPage { rows: by_id(asked, rows)?, count, total })
}

/// Reads a whole list. A list that changes while it is read does not add up; it is read once more, and what still does
/// not add up is given as it is: its ids are fewer than its total, which nobody may take for complete.
pub(super) async fn whole(api: &Api, asked: &Asked<'_>) -> Result<Listing, Failure> {
    let start = first(api, asked).await?;
    let listing = rest(api, asked, start).await?;
    if listing.rows.len() == listing.total {
        return Ok(listing);
    }
    let start = first(api, asked).await?;
    rest(api, asked, start).await
}

/// The pages after the first, together.
pub(super) async fn rest(api: &Api, asked: &Asked<'_>, start: FirstPage) -> Result<Listing, Failure> {
    if start.is_whole() || start.count == 0 {
        return Ok(start.into_listing());
    }
    let FirstPage { mut rows, count, total } = start;
    let (unit, second) = second(api, asked, &rows, count).await?;
    rows.extend(second);
    let pages = (2..total.div_ceil(count)).map(|number| {
        let offset = if unit == Unit::Pages { number } else { number * count };
        page(api, asked, offset)
    });
    for (more, _) in try_join_all(pages).await? {
        rows.extend(by_id(asked, more)?);
    }
    Ok(Listing { rows: rows.into_values().collect(), total })
}

/// The second page shows how `offset` is counted: where it counts pages, the index of an object is far beyond the end.
async fn second(api: &Api, asked: &Asked<'_>, first: &Rows, count: usize) -> Result<(Unit, Rows), Failure> {
    let is_next = |rows: &Rows| !rows.is_empty() && rows.keys().all(|id| !first.contains_key(id));
    let by_object = by_id(asked, page(api, asked, count).await?.0)?;
    if is_next(&by_object) {
        return Ok((Unit::Objects, by_object));
    }
    let by_page = by_id(asked, page(api, asked, 1).await?.0)?;
    if is_next(&by_page) { Ok((Unit::Pages, by_page)) } else { Ok((Unit::Objects, by_object)) }
}

async fn page(api: &Api, asked: &Asked<'_>, offset: usize) -> Result<(Vec<Object>, usize), Failure> {
    let mut query =
        vec![("limit", asked.page_size.to_string()), ("offset", offset.to_string()), ("sort", "id".to_owned())];
    if !asked.fields.is_empty() {
        query.push(("fields", asked.fields.clone()));
    }
    if let Some(filter) = &asked.filter {
        query.push(("filter", filter.clone()));
    }
    let answer = api.list(asked.path, &query).await?;
    let name = asked.path.as_str();
    let rows = answer.rows().map_err(|cause| {
        Refusal::unavailable(format!("GET {name} {cause}")).help("check `url`; a proxy may have answered instead")
    })?;
    let total = answer.total().ok_or_else(|| {
        Refusal::unavailable(format!("GET {name} did not say how many there are (X-Total-Count)"))
            .help("without that nobody can know that the list is whole; ask who runs the proxy in between")
    })?;
    Ok((rows, total))
}

fn by_id(asked: &Asked<'_>, rows: Vec<Object>) -> Result<Rows, Refusal> {
    let id = |row: Object| match text(&row, "id") {
        Some(id) => Ok((id, row)),
        None => Err(Refusal::unavailable(format!("GET {} gave an object without an id", asked.path.as_str()))),
    };
    rows.into_iter().map(id).collect()
}
