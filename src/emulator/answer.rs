//! Answers of the service: JSON, an empty body, or an error (section 5.4 of the reference).

use std::time::Duration;

use serde_json::Value as Json;
use serde_json::json;

/// An answer, before faults apply.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) committed: bool,
    /// Closes the connection after this time instead of answering.
    pub(super) lost_after: Option<Duration>,
}

impl Answer {
    pub(super) fn json(status: u16, body: &Json) -> Self {
        let headers = vec![("Content-Type", "application/json;charset=utf-8".to_owned())];
        // Writing JSON into memory cannot fail.
        Self { status, headers, body: serde_json::to_vec(body).unwrap_or_default(), committed: false, lost_after: None }
    }

    /// The answer to a delete: no body at all.
    pub(super) const fn empty() -> Self {
        Self { status: 200, headers: Vec::new(), body: Vec::new(), committed: false, lost_after: None }
    }

    /// A short body of another type.
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

/// Why the service refuses a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ApiError {
    pub(super) status: u16,
    pub(super) message: String,
    /// The wrong properties, each with a message.
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

    /// With `as_text`, the code is a text, as one client expects it.
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

/// The result of a request.
pub(super) type Outcome = Result<Answer, ApiError>;
