//! One answer of the API, read up to a maximum length.

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value as Json;

use super::row;
use super::row::Identity;
use super::row::Row;
use super::value::Object;
use crate::stores::TimeLimits;
use crate::stores::masking::Masking;
use crate::stores::transport;
use crate::stores::transport::BodyError;
use crate::stores::transport::LONGEST_TEXT;

/// Maximum length of an answer. A page of a thousand objects has about two million bytes.
const MAX_BYTES: usize = 16 << 20;

/// A complete answer, with any status.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

pub(super) async fn read(mut response: Response, limits: TimeLimits) -> Result<Answer, BodyError> {
    let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
    let body = transport::body(&mut response, MAX_BYTES, limits).await?;
    Ok(Answer { status, headers, body })
}

/// Why the gateway in front of the API rejects a call (5.3). The body says nothing about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gate {
    /// Too many calls in this second.
    TooFast,
    /// The daily quota is used up.
    Spent,
    /// The token, or the API key that it was made with, is unknown or inactive.
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

/// Why the API rejects a request (5.4).
#[derive(Default)]
pub(super) struct Complaint {
    pub(super) text: String,
    /// Whether it names a property: then the body is wrong, and a retry does not help.
    pub(super) is_about_property: bool,
    pub(super) is_duplicate: bool,
    /// The properties that it wants and that are missing, as the API names them.
    pub(super) blank: Vec<String>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.header(name)?.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
    }

    /// How many objects the whole list has. The error follows the request's name in messages.
    pub(super) fn total(&self) -> Result<usize, String> {
        let total = self.header("X-Total-Count").ok_or("without the total (X-Total-Count)")?;
        total
            .trim()
            .parse()
            .map_err(|_| format!("with a total (X-Total-Count) that is not a number: `{}`", crate::text::quoted(total)))
    }

    /// The calls per second that the server allows; `None` if it does not say.
    pub(super) fn rate_allotted(&self) -> Option<f64> {
        self.number("X-Packagekey-Qps-Allotted").filter(|rate| *rate >= 1.0)
    }

    /// How many calls of the day are left, and how many are allowed; `None` if the server does not say.
    pub(super) fn quota_left(&self) -> Option<(f64, f64)> {
        let allotted = self.number("X-Packagekey-Quota-Allotted").filter(|allotted| *allotted >= 1.0)?;
        let used = self.number("X-Packagekey-Quota-Current")?;
        Some(((allotted - used).max(0.0), allotted))
    }

    /// When the quota resets, as the server writes it.
    pub(super) fn quota_reset(&self) -> Option<&str> {
        self.header("X-Plan-Quota-Reset")
    }

    pub(super) fn gate(&self) -> Option<Gate> {
        let code = match self.status {
            401 => return Some(Gate::Inactive),
            // Not of the API, but of a gateway or proxy before it: the call did not reach it.
            429 => return Some(Gate::TooFast),
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

    /// `masking` hides the secrets of the request in the text, before anything shortens it.
    pub(super) fn complaint(&self, masking: &Masking) -> Complaint {
        let Ok(error) = serde_json::from_slice::<ApiError>(&self.body) else { return Complaint::default() };
        let named: Vec<_> = error.errors.iter().filter(|error| !error.property.is_empty()).collect();
        let masked = |text: &str| short(&masking.text(text));
        let parts = named.iter().map(|error| format!("`{}`: {}", masked(&error.property), masked(&error.message)));
        let parts: Vec<String> = parts.take(5).collect();
        let is_duplicate = error.errors.iter().any(|error| error.message.contains("duplicate value"));
        let is_blank = |error: &&&PropertyError| error.message.contains("blank");
        let blank = named.iter().filter(is_blank).map(|error| masked(&error.property)).collect();
        let text = if parts.is_empty() { masked(&error.message) } else { parts.join("; ") };
        Complaint { text, is_about_property: !named.is_empty(), is_duplicate, blank }
    }

    /// The object in the body.
    pub(super) fn object(&self) -> Result<Object, String> {
        match self.json()? {
            Json::Object(object) => Ok(object),
            _ => Err("answered with JSON that is not an object".to_owned()),
        }
    }

    /// The list in the body. A row that is not an object becomes an empty one, unless all are.
    pub(super) fn rows(&self) -> Result<Vec<(Row, Identity)>, String> {
        let text = self.text()?;
        transport::check_values(text)?;
        let Some(list) = row::of_list(text) else {
            transport::json(text)?;
            return Err("answered with JSON that is not a list".to_owned());
        };
        if !list.has_objects {
            return Err("answered with a list that does not contain objects".to_owned());
        }
        Ok(list.rows)
    }

    /// Whether it is HTML or XML, which the API never sends.
    pub(super) fn is_page(&self) -> bool {
        self.body.trim_ascii().first() == Some(&b'<')
    }

    fn json(&self) -> Result<Json, String> {
        transport::json(self.text()?)
    }

    /// The text of the JSON in the body.
    fn text(&self) -> Result<&[u8], String> {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body).trim_ascii();
        if body.is_empty() {
            return Err("answered with an empty body".to_owned());
        }
        if self.is_page() {
            return Err("answered with HTML or XML instead of JSON".to_owned());
        }
        Ok(body)
    }
}

/// A server's text on one line. It may be long or hostile, but the reason is often at its end.
fn short(text: &str) -> String {
    crate::text::cut(text, LONGEST_TEXT).into_owned()
}
