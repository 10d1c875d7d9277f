//! Whole lists, with proof that they are complete (`cloud-api-management.md` 4.4).
//!
//! Two facts are disputed and found out from the answers: whether `offset` counts objects or pages, and the maximum
//! number of rows per page. In the end, the number of ids must match the total that the server reports.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::stream;

use super::api::Api;
use super::api::Failure;
use super::path::CollectionPath;
use super::row::Identity;
use super::row::Row;
use super::value::Object;
use super::value::text;
use crate::store::Refusal;

/// How many pages are requested before the first of them has arrived. The total is only the server's word.
const AHEAD: usize = 8;

/// A list.
pub(super) struct Listing {
    /// Sorted by id, without duplicates.
    pub(super) rows: Vec<Row>,
    /// Rows without an id.
    pub(super) without_id: Vec<Object>,
    /// Ids that one page contains more than once.
    pub(super) repeated: BTreeSet<Box<str>>,
    /// The total that the server reports, in which a repeated row counts once.
    pub(super) total: usize,
}

impl Listing {
    fn of(rows: Rows, total: usize) -> Self {
        let Rows { by_id, without_id, repeats } = rows;
        let total = total.saturating_sub(repeats.values().sum());
        let (rows, without_id) = (by_id.into_values().collect(), without_id.into_values().collect());
        Self { rows, without_id, repeated: repeats.into_keys().collect(), total }
    }

    /// A list that an object contains, with all its rows.
    pub(super) fn of_whole(rows: Vec<Row>) -> Self {
        let total = rows.len();
        let mut all = Rows::default();
        let with_identity = |row: Row| {
            let identity = row.identity();
            (row, identity)
        };
        all.add(0, rows.into_iter().map(with_identity));
        Self::of(all, total)
    }

    pub(super) const fn is_whole(&self) -> bool {
        self.rows.len() + self.without_id.len() == self.total
    }

    /// The rows, each read from its text when it is its turn.
    pub(super) fn objects(&self) -> impl Iterator<Item = Object> {
        self.rows.iter().map(Row::object)
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

impl ListRequest<'_> {
    /// Whether it asks for properties by paths, which some servers refuse.
    pub(super) fn has_paths(&self) -> bool {
        self.fields.contains('.')
    }
}

/// The rows of a list.
#[derive(Clone, Default)]
struct Rows {
    by_id: BTreeMap<Box<str>, Row>,
    /// By the offset of their page and their place on it.
    without_id: BTreeMap<(usize, usize), Object>,
    /// How many further rows have the id of another row of the same page. On different pages, the list has moved.
    repeats: BTreeMap<Box<str>, usize>,
}

impl Rows {
    /// The rows of one page. If no row has the property `id`, this is not a list of the API.
    fn of_page(request: &ListRequest<'_>, offset: usize, page: Vec<(Row, Identity)>) -> Result<Self, Refusal> {
        if !page.is_empty() && page.iter().all(|(_, identity)| !identity.has_id) {
            let name = request.path.as_str();
            return Err(Refusal::unavailable(format!("GET {name} answered with an object without an id")));
        }
        let mut rows = Self::default();
        rows.add(offset, page.into_iter());
        Ok(rows)
    }

    fn add(&mut self, offset: usize, page: impl Iterator<Item = (Row, Identity)>) {
        for (place, (row, identity)) in page.enumerate() {
            match identity.id {
                Some(id) if self.by_id.contains_key(&id) => *self.repeats.entry(id).or_default() += 1,
                Some(id) => drop(self.by_id.insert(id, row)),
                None => drop(self.without_id.insert((offset, place), row.object())),
            }
        }
    }

    fn extend(&mut self, more: Self) {
        self.by_id.extend(more.by_id);
        self.without_id.extend(more.without_id);
        self.repeats.extend(more.repeats);
    }

    fn len(&self) -> usize {
        self.by_id.len() + self.without_id.len()
    }
}

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

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether a row is as described.
    pub(super) fn has(&self, is_it: impl Fn(&Object) -> bool) -> bool {
        self.rows.by_id.values().any(|row| is_it(&row.object()))
    }

    /// How many rows the server puts on a page, if the list has more than one.
    pub(super) const fn rows_of_page(&self) -> Option<usize> {
        if self.is_whole() || self.count == 0 { None } else { Some(self.count) }
    }

    /// How many calls the rest of the list takes.
    pub(super) const fn calls_left(&self) -> usize {
        if self.is_whole() || self.count == 0 { 0 } else { (self.total - self.count).div_ceil(self.count) }
    }

    /// The property `name` of each row.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = String> {
        self.rows.by_id.values().filter_map(move |row| text(&row.object(), name))
    }

    pub(super) fn into_listing(self) -> Listing {
        Listing::of(self.rows, self.total)
    }
}

pub(super) async fn first(api: &Api, request: &ListRequest<'_>) -> Result<FirstPage, Failure> {
    let (rows, total) = page(api, request, 0).await?;
    let count = rows.len();
    Ok(FirstPage { count, rows: Rows::of_page(request, 0, rows)?, total })
}

/// Reads a list again that changed while it was read, at most twice.
pub(super) async fn again(api: &Api, request: &ListRequest<'_>) -> Result<Listing, Failure> {
    let listing = once_more(api, request).await?;
    if listing.is_whole() { Ok(listing) } else { once_more(api, request).await }
}

async fn once_more(api: &Api, request: &ListRequest<'_>) -> Result<Listing, Failure> {
    let start = first(api, request).await?;
    api.repeats(start.total.div_ceil(start.count.max(1)).max(1));
    rest(api, request, start).await
}

/// Reads a whole list. A list that changes in the meantime may be incomplete, so it is then read once more. The result
/// may still be incomplete: see [`Listing::is_whole`].
pub(super) async fn whole(api: &Api, request: &ListRequest<'_>) -> Result<Listing, Failure> {
    let start = first(api, request).await?;
    let listing = rest(api, request, start).await?;
    if listing.is_whole() {
        return Ok(listing);
    }
    once_more(api, request).await
}

/// Reads the pages after the first, concurrently. First with `offset` as a number of objects; if the list then has
/// gaps, the server counts pages, and the list is read by page number.
pub(super) async fn rest(api: &Api, request: &ListRequest<'_>, start: FirstPage) -> Result<Listing, Failure> {
    if start.is_whole() || start.count == 0 {
        return Ok(start.into_listing());
    }
    let FirstPage { rows, count, total } = start;
    let second = Rows::of_page(request, count, page(api, request, count).await?.0)?;
    let is_next = second.len() > 0 && second.by_id.keys().all(|id| !rows.by_id.contains_key(id));
    if is_next {
        let mut all = rows.clone();
        all.extend(second);
        let offsets = (2..total.div_ceil(count)).map(|number| number.saturating_mul(count));
        Box::pin(add_pages(api, request, offsets, &mut all)).await?;
        let listing = Listing::of(all, total);
        if listing.is_whole() {
            return Ok(listing);
        }
    }
    api.repeats(1);
    let mut all = rows;
    Box::pin(add_pages(api, request, 1..total.div_ceil(count), &mut all)).await?;
    Ok(Listing::of(all, total))
}

/// Adds pages to `rows` as they arrive, until one brings nothing new: then the rest would not either.
async fn add_pages(
    api: &Api,
    request: &ListRequest<'_>,
    offsets: impl Iterator<Item = usize>,
    rows: &mut Rows,
) -> Result<(), Failure> {
    let of_page = |offset| async move {
        let (rows, _) = page(api, request, offset).await?;
        Ok::<_, Failure>(Rows::of_page(request, offset, rows)?)
    };
    let mut pages = stream::iter(offsets.map(of_page)).buffered(AHEAD);
    while let Some(next) = pages.next().await {
        let before = rows.len();
        rows.extend(next?);
        if rows.len() == before {
            break;
        }
    }
    Ok(())
}

async fn page(api: &Api, request: &ListRequest<'_>, offset: usize) -> Result<(Vec<(Row, Identity)>, usize), Failure> {
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
        let refusal = Refusal::unavailable(format!("GET {name} {cause}"));
        Failure::Unusable(refusal.help("check `url`; a proxy may have answered instead"))
    })?;
    let total = answer.total().map_err(|cause| {
        Refusal::unavailable(format!("GET {name} answered {cause}"))
            .help("make the proxy pass on the header X-Total-Count: it proves that a list is complete")
    })?;
    Ok((rows, total))
}
