//! The list of the keys of the credential's user, without keys that are marked as deleted.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::ManagedFileTransfer;
use super::answer::property;
use super::api::Failure;
use super::api::unexpected;
use super::key;
use super::key::Key;
use super::key::Row;
use super::key::SiteStyles;
use crate::model::LiveId;
use crate::model::OddRow;
use crate::store::Refusal;

/// Lengths that suggest that the list is one page of a longer one (`mft-api-keys.md` Q19).
const ROUND: [usize; 3] = [100, 500, 1000];

/// The keys at one point in time.
pub(super) struct Listing {
    pub(super) keys: Vec<Key>,
    /// Names of keys that are marked as deleted.
    pub(super) deleted: BTreeSet<Box<str>>,
    /// Keys that were not understood.
    pub(super) odd: Vec<OddRow>,
    pub(super) round: Option<usize>,
    pub(super) styles: SiteStyles,
    pub(super) read_at: tokio::time::Instant,
}

impl Listing {
    pub(super) fn by_id(&self, id: &LiveId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == *id)
    }

    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Key> {
        self.keys.iter().filter(move |key| &*key.name == name)
    }

    /// Keys with the id of another key are odd: a change could affect either.
    fn set_repeated_apart(&mut self) {
        let mut seen = BTreeSet::new();
        let repeated: BTreeSet<LiveId> =
            self.keys.iter().filter(|key| !seen.insert(&key.id)).map(|key| key.id.clone()).collect();
        for key in std::mem::take(&mut self.keys) {
            if repeated.contains(&key.id) { self.odd.push(key.into_odd("id")) } else { self.keys.push(key) }
        }
    }

    /// The tenant of all keys; `None` if they differ or have none.
    pub(super) fn tenant(&self) -> Option<i64> {
        let tenants: BTreeSet<i64> = self.keys.iter().filter_map(Key::tenant).collect();
        if tenants.len() == 1 { tenants.first().copied() } else { None }
    }
}

impl ManagedFileTransfer {
    /// Reads the list. Any failure ends the run, because nothing else is known without the list.
    pub(super) async fn list(&self) -> Result<Listing, Refusal> {
        let operation = Self::operation(&self.operations.list, "list")?;
        let body = match self.api.get(operation, &[]).await {
            Ok(body) => body,
            Err(Failure::Forbidden(refusal)) => {
                let kind = crate::store::RefusalKind::Unavailable;
                return Err(Refusal { kind, ..refusal });
            }
            Err(failure) => return Err(failure.into()),
        };
        let rows = rows(body).map_err(|cause| unexpected(operation, &cause))?;
        self.api.hide(rows.iter().filter_map(|row| property(row.as_object()?, "id")?.1.as_str()));
        of_rows(rows).map_err(|cause| unexpected(operation, &cause))
    }
}

/// A list, or the only list in an object.
pub(super) fn rows(body: Json) -> Result<Vec<Json>, String> {
    match body {
        Json::Array(rows) => Ok(rows),
        Json::Object(object) => {
            let mut lists = object.into_iter().filter_map(|(_, value)| match value {
                Json::Array(rows) => Some(rows),
                _ => None,
            });
            match (lists.next(), lists.next()) {
                (Some(rows), None) => Ok(rows),
                _ => Err("answered with an object that does not contain exactly one list".to_owned()),
            }
        }
        _ => Err("answered with JSON that is not a list".to_owned()),
    }
}

fn of_rows(rows: Vec<Json>) -> Result<Listing, String> {
    let round = ROUND.contains(&rows.len()).then_some(rows.len());
    let mut listing = Listing {
        keys: Vec::new(),
        deleted: BTreeSet::new(),
        odd: Vec::new(),
        round,
        styles: SiteStyles::default(),
        read_at: tokio::time::Instant::now(),
    };
    let objects = || rows.iter().filter_map(Json::as_object);
    if !rows.is_empty() && objects().next().is_none() {
        return Err("answered with a list that does not contain keys".to_owned());
    }
    // A row without an id is odd; a list without ids is another list.
    if !rows.is_empty() && objects().all(|row| property(row, "id").is_none()) {
        return Err("answered with a key without an id".to_owned());
    }
    for row in rows {
        match key::row(row) {
            Row::Key(key) => {
                key.count_styles(&mut listing.styles);
                listing.keys.push(key);
            }
            Row::Deleted(name) => listing.deleted.extend(name),
            Row::Odd(row) => listing.odd.push(row),
        }
    }
    listing.set_repeated_apart();
    Ok(listing)
}

/// The text of a property; numbers count as text.
pub(super) fn text(row: &super::api::Object, name: &str) -> Option<Box<str>> {
    match property(row, name)?.1 {
        Json::String(text) if !text.trim().is_empty() => Some(text.trim().into()),
        Json::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}
