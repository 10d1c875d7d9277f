//! Whole lists, with proof that they are complete (`cloud-api-management.md` 4.4).
//!
//! Two facts are disputed and found out from the answers: whether `offset` counts objects or pages, and the maximum
//! number of rows per page. In the end, the number of ids must match the total that the server reports.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;

use super::api::Api;
use super::api::Failure;
use super::path::CollectionPath;
use super::value::Object;
use super::value::text;
use crate::store::Refusal;

/// A list.
pub(super) struct Listing {
    /// Sorted by id, without duplicates.
    pub(super) rows: Vec<Object>,
    /// The total that the server reports.
    pub(super) total: usize,
}

impl Listing {
    pub(super) const fn is_whole(&self) -> bool {
        self.rows.len() == self.total
    }
}

/// What to list.
pub(super) struct ListRequest<'a> {
    pub(super) path: &'a CollectionPath,
    /// Empty for the server's default properties.
    pub(super) fields: String,
    pub(super) filter: Option<String>,
    pub(super) page_size: usize,
}

/// The rows of a list by their ids.
type Rows = BTreeMap<String, Object>;

/// The first page, from which the cost of the others is known.
pub(super) struct FirstPage {
    rows: Rows,
    /// Rows on the page: the server may send fewer than requested.
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

    /// The property `name` of each row.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.rows.values().filter_map(move |row| row.get(name)?.as_str())
    }

    pub(super) fn into_listing(self) -> Listing {
        Listing { rows: self.rows.into_values().collect(), total: self.total }
    }
}

pub(super) async fn first(api: &Api, request: &ListRequest<'_>) -> Result<FirstPage, Failure> {
    let (rows, total) = page(api, request, 0).await?;
    let rows = by_id(request, rows)?;
    Ok(FirstPage { count: rows.len(), rows, total })
}

/// Reads a whole list. A list that changes in the meantime may be incomplete, so it is then read once more. The result
/// may still be incomplete: see [`Listing::is_whole`].
pub(super) async fn whole(api: &Api, request: &ListRequest<'_>) -> Result<Listing, Failure> {
    let start = first(api, request).await?;
    let listing = rest(api, request, start).await?;
    if listing.is_whole() {
        return Ok(listing);
    }
    let start = first(api, request).await?;
    rest(api, request, start).await
}

/// Reads the pages after the first, concurrently. First with `offset` as a number of objects; if the list then has
/// gaps, the server counts pages, and the list is read by page number.
pub(super) async fn rest(api: &Api, request: &ListRequest<'_>, start: FirstPage) -> Result<Listing, Failure> {
    if start.is_whole() || start.count == 0 {
        return Ok(start.into_listing());
    }
    let FirstPage { rows, count, total } = start;
    let second = by_id(request, page(api, request, count).await?.0)?;
    let is_next = !second.is_empty() && second.keys().all(|id| !rows.contains_key(id));
    if is_next {
        let mut all = rows.clone();
        all.extend(second);
        all.extend(pages(api, request, (2..total.div_ceil(count)).map(|number| number * count)).await?);
        let listing = Listing { rows: all.into_values().collect(), total };
        if listing.is_whole() {
            return Ok(listing);
        }
    }
    let mut all = rows;
    all.extend(pages(api, request, 1..total.div_ceil(count)).await?);
    Ok(Listing { rows: all.into_values().collect(), total })
}

async fn pages(api: &Api, request: &ListRequest<'_>, offsets: impl Iterator<Item = usize>) -> Result<Rows, Failure> {
    let mut rows = Rows::new();
    for (more, _) in try_join_all(offsets.map(|offset| page(api, request, offset))).await? {
        rows.extend(by_id(request, more)?);
    }
    Ok(rows)
}

async fn page(api: &Api, request: &ListRequest<'_>, offset: usize) -> Result<(Vec<Object>, usize), Failure> {
    let mut query =
        vec![("limit", request.page_size.to_string()), ("offset", offset.to_string()), ("sort", "id".to_owned())];
    if !request.fields.is_empty() {
        query.push(("fields", request.fields.clone()));
    }
    if let Some(filter) = &request.filter {
        query.push(("filter", filter.clone()));
    }
    let answer = api.list(request.path, &query).await?;
    let name = request.path.as_str();
    let rows = answer.rows().map_err(|cause| {
        Refusal::unavailable(format!("GET {name} {cause}")).help("check `url`; a proxy may have answered instead")
    })?;
    let total = answer.total().ok_or_else(|| {
        Refusal::unavailable(format!("GET {name} answered without the total (X-Total-Count)"))
            .help("make the proxy pass on the header X-Total-Count: it proves that a list is complete")
    })?;
    Ok((rows, total))
}

fn by_id(request: &ListRequest<'_>, rows: Vec<Object>) -> Result<Rows, Refusal> {
    let id = |row: Object| match text(&row, "id") {
        Some(id) => Ok((id, row)),
        None => {
            Err(Refusal::unavailable(format!("GET {} answered with an object without an id", request.path.as_str())))
        }
    };
    rows.into_iter().map(id).collect()
}
