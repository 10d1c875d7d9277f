//! What the clients of both remote stores share: an HTTP client, a log without secrets, and answers of limited length.
#![expect(clippy::disallowed_methods, reason = "edge: measures how long an answer takes")]

use std::error::Error as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use reqwest::Client;
use reqwest::RequestBuilder;
use reqwest::Response;
use reqwest::Url;

use crate::store::Refusal;

/// Time limit for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Time limit for each read of an answer.
const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// Time limit for one whole call.
const CALL_TIMEOUT: Duration = Duration::from_mins(5);

/// Redirects are not followed, because they would carry the credential elsewhere. Certificate checks cannot be off.
pub(super) fn client() -> Result<Client, Refusal> {
    // An error means that another store of this process has already installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .user_agent(concat!("keywright/", env!("CARGO_PKG_VERSION")))
        .build();
    client.map_err(|error| Refusal::unavailable(format!("could not set up the HTTP client: {}", cause(&error))))
}

/// Sends one request and logs the result. `name` is the request's name in messages, without its query. Of the body,
/// only the names of the `properties` are logged.
pub(super) async fn send<'p>(
    request: RequestBuilder,
    name: impl std::fmt::Display,
    properties: impl Iterator<Item = &'p String>,
) -> reqwest::Result<Response> {
    static SENT: AtomicU64 = AtomicU64::new(0);
    let number = SENT.fetch_add(1, Ordering::Relaxed) + 1;
    let sent = properties.map(String::as_str).collect::<Vec<_>>().join(", ");
    let sent = (!sent.is_empty()).then_some(sent);
    let began = Instant::now();
    let answer = request.send().await;
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    match &answer {
        Ok(response) => {
            let status = response.status().as_u16();
            tracing::debug!(request = number, status, milliseconds, sent, "{name}");
        }
        Err(error) => {
            tracing::debug!(request = number, error = cause(error), milliseconds, sent, "{name}");
        }
    }
    answer
}

/// The address of `path`, which begins with `/`, below `base`.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut address = base.clone();
    address.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    address
}

/// What is known about a request after an attempt to send it.
pub(super) enum Sent<T> {
    Answered(T),
    /// There was no connection: the server has not received it.
    NotDelivered(String),
    /// The connection broke: the server may have acted on it.
    Unknown(String),
}

impl<T> From<reqwest::Error> for Sent<T> {
    fn from(error: reqwest::Error) -> Self {
        let is_undelivered = error.is_connect() || error.is_builder();
        if is_undelivered { Self::NotDelivered(cause(&error)) } else { Self::Unknown(cause(&error)) }
    }
}

/// Why an answer was not read to its end.
pub(super) enum BodyError {
    Interrupted(String),
    /// It has more bytes than this. Another attempt would not help.
    TooLarge(usize),
}

impl BodyError {
    /// Follows the request's name in messages.
    pub(super) fn cause(&self) -> String {
        match self {
            Self::Interrupted(cause) => format!("was interrupted: {cause}"),
            Self::TooLarge(max) => format!("answered with more than {} MiB", max >> 20),
        }
    }
}

/// Reads a body of at most `max` bytes.
pub(super) async fn body(response: &mut Response, max: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| BodyError::Interrupted(cause(&error)))? {
        if body.len() + chunk.len() > max {
            return Err(BodyError::TooLarge(max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The innermost cause of a failed request: the outer ones repeat the address with its query.
pub(super) fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it timed out".to_owned();
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if error.source().is_none() { "the connection failed".to_owned() } else { innermost.to_string() }
}
