//! What the service answers: JSON, nothing, or an error (section 5.4 of the reference).

use std::time::Duration;

use serde_json::Value as Json;
use serde_json::json;

/// An answer, before faults are done to it.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// Whether the store was changed.
    pub(super) committed: bool,
    /// When the answer is lost: after how long the connection is closed instead.
    pub(super) lost_after: Option<Duration>,
}

impl Answer {
    pub(super) fn json(status: u16, body: &Json) -> Self {
        let headers = vec![("Content-Type", "application/json;charset=utf-8".to_owned())];
        // Writing JSON into memory can not fail.
        Self { status, headers, body: serde_json::to_vec(body).unwrap_or_default(), committed: false, lost_after: None }
    }

    /// The answer to a delete: no body at all.
    pub(super) const fn empty() -> Self {
        Self { status: 200, headers: Vec::new(), body: Vec::new(), committed: false, lost_after: None }
    }

    /// A small text of another type than JSON.
    pub(super) fn text(status: u16, kind: &str, body: &str) -> Self {
        let headers = vec![("Content-Type", kind.to_owned())];
        Self { status, headers, body: body.as_bytes().to_vec(), committed: false, lost_after: None }
    }

    #[must_use]
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Why the service does not do what it is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ApiError {
    pub(super) status: u16,
    pub(super) message: String,
    /// The properties that are to blame, with what is wrong about each.
    pub(super) errors: Vec<(String, String)>,
}

impl ApiError {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), errors: Vec::new() }
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// A 400 about one property.
    pub(super) fn property(property: &str, message: impl Into<String>) -> Self {
        Self { status: 400, message: "Invalid Object".to_owned(), errors: vec![(property.to_owned(), message.into())] }
    }

    /// The answer; `as_text` makes the code a text, as one client expects it.
    pub(super) fn answer(&self, as_text: bool) -> Answer {
        let code = if as_text { json!(self.status.to_string()) } else { json!(self.status) };
        let mut body = json!({"errorCode": code, "errorMessage": self.message});
        if !self.errors.is_empty() {
            let errors =
                self.errors.iter().map(|(property, message)| json!({"property": property, "message": message}));
            body["errors"] = errors.collect();
        }
        Answer::json(self.status, &body)
    }
}

/// What a request comes to.
pub(super) type Outcome = Result<Answer, ApiError>;
