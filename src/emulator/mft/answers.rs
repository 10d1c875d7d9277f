//! Answers of the site, and the shapes of its errors (1.5: undocumented).

use std::time::Duration;

use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

use crate::emulator::answer::Answer;
use crate::emulator::quirks::Quirk;
use crate::emulator::quirks::Quirks;
use crate::randomness;

/// The result of a request.
pub(super) type Outcome = Result<Answer, Failure>;

/// Why the site refuses a request.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: u16,
    /// Never contains an id: it may be the key itself.
    detail: String,
    /// The wrong properties, each with a message.
    errors: Vec<(&'static str, String)>,
    allow: Option<String>,
}

impl Failure {
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), allow: None }
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "There is nothing at this path.")
    }

    pub(super) fn method(allow: &str) -> Self {
        Self { allow: Some(allow.to_owned()), ..Self::new(405, "") }
    }

    /// An internal error of the service.
    pub(super) fn own() -> Self {
        Self::new(500, "An unexpected error has occurred.")
    }

    /// A 400 about properties.
    pub(super) fn properties(errors: Vec<(&'static str, String)>) -> Self {
        Self { errors, ..Self::new(400, "One or more validation errors occurred.") }
    }

    pub(super) fn property(name: &'static str, message: impl Into<String>) -> Self {
        Self::properties(vec![(name, message.into())])
    }

    pub(super) fn answer(&self, quirks: &Quirks) -> Answer {
        let answer = match quirks.word(Quirk::MftErrorShape) {
            None if matches!(self.status, 401 | 403 | 405) => self.empty(),
            None | Some("problem") => self.problem(),
            Some("empty") => self.empty(),
            Some("string") => Answer::text(self.status, "text/plain; charset=utf-8", &self.text()),
            Some("message") => Answer::json(self.status, &json!({"message": self.text()})),
            Some(_) => Answer::json(self.status, &json!({"thruStatus": self.text(), "data": null})),
        };
        let answer = if self.status == 429 { answer.header("Retry-After", "1") } else { answer };
        match &self.allow {
            Some(allow) => answer.header("Allow", allow),
            None => answer,
        }
    }

    fn empty(&self) -> Answer {
        Answer { status: self.status, ..Answer::empty() }
    }

    /// RFC 7807 with ASP.NET's additions.
    fn problem(&self) -> Answer {
        let mut body = json!({
            "type": "about:blank",
            "title": self.text(),
            "status": self.status,
            "traceId": randomness::id().map_or_else(|_| String::new(), |id| id.simple().to_string()),
        });
        if !self.errors.is_empty() {
            let errors = self.errors.iter().map(|(name, message)| ((*name).to_owned(), json!([message])));
            body["errors"] = Json::Object(errors.collect::<Map<_, _>>());
        }
        let answer = Answer::json(self.status, &body);
        Answer { headers: vec![("Content-Type", "application/problem+json; charset=utf-8".to_owned())], ..answer }
    }

    fn text(&self) -> String {
        if self.detail.is_empty() { format!("Status {}", self.status) } else { self.detail.clone() }
    }
}

pub(super) fn success(body: &Json, quirks: &Quirks) -> Answer {
    let kind = format!("{}; charset=utf-8", content_type(quirks));
    Answer { headers: vec![("Content-Type", kind)], ..Answer::json(200, body) }
}

pub(super) fn content_type(quirks: &Quirks) -> &'static str {
    quirks.word(Quirk::MftResponseContentType).unwrap_or("application/json")
}

/// The site's web page. A web application answers with it for every unknown route.
pub(super) fn web_page() -> Answer {
    Answer::text(200, "text/html; charset=utf-8", "<!DOCTYPE html><html><body><div id=\"app\"></div></body></html>")
}

/// Applies the quirks that lose the answer to a create; `number` counts the creates.
pub(super) fn lose(answer: Answer, number: u64, quirks: &Quirks) -> Answer {
    if quirks.number(Quirk::MftCreateThen500).is_some_and(|most| number <= most) {
        return Failure::own().answer(quirks);
    }
    match quirks.number(Quirk::MftCreateThenTimeout) {
        Some(seconds) if number == 1 => Answer { lost_after: Some(Duration::from_secs(seconds)), ..answer },
        _ => answer,
    }
}
