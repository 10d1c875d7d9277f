//! Lists: `filter`, `sort`, `offset`, `limit` (section 4.4 of the reference).

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::answer::ApiError;
use super::call::Call;
use super::fields::check_depth;

/// Default size of a page.
const USUAL: u64 = 100;

/// Maximum number of filters, and of sort keys.
const MOST: usize = 20;

/// The parameters of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Query {
    /// Paths with a part of their text.
    pub(super) filters: Vec<(String, String)>,
    /// Whether one matching filter is enough (quirk); otherwise all must match.
    pub(super) any: bool,
    /// Properties to sort by, and whether descending.
    pub(super) sort: Vec<(String, bool)>,
    pub(super) offset: u64,
    pub(super) limit: u64,
}

impl Query {
    pub(super) fn parse(call: &Call) -> Result<Self, ApiError> {
        let filters: Vec<_> = call.parameter("filter").flat_map(parts).map(filter).collect::<Result<_, _>>()?;
        let sort: Vec<_> = call
            .parameter("sort")
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|key| !key.is_empty())
            .map(sort_key)
            .collect::<Result<_, _>>()?;
        if filters.len() > MOST || sort.len() > MOST {
            return Err(ApiError::new(400, format!("filter, sort: there are more than {MOST}")));
        }
        Ok(Self { filters, any: false, sort, offset: number(call, "offset", 0)?, limit: number(call, "limit", USUAL)? })
    }

    /// Whether an object matches all filters; `value` returns the value at a path.
    pub(super) fn meets(&self, folds_case: bool, value: impl Fn(&str) -> Json) -> bool {
        let mut found = self.filters.iter().map(|(path, part)| holds(&value(path), part, folds_case));
        if self.any && !self.filters.is_empty() { found.any(|found| found) } else { found.all(|found| found) }
    }

    /// Compares two objects by their sort keys.
    pub(super) fn order(&self, a: &[Json], b: &[Json]) -> Ordering {
        let steps = self.sort.iter().zip(a.iter().zip(b));
        let ordered = steps.map(|((_, down), (a, b))| if *down { compare(b, a) } else { compare(a, b) });
        ordered.fold(Ordering::Equal, Ordering::then)
    }

    pub(super) fn keys(&self, value: impl Fn(&str) -> Json) -> Vec<Json> {
        self.sort.iter().map(|(name, _)| value(name)).collect()
    }

    /// The start and maximum length of the page. `counts_pages` is quirk 8.2, `most` is 8.3.
    pub(super) fn page(&self, counts_pages: bool, most: Option<u64>) -> (usize, usize) {
        let limit = most.map_or(self.limit, |most| self.limit.min(most));
        let start = if counts_pages { self.offset.saturating_mul(limit) } else { self.offset };
        (usize::try_from(start).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(usize::MAX))
    }
}

/// The filters of one parameter: some clients send several as `username:ann,email:example`. A comma without a name and
/// a colon after it belongs to the searched text.
fn parts(value: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.match_indices(',').map(|(at, _)| at).find(|at| begins_filter(&rest[at + 1..])) {
        parts.push(&rest[..at]);
        rest = &rest[at + 1..];
    }
    parts.push(rest);
    parts
}

fn begins_filter(text: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    text.split_once(':').is_some_and(|(name, _)| is_name(name.trim()))
}

fn filter(value: &str) -> Result<(String, String), ApiError> {
    let (path, part) = value.split_once(':').ok_or_else(|| ApiError::new(400, "filter: there is no colon"))?;
    check_depth("filter", path)?;
    Ok((path.trim().to_owned(), part.to_owned()))
}

fn sort_key(key: &str) -> Result<(String, bool), ApiError> {
    check_depth("sort", key)?;
    match key.split_once(':') {
        None | Some((_, "asc")) => Ok((key.trim_end_matches(":asc").to_owned(), false)),
        Some((name, "desc")) => Ok((name.to_owned(), true)),
        Some(_) => Err(ApiError::new(400, "sort: a direction is neither asc nor desc")),
    }
}

fn number(call: &Call, name: &str, usual: u64) -> Result<u64, ApiError> {
    match call.parameter(name).last() {
        None => Ok(usual),
        Some(text) => text.parse().map_err(|_| ApiError::new(400, format!("{name}: must be a whole number"))),
    }
}

/// Whether the text of a value, or of a value in it, contains a part.
fn holds(value: &Json, part: &str, folds_case: bool) -> bool {
    let contains = |text: &str| {
        if folds_case { text.to_lowercase().contains(&part.to_lowercase()) } else { text.contains(part) }
    };
    match value {
        Json::Null => false,
        Json::String(text) => contains(text),
        Json::Array(items) => items.iter().any(|item| holds(item, part, folds_case)),
        Json::Object(object) => object.values().any(|value| holds(value, part, folds_case)),
        Json::Bool(_) | Json::Number(_) => contains(&value.to_string()),
    }
}

fn compare(a: &Json, b: &Json) -> Ordering {
    match (a, b) {
        (Json::String(a), Json::String(b)) => a.cmp(b),
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        (Json::Number(a), Json::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (a, b) => b.is_null().cmp(&a.is_null()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;
    use serde_json::json;

    use super::Query;
    use crate::emulator::call::Call;

    fn query(text: &str) -> Result<Query, String> {
        let call = Call::new(hyper::Method::GET, "/", text, None, hyper::body::Bytes::new());
        Query::parse(&call).map_err(|error| error.message)
    }

    fn at(object: &Json) -> impl Fn(&str) -> Json {
        move |path| object[path].clone()
    }

    #[test]
    fn omitted_parameters_have_the_documented_defaults() {
        let query = query("").unwrap();
        assert_eq!(query.page(false, None), (0, 100));
        assert!(query.meets(false, |_| Json::Null));
    }

    #[test]
    fn filters_look_for_parts_and_all_must_be_met() {
        let query = query("filter=a:nn&filter=b:tru").unwrap();
        assert!(query.meets(false, at(&json!({"a": "joanna", "b": true}))));
        assert!(!query.meets(false, at(&json!({"a": "JOANNA", "b": true}))));
        assert!(query.meets(true, at(&json!({"a": ["JOANNA"], "b": {"c": true}}))));
        assert!(!query.meets(false, at(&json!({"a": "joanna"}))));
    }

    #[test]
    fn one_parameter_can_contain_several_filters() {
        let query = query("filter=a:nn,b.c:x, y,d:2026-01-01T00:00:00Z").unwrap();
        let paths: Vec<_> = query.filters.iter().map(|(path, part)| (path.as_str(), part.as_str())).collect();
        assert_eq!(paths, [("a", "nn"), ("b.c", "x, y"), ("d", "2026-01-01T00:00:00Z")]);
    }

    #[test]
    fn sorting_goes_both_ways_and_by_several_keys() {
        let query = query("sort=a:desc,b").unwrap();
        let mut rows = [json!({"a": 1, "b": "x"}), json!({"a": 2, "b": "y"}), json!({"a": 2, "b": "x"}), json!({})];
        rows.sort_by(|a, b| query.order(&query.keys(at(a)), &query.keys(at(b))));
        assert_eq!(rows[0], json!({"a": 2, "b": "x"}));
        assert_eq!(rows[2], json!({"a": 1, "b": "x"}));
    }

    #[test]
    fn pages_are_bounded_and_cannot_overflow() {
        let huge = format!("offset={0}&limit={0}", u64::MAX);
        assert_eq!(query(&huge).unwrap().page(true, Some(7)), (usize::MAX, 7));
        assert_eq!(query("offset=3&limit=10").unwrap().page(true, None), (30, 10));
    }

    #[test]
    fn invalid_parameters_are_refused() {
        let many = "filter=a:b&".repeat(21);
        let deep = format!("filter={}:x", "package.".repeat(20_000));
        for wrong in [deep.as_str(), "offset=-1", "limit=x", "limit=1.5", "filter=username", "sort=a:up", many.as_str()]
        {
            assert!(query(wrong).is_err(), "{wrong}");
        }
    }
}
