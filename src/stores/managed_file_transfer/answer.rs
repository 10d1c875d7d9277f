//! One answer of the site, judged by its content: the types that it declares are not documented, and the web portal
//! answers every path with a page (`mft-api-keys.md` 1.5).

use std::time::Duration;

use reqwest::Response;
use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Map;
use serde_json::Value as Json;

use crate::stores::transport;
use crate::stores::transport::Unread;
use crate::text::cut;
use crate::text::quoted;

/// Most bytes of an answer. A list of ten thousand keys has about five million.
const LONGEST: usize = 32 << 20;

/// Most characters that are told of what the site says.
const TOLD: usize = 500;

/// Most field errors that are told.
const FIELDS: usize = 5;

/// What came back, whatever it says.
pub(super) struct Answer {
    pub(super) status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Reads an answer to its end.
pub(super) async fn read(mut response: Response) -> Result<Answer, Unread> {
    let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
    let body = transport::body(&mut response, LONGEST).await?;
    Ok(Answer { status, headers, body })
}

impl Answer {
    /// How long the site asks to wait; never longer than a minute.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let seconds: f64 = self.headers.get("Retry-After")?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs_f64(seconds.clamp(0.0, 60.0)))
    }

    /// The host that a redirect leads to.
    pub(super) fn leads_to(&self) -> Option<String> {
        Url::parse(self.headers.get("Location")?.to_str().ok()?).ok()?.host_str().map(str::to_owned)
    }

    fn text(&self) -> &[u8] {
        let text = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        text.trim_ascii()
    }

    pub(super) fn is_page(&self) -> bool {
        self.text().first() == Some(&b'<')
    }

    /// The body. The error goes after the request's name (MFT-034).
    pub(super) fn json(&self) -> Result<Json, String> {
        let text = self.text();
        if text.is_empty() {
            return Err("answered with nothing".to_owned());
        }
        serde_json::from_slice(text).map_err(|_| {
            let what = if self.is_page() { "a web page" } else { "something that is not JSON" };
            format!("answered with {what}")
        })
    }

    /// What the site says is wrong, in one of the shapes that its platform is known for; nothing when it says nothing
    /// that people could read.
    pub(super) fn complaint(&self) -> String {
        let text = self.text();
        if self.is_page() {
            return "a web page".to_owned();
        }
        let told = match serde_json::from_slice(text) {
            Ok(Json::Object(object)) => of_object(&object),
            Ok(Json::String(text)) => text,
            Ok(_) => String::new(),
            Err(_) => String::from_utf8_lossy(&text[..text.len().min(64 << 10)]).into_owned(),
        };
        told.trim().to_owned()
    }
}

/// RFC 7807 with or without `errors`, `{message}`, `{thruStatus, data}`.
fn of_object(object: &Map<String, Json>) -> String {
    let text =
        |name: &str| property(object, name).and_then(|(_, value)| value.as_str()).filter(|text| !text.is_empty());
    let errors = property(object, "errors").and_then(|(_, errors)| errors.as_object()).into_iter().flatten();
    let errors: Vec<String> = errors
        .take(FIELDS)
        .map(|(field, messages)| {
            let first = messages.as_array().and_then(|all| all.first()).unwrap_or(messages);
            format!("{}: {}", quoted(field), first.as_str().unwrap_or("wrong"))
        })
        .collect();
    if !errors.is_empty() {
        return errors.join("; ");
    }
    let texts = ["detail", "title", "message", "error", "data", "thruStatus"];
    texts.into_iter().find_map(text).unwrap_or_default().to_owned()
}

/// A property under its name in any case, and the name that it has (`mft-api-keys.md` 1.5).
pub(super) fn property<'a>(object: &'a Map<String, Json>, name: &str) -> Option<(&'a str, &'a Json)> {
    let exact = object.get_key_value(name);
    let found = exact.or_else(|| object.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)));
    found.map(|(name, value)| (name.as_str(), value))
}

/// What is told of a text of the site: no id, no value, one line, and not much of it.
pub(super) fn told<'m>(text: &str, secrets: impl IntoIterator<Item = &'m str>) -> String {
    let mut text = text.to_owned();
    for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "(hidden)");
    }
    let words =
        text.split_whitespace().map(|word| if crate::rules::looks_like_a_key(word) { "(hidden)" } else { word });
    cut(&words.collect::<Vec<_>>().join(" "), TOLD).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        Answer { status: 400, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn every_error_shape_is_read() {
        for (body, told) in [
            ("", ""),
            (
                r#"{"type":"x","title":"One or more validation errors occurred.","errors":{"KeyName":["is taken"],"X":"no"}}"#,
                "KeyName: is taken; X: no",
            ),
            (r#"{"Title":"Bad Request","status":400,"traceId":"0HM"}"#, "Bad Request"),
            (r#"{"title":"t","detail":"d"}"#, "d"),
            (r#""plain""#, "plain"),
            ("plain text", "plain text"),
            (r#"{"message":"m"}"#, "m"),
            (r#"{"thruStatus":"Failed","data":null}"#, "Failed"),
            (r#"{"thruStatus":"Failed","data":"why"}"#, "why"),
            ("<!DOCTYPE html><html></html>", "a web page"),
            ("[1]", ""),
        ] {
            assert_eq!(answer(body).complaint(), told, "{body}");
        }
    }

    #[test]
    fn what_is_told_holds_no_id() {
        let id = "fake-id-1";
        let other = "123e4567-e89b-42d3-a456-426614174000";
        let text = format!("no key {id},\n nor {other}\u{1b}[31m");
        let said = told(&text, [id]);
        assert_eq!(said, "no key (hidden), nor (hidden)");
        assert_eq!(told(&"é ".repeat(9_000), []).chars().count(), 501);
    }

    #[test]
    fn a_page_is_not_an_empty_list() {
        assert_eq!(answer(" <html>").json().err().as_deref(), Some("answered with a web page"));
        assert_eq!(answer("\u{feff}[]").json().ok(), Some(Json::Array(Vec::new())));
        assert!(answer("nonsense").json().is_err() && answer("").json().is_err());
        assert!(answer(&"[".repeat(100_000)).json().is_err());
    }
}
