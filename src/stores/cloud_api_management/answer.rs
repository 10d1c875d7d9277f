//! One answer of the API: read within bounds, and understood before anything is done with it.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value as Json;

use super::echo::masked;
use super::value::Object;
use crate::stores::transport;
use crate::stores::transport::Unread;

/// Most bytes of an answer. A page of a thousand objects has about two million.
const LONGEST: usize = 64 << 20;

/// What came back, whatever it says.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Reads an answer to its end.
pub(super) async fn read(mut response: Response) -> Result<Answer, Unread> {
    let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
    let body = transport::body(&mut response, LONGEST).await?;
    Ok(Answer { status, headers, body })
}

/// Why the gateway before the API refuses a call (5.3). All of these are 403, and the body is never looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gate {
    /// Too many calls in this second. The call did not reach the API.
    TooFast,
    /// The quota of the day is spent.
    Spent,
    /// The token, or the key it was made with, is not known or not active.
    Inactive,
    Forbidden,
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(rename = "errorMessage", default)]
    message: String,
    #[serde(default)]
    errors: Vec<PropertyError>,
}

#[derive(Deserialize)]
struct PropertyError {
    #[serde(default)]
    property: String,
    #[serde(default)]
    message: String,
}

/// What the API says is wrong with a request (5.4).
#[derive(Default)]
pub(super) struct Complaint {
    pub(super) text: String,
    /// Whether it names a property: then it is about what was sent, and saying it again will not help.
    pub(super) is_about_property: bool,
    pub(super) is_duplicate: bool,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.header(name)?.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
    }

    /// How many objects there are in all, whatever the page.
    pub(super) fn total(&self) -> Option<usize> {
        self.header("X-Total-Count")?.trim().parse().ok()
    }

    /// The calls per second that the server allows, when it says so.
    pub(super) fn rate_allotted(&self) -> Option<f64> {
        self.number("X-Packagekey-Qps-Allotted").filter(|rate| *rate >= 1.0)
    }

    /// When the quota is counted anew, in the server's words.
    pub(super) fn quota_reset(&self) -> Option<&str> {
        self.header("X-Plan-Quota-Reset")
    }

    /// How long the server asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.number("Retry-After").map(|seconds| Duration::from_secs_f64(seconds.min(60.0)))
    }

    pub(super) fn gate(&self) -> Option<Gate> {
        let code = match self.status {
            401 => return Some(Gate::Inactive),
            403 => self.header("X-Mashery-Error-Code").unwrap_or_default(),
            _ => return None,
        };
        Some(match code {
            "ERR_403_DEVELOPER_OVER_QPS" | "ERR_403_SERVICE_OVER_QPS" => Gate::TooFast,
            "ERR_403_DEVELOPER_OVER_RATE" => Gate::Spent,
            "ERR_403_DEVELOPER_INACTIVE" => Gate::Inactive,
            _ => Gate::Forbidden,
        })
    }

    /// `sent` is what was asked for, whose secrets are not repeated.
    pub(super) fn complaint(&self, sent: Option<&Object>) -> Complaint {
        let Ok(error) = serde_json::from_slice::<ApiError>(&self.body) else { return Complaint::default() };
        let named: Vec<_> = error.errors.iter().filter(|error| !error.property.is_empty()).collect();
        let parts =
            named.iter().map(|error| format!("`{}`: {}", short(&error.property), short(&masked(&error.message, sent))));
        let parts: Vec<String> = parts.take(5).collect();
        let is_duplicate = error.errors.iter().any(|error| error.message.contains("duplicate value"));
        let text = if parts.is_empty() { short(&masked(&error.message, sent)) } else { parts.join("; ") };
        Complaint { text, is_about_property: !named.is_empty(), is_duplicate }
    }

    /// The object in the body.
    pub(super) fn object(&self) -> Result<Object, String> {
        match self.json()? {
            Json::Object(object) => Ok(object),
            _ => Err("answered with JSON that is no object".to_owned()),
        }
    }

    /// The list in the body.
    pub(super) fn rows(&self) -> Result<Vec<Object>, String> {
        let Json::Array(rows) = self.json()? else { return Err("answered with JSON that is no list".to_owned()) };
        let object = |row| if let Json::Object(object) = row { Some(object) } else { None };
        let rows: Option<Vec<Object>> = rows.into_iter().map(object).collect();
        rows.ok_or_else(|| "answered with a list of other things than objects".to_owned())
    }

    fn json(&self) -> Result<Json, String> {
        let body = self.body.trim_ascii();
        if body.is_empty() {
            return Err("answered with nothing".to_owned());
        }
        serde_json::from_slice(body).map_err(|_| {
            let what = if body.first() == Some(&b'<') { "HTML or XML" } else { "something" };
            format!("answered with {what} that is not JSON")
        })
    }
}

/// What a server says is told in part and on one line: it may be long, and it may be hostile.
fn short(text: &str) -> String {
    crate::text::quoted(text).into_owned()
}
