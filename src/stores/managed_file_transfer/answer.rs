//! One answer of the site, interpreted by its content: its media types are not documented, and the web portal answers
//! unknown paths with a web page (`mft-api-keys.md` 1.5).

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::Map;
use serde_json::Value as Json;

use crate::model::masks::HIDDEN;
use crate::stores::TimeLimits;
use crate::stores::masking::Masking;
use crate::stores::transport;
use crate::stores::transport::BodyError;
use crate::stores::transport::LONGEST_TEXT;
use crate::text::cut;

/// Maximum length of an answer. A list of ten thousand keys has about five million bytes.
const MAX_BYTES: usize = 16 << 20;

/// Maximum number of field errors in a message.
const FIELDS: usize = 5;

/// A complete answer, with any status.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    body: Vec<u8>,
}

pub(super) async fn read(mut response: Response, limits: TimeLimits) -> Result<Answer, BodyError> {
    let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
    let body = transport::body(&mut response, MAX_BYTES, limits).await?;
    Ok(Answer { status, headers, body })
}

impl Answer {
    fn text(&self) -> &[u8] {
        let text = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        text.trim_ascii()
    }

    pub(super) fn is_page(&self) -> bool {
        self.text().first() == Some(&b'<')
    }

    /// The body. The error follows the request's name in messages (MFT-034).
    pub(super) fn json(&self) -> Result<Json, String> {
        let text = self.text();
        if text.is_empty() {
            return Err("answered with an empty body".to_owned());
        }
        if self.is_page() {
            return Err("answered with a web page".to_owned());
        }
        transport::json(text)
    }

    /// The site's error message, from one of its platform's known formats; empty if there is none.
    pub(super) fn complaint(&self) -> String {
        let text = self.text();
        if self.is_page() {
            return "a web page".to_owned();
        }
        let message = match serde_json::from_slice(text) {
            Ok(Json::Object(object)) => error_text(&object),
            Ok(Json::String(text)) => text,
            Ok(_) => String::new(),
            Err(_) => String::from_utf8_lossy(&text[..text.len().min(64 << 10)]).into_owned(),
        };
        message.trim().to_owned()
    }
}

/// RFC 7807 with or without `errors`, `{message}`, `{thruStatus, data}`.
fn error_text(object: &Map<String, Json>) -> String {
    let text =
        |name: &str| property(object, name).and_then(|(_, value)| value.as_str()).filter(|text| !text.is_empty());
    let errors = property(object, "errors").and_then(|(_, errors)| errors.as_object()).into_iter().flatten();
    let errors: Vec<String> = errors
        .take(FIELDS)
        .map(|(field, messages)| {
            let first = messages.as_array().and_then(|all| all.first()).unwrap_or(messages);
            // Not shortened here: part of a secret would not be found.
            format!("{field}: {}", first.as_str().unwrap_or("wrong"))
        })
        .collect();
    if !errors.is_empty() {
        return errors.join("; ");
    }
    let texts = ["detail", "title", "message", "error", "data", "thruStatus"];
    texts.into_iter().find_map(text).unwrap_or_default().to_owned()
}

/// A property, found without regard to case, and its exact name (`mft-api-keys.md` 1.5).
pub(super) fn property<'a>(object: &'a Map<String, Json>, name: &str) -> Option<(&'a str, &'a Json)> {
    let exact = object.get_key_value(name);
    let found = exact.or_else(|| object.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)));
    found.map(|(name, value)| (name.as_str(), value))
}

/// Prepares a site's text for messages: one line, shortened, with ids and values hidden.
pub(super) fn redact(text: &str, masking: &Masking) -> String {
    let text = masking.text(text);
    let words = text.split_whitespace().map(|word| if crate::rules::looks_like_a_key(word) { HIDDEN } else { word });
    cut(&words.collect::<Vec<_>>().join(" "), LONGEST_TEXT).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    fn answer(body: &str) -> Answer {
        Answer { status: 400, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn every_error_shape_is_read() {
        for (body, message) in [
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
            assert_eq!(answer(body).complaint(), message, "{body}");
        }
    }

    #[test]
    fn redacted_text_contains_no_id() {
        let id = "fake-id-1";
        let other = "123e4567-e89b-42d3-a456-426614174000";
        let text = format!("no key {id},\n nor {other}\u{1b}[31m");
        let masking = Masking::default();
        masking.hide(&Secret::new(id));
        let redacted = redact(&text, &masking);
        assert_eq!(redacted, "no key (hidden), nor (hidden)");
        assert_eq!(redact(&"é ".repeat(9_000), &masking).chars().count(), LONGEST_TEXT + 1);
    }

    #[test]
    fn a_page_is_not_an_empty_list() {
        assert_eq!(answer(" <html>").json().err().as_deref(), Some("answered with a web page"));
        assert_eq!(answer("\u{feff}[]").json().ok(), Some(Json::Array(Vec::new())));
        assert!(answer("nonsense").json().is_err() && answer("").json().is_err());
        assert!(answer(&"[".repeat(100_000)).json().is_err());
    }
}
