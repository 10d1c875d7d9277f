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

impl Listing {
    /// Whether there are as many as the server says.
    pub(super) const fn is_whole(&self) -> bool {
        self.rows.len() == self.total
    }
}

/// What is asked for.
pub(super) struct Asked<'a> {
    pub(super) path: &'a CollectionPath,
    /// Empty for what the server tells unasked.
    pub(super) fields: String,
    pub(super) filter: Option<String>,
    pub(super) page_size: usize,
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

    /// What stands under `name` in the rows.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.rows.values().filter_map(move |row| row.get(name)?.as_str())
    }

    pub(super) fn into_listing(self) -> Listing {
        Listing { rows: self.rows.into_values().collect(), total: self.total }
    }
}

pub(super) async fn first(api: &Api, asked: &Asked<'_>) -> Result<FirstPage, Failure> {
    let (rows, total) = page(api, asked, 0).await?;
    let rows = by_id(asked, rows)?;
    Ok(FirstPage { count: rows.len(), rows, total })
}

/// Reads a whole list. A list that changes while it is read does not add up; it is read once more, and what still does
/// not add up is given as it is: its ids are fewer than its total, which nobody may take for complete.
pub(super) async fn whole(api: &Api, asked: &Asked<'_>) -> Result<Listing, Failure> {
    let start = first(api, asked).await?;
    let listing = rest(api, asked, start).await?;
    if listing.is_whole() {
        return Ok(listing);
    }
    let start = first(api, asked).await?;
    rest(api, asked, start).await
}

/// The pages after the first, together. Where `offset` counts pages, the index of an object leads beyond the end or
/// into the middle, and the list has holes: then it is read by pages.
pub(super) async fn rest(api: &Api, asked: &Asked<'_>, start: FirstPage) -> Result<Listing, Failure> {
    if start.is_whole() || start.count == 0 {
        return Ok(start.into_listing());
    }
    let FirstPage { rows, count, total } = start;
    let second = by_id(asked, page(api, asked, count).await?.0)?;
    let is_next = !second.is_empty() && second.keys().all(|id| !rows.contains_key(id));
    if is_next {
        let mut all = rows.clone();
        all.extend(second);
        all.extend(pages(api, asked, (2..total.div_ceil(count)).map(|number| number * count)).await?);
        let listing = Listing { rows: all.into_values().collect(), total };
        if listing.is_whole() {
            return Ok(listing);
        }
    }
    let mut all = rows;
    all.extend(pages(api, asked, 1..total.div_ceil(count)).await?);
    Ok(Listing { rows: all.into_values().collect(), total })
}

async fn pages(api: &Api, asked: &Asked<'_>, offsets: impl Iterator<Item = usize>) -> Result<Rows, Failure> {
    let mut rows = Rows::new();
    for (more, _) in try_join_all(offsets.map(|offset| page(api, asked, offset))).await? {
        rows.extend(by_id(asked, more)?);
    }
    Ok(rows)
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
