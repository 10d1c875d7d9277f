//! What the clients of both remote stores have in common: a cautious HTTP client, a log that tells no secret, and
//! answers that end.
#![expect(clippy::disallowed_methods, reason = "edge: how long an answer takes")]

use std::error::Error as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use reqwest::Client;
use reqwest::RequestBuilder;
use reqwest::Response;

use crate::store::Refusal;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(15);

/// How long an answer may keep silent.
const SILENCE: Duration = Duration::from_mins(1);

/// How long one call may take in all.
const LONGEST: Duration = Duration::from_mins(5);

/// Redirects are not followed: a redirect would carry the credential to wherever it points. There is no way to turn the
/// check of certificates off.
pub(super) fn client() -> Result<Client, Refusal> {
    // An error says that another store of this process was here first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .timeout(LONGEST)
        .user_agent(concat!("keywright/", env!("CARGO_PKG_VERSION")))
        .build();
    client.map_err(|error| Refusal::unavailable(format!("the network can not be used: {}", cause(&error))))
}

/// Sends one request and tells the log how it went. `name` is what messages call it, without its query; of what is sent
/// only the names of the `properties` are told.
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

/// Why an answer was not read to its end. Says what became of it, to go after the request's name.
pub(super) enum Unread {
    Cut(String),
    /// It went on for longer than this. Asking again would not help.
    Endless(usize),
}

impl Unread {
    pub(super) fn cause(&self) -> String {
        match self {
            Self::Cut(cause) => format!("was cut short: {cause}"),
            Self::Endless(longest) => format!("answered with more than {} MiB", longest >> 20),
        }
    }
}

/// Reads a body of at most `longest` bytes to its end.
pub(super) async fn body(response: &mut Response, longest: usize) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Unread::Cut(cause(&error)))? {
        if body.len() + chunk.len() > longest {
            return Err(Unread::Endless(longest));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The innermost cause of a failed request. The outer ones repeat the address with its query.
pub(super) fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "there was no answer in time".to_owned();
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if error.source().is_none() { "the connection failed".to_owned() } else { innermost.to_string() }
}
