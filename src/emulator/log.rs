//! The request log: one JSON line per request, without secrets, so that tests can count calls and compare writes.
#![expect(clippy::disallowed_methods, reason = "edge: writes the log file")]

use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::call::Call;
use super::route::WORDS;

/// One request in the log.
#[derive(Serialize)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) method: String,
    /// Path and query, with possible secrets as `***`.
    pub(super) path: String,
    /// `None` if the connection was closed without an answer.
    pub(super) status: Option<u16>,
    pub(super) committed: bool,
    /// Whether a fault happened.
    pub(super) fault: bool,
}

pub(super) struct Log(Option<File>);

impl Log {
    /// Creates a log at `path`, or truncates it.
    pub(super) fn create(path: Option<&Path>) -> io::Result<Self> {
        path.map(File::create).transpose().map(Self)
    }

    /// Called before the answer is sent, so a caller that has the answer finds the line.
    pub(super) fn write(&mut self, line: &Line) -> io::Result<()> {
        let Some(file) = &mut self.0 else { return Ok(()) };
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        file.write_all(&text)
    }
}

/// The path and query of a Cloud API Management call, with everything masked that could be a key's value or a token.
pub(super) fn shown(call: &Call) -> String {
    let mut path = String::new();
    let mut before = "";
    for part in &call.path {
        let is_known = WORDS.contains(&part.as_str()) || is_id(part) || ["services", "endpoints"].contains(&before);
        path.push('/');
        path.push_str(if is_known { part } else { "***" });
        before = part;
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &call.query {
        query.append_pair(name_shown(name), &value_shown(name, value));
    }
    let query = query.finish().replace("%3A", ":").replace("%2C", ",").replace("%2A", "*");
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

/// Only UUIDs: anything else could be a key's value.
fn is_id(part: &str) -> bool {
    part.len() == 36 && uuid::Uuid::try_parse(part).is_ok()
}

fn name_shown(name: &str) -> &str {
    if ["fields", "filter", "sort", "offset", "limit"].contains(&name) { name } else { "***" }
}

fn value_shown(name: &str, value: &str) -> String {
    match (name, value.split_once(':')) {
        ("filter", Some((path, _)))
            if ["apikey", "secret"].contains(&path.rsplit('.').next().unwrap_or_default().trim()) =>
        {
            format!("{path}:***")
        }
        ("fields" | "filter" | "sort" | "offset" | "limit", _) => value.to_owned(),
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;
    use crate::emulator::call::Call;

    #[test]
    fn possible_secrets_are_masked() {
        let shown = |path: &str, query: &str| {
            shown(&Call::new(hyper::Method::GET, path, query, None, hyper::body::Bytes::new()))
        };
        let id = "0ed905cc-a5c0-4848-b618-5d3d0c848137";
        assert_eq!(shown(&format!("/v3/rest/packageKeys/{id}"), ""), format!("/v3/rest/packageKeys/{id}"));
        assert_eq!(shown("/v3/rest/packageKeys/fake-key-1", ""), "/v3/rest/packageKeys/***");
        assert_eq!(
            shown("/v3/rest/packageKeys", "filter=apikey:fake-key-1&filter=package.id:7&fields=id,*&limit=5"),
            "/v3/rest/packageKeys?filter=apikey:***&filter=package.id:7&fields=id,*&limit=5"
        );
        assert_eq!(
            shown("/v3/rest/members", "filter=packageKeys.apikey%3Afake"),
            "/v3/rest/members?filter=packageKeys.apikey:***"
        );
        assert_eq!(shown("/v3/rest/members", "access_token=fake"), "/v3/rest/members?***=***");
    }
}
