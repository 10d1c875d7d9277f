//! What the clients of both remote stores share: an HTTP client, a log without secrets, and answers of limited length.
#![expect(clippy::disallowed_methods, reason = "edge: measures how long an answer takes")]

use std::error::Error as _;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use reqwest::Client;
use reqwest::Method;
use reqwest::RequestBuilder;
use reqwest::Response;
use reqwest::Url;
use reqwest::header::HeaderMap;

use super::masking::Masking;
use super::pace::Pace;
use super::retry_after::retry_after;
use super::time_limits::AUDIBLE;
use super::time_limits::LONGEST_PAUSE;
use super::time_limits::TimeLimits;
use super::time_limits::spoken;
use crate::model;
use crate::network;
use crate::store::Refusal;
use crate::text::quoted;

/// Maximum length of a server's text in messages, in characters. Its reason is often at its end, so whole sentences of
/// several refusals must have room; only a page of HTML or a hostile text is longer.
pub(super) const LONGEST_TEXT: usize = 4_000;

/// Time limit for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The route to one server: an HTTP client, and the proxy in between.
pub(crate) struct Route {
    client: Client,
    /// Host and port.
    proxy: Option<Box<str>>,
    dated: Mutex<Option<Dated>>,
    pub(crate) limits: TimeLimits,
}

/// The date of an answer, and when it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Dated {
    pub date: model::Instant,
    pub arrived: Instant,
}

impl Route {
    /// Redirects are not followed, because they would carry the credential elsewhere. Certificate checks cannot be off.
    /// Calls to this machine go through no proxy, which would see the credential unencrypted.
    pub(crate) fn to(server: &Url) -> Result<Self, Refusal> {
        // An error means that another store of this process has already installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        if server.scheme() == "https" {
            network::check_certificates().map_err(|cause| {
                Refusal::unavailable(format!("could not set up TLS: {cause}")).help(network::CERTIFICATES_HELP)
            })?;
        }
        let proxy = network::proxy_for(server);
        let builder = if proxy.is_some() { Client::builder() } else { Client::builder().no_proxy() };
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("keywright/", env!("CARGO_PKG_VERSION")))
            .build();
        // Without certificates there is no client at all, not even for a server without TLS.
        let failed = |error| {
            let refusal = Refusal::unavailable(format!("could not set up the HTTP client: {}", innermost(&error)));
            refusal.help("install the certificates of this system (`ca-certificates` on Debian), or set SSL_CERT_FILE to a file of them")
        };
        Ok(Self { client: client.map_err(failed)?, proxy, dated: Mutex::default(), limits: TimeLimits::default() })
    }

    pub(crate) fn request(&self, method: Method, address: Url) -> RequestBuilder {
        // The limit includes headers and body, however slowly they arrive.
        self.client.request(method, address).timeout(self.limits.of_call())
    }

    /// Waits before another attempt. `why` follows the request's `name`.
    pub(crate) async fn wait(&self, pause: Duration, name: &str, why: &str) {
        if pause >= AUDIBLE {
            tracing::warn!("{name} {why}; trying again in {}", spoken(pause));
        }
        self.limits.within(tokio::time::sleep(pause)).await;
    }

    /// How long the server asks to wait; an error if that is longer than the run waits.
    pub(crate) fn asked(&self, name: &str, status: u16, headers: &HeaderMap) -> Result<Option<Duration>, Refusal> {
        let (asked, most) = (retry_after(headers), self.limits.longest_pause());
        match asked {
            Some(asked) if asked > most => {
                let is_of_run = most < LONGEST_PAUSE;
                let (asked, most) = (spoken(asked), spoken(most));
                let by = if is_of_run { " (--max-time)" } else { "" };
                let reason =
                    format!("{name} answered {status} and asks to wait {asked}, but this run waits at most {most}{by}");
                let more = if is_of_run { ", or raise --max-time" } else { "" };
                Err(Refusal::unavailable(reason).help(format!("run again in {asked}{more}")))
            }
            asked => Ok(asked),
        }
    }

    /// Makes no calls for as long as the server asks, or else for `usual`, and says so if that is long.
    pub(super) fn hold(
        &self,
        pace: &Pace,
        name: &str,
        (status, headers): (u16, &HeaderMap),
        usual: Duration,
    ) -> Result<(), Refusal> {
        let asked = self.asked(name, status, headers)?;
        let pause = asked.unwrap_or(usual);
        if pace.hold(pause) {
            let asks = if asked.is_some() { " and asks to wait" } else { "" };
            tracing::warn!("{name} answered {status}{asks}; the next call is in {}", spoken(pause));
        }
        Ok(())
    }

    /// Like `hold`, before a search for what a lost write did. If the server asks to wait longer than this run waits, an early
    /// search is better than an unknown end.
    pub(super) fn hold_before_search(&self, pace: &Pace, name: &str, seen: (u16, &HeaderMap)) {
        if let Err(too_long) = self.hold(pace, name, seen, Duration::ZERO) {
            tracing::warn!("{}; a search for what it did begins now", too_long.reason);
        }
    }

    /// Remembers the date of an answer that the server itself gave just now.
    pub(crate) fn see(&self, response: &Response) {
        if !response.status().is_success() {
            return;
        }
        if let Some(date) = date(response.headers()) {
            let dated = Dated { date, arrived: Instant::now() };
            *self.dated.lock().unwrap_or_else(PoisonError::into_inner) = Some(dated);
        }
    }

    /// The date of the last answer that had one.
    pub(crate) fn dated(&self) -> Option<Dated> {
        *self.dated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known about a request that has no answer.
    pub(crate) fn unanswered<T>(&self, error: &reqwest::Error) -> Sent<T> {
        let is_undelivered = error.is_connect() || error.is_builder();
        let cause = self.cause(error);
        match (is_undelivered, error.is_timeout()) {
            (true, _) => Sent::NotDelivered(cause),
            (false, true) => Sent::TimedOut(cause),
            (false, false) => Sent::Unknown(cause),
        }
    }

    /// Why a request has no answer. Names the proxy, which may be the cause as well as the server.
    pub(crate) fn cause(&self, error: &reqwest::Error) -> String {
        let is_late = error.is_timeout() && (self.limits.is_over() || !error.is_connect());
        let cause = if is_late { self.limits.cause() } else { innermost(error) };
        // The words of rustls for an answer that is no TLS.
        if cause.contains("InvalidContentType") {
            return "it answered without TLS; `url` begins with https://, but the server may only speak http://"
                .to_owned();
        }
        let Some(proxy) = &self.proxy else { return cause };
        match cause.as_str() {
            // The words of hyper for a proxy that answers 407, or anything else but 200.
            "tunnel error: proxy authorization required" => {
                format!("the proxy {proxy} requires a username and password (407)")
            }
            "tunnel error: unsuccessful" => format!("the proxy {proxy} refused the connection"),
            _ => format!("{cause} (through the proxy {proxy})"),
        }
    }

    /// The help for a request that has no answer.
    pub(crate) fn help(&self) -> &'static str {
        if self.limits.is_over() {
            "run again to continue, or raise --max-time"
        } else if self.proxy.is_some() {
            "check `url`, the network and the proxy: HTTPS_PROXY or ALL_PROXY names it, NO_PROXY lists exceptions"
        } else {
            "check `url` and the network; --request-timeout gives a slow server more time"
        }
    }

    /// Names the proxy, at the end of a message about an answer that the server probably did not give.
    pub(crate) fn suspect(&self) -> String {
        self.proxy.as_ref().map_or_else(String::new, |proxy| format!("; the proxy {proxy} may have answered"))
    }

    /// An answer that comes from no API: a redirect, or a proxy that requires a sign-in. `name` is the request's name in
    /// messages, and `asked` its address.
    pub(crate) fn detour(&self, name: &str, status: u16, headers: &HeaderMap, asked: &Url) -> Option<Refusal> {
        match status {
            304 => {
                let reason = format!("{name} answered 304 (not modified) without any content{}", self.suspect());
                Some(
                    Refusal::unavailable(reason)
                        .help("check `url`; a proxy or cache may have answered instead of the API"),
                )
            }
            300..400 => {
                let to = destination(headers, asked).unwrap_or_else(|| "another address".to_owned());
                let reason = format!("{name} was redirected to {to}; redirects are not followed");
                Some(Refusal::unavailable(reason).help("set `url` in keywright.yaml to the address of the API itself"))
            }
            407 => {
                let proxy =
                    self.proxy.as_ref().map_or_else(|| "a proxy".to_owned(), |name| format!("the proxy {name}"));
                let reason = format!("{name} was answered by {proxy}, which requires a username and password (407)");
                Some(Refusal::unavailable(reason).help("sign in to the proxy, or list the host in NO_PROXY"))
            }
            _ => None,
        }
    }
}

/// The server's time in an answer. `None` if it is missing, unreadable, or that of a copy that a cache kept.
fn date(headers: &HeaderMap) -> Option<model::Instant> {
    if headers.contains_key("Age") {
        return None;
    }
    let date = headers.get("Date")?.to_str().ok()?;
    chrono::DateTime::parse_from_rfc2822(date).ok().map(|date| date.to_utc())
}

/// Where a redirect leads: scheme, host and port, and the path on the same host. Never the query, which may repeat what
/// was sent.
fn destination(headers: &HeaderMap, asked: &Url) -> Option<String> {
    let location = headers.get("Location")?.to_str().ok()?;
    let to = asked.join(location).ok()?;
    let host = to.host_str()?;
    let port = to.port().map_or_else(String::new, |port| format!(":{port}"));
    // A longer path would be cut, and secrets that it repeats are hidden only whole.
    let is_shown = to.origin() == asked.origin() && to.path().len() <= 20;
    let path = if is_shown { to.path() } else { "" };
    Some(quoted(&format!("{}://{host}{port}{path}", to.scheme())).into_owned())
}

/// Sends one request and logs the result. `name` is the request's name in messages, without its query. Of the body,
/// only the names of the `properties` are logged. `masking` hides every secret of the request.
pub(crate) async fn send<'p>(
    request: RequestBuilder,
    name: impl std::fmt::Display,
    properties: impl Iterator<Item = &'p String>,
    masking: &Masking,
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
            tracing::debug!(request = number, error = masking.text(&innermost(error)), milliseconds, sent, "{name}");
        }
    }
    answer
}

/// The address of `path`, which begins with `/`, below `base`.
pub(crate) fn below(base: &Url, path: &str) -> Url {
    let mut address = base.clone();
    address.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    address
}

/// What is known about a request after an attempt to send it.
pub(crate) enum Sent<T> {
    Answered(T),
    /// There was no connection: the server has not received it.
    NotDelivered(String),
    /// The connection broke: the server may have acted on it.
    Unknown(String),
    /// The answer was not complete in time: the server may have acted on it.
    TimedOut(String),
}

/// Why an answer was not read to its end.
pub(crate) enum BodyError {
    Interrupted(String),
    /// It was not complete in time.
    Late(String),
    /// It has more bytes than this. Another attempt would not help.
    TooLarge(usize),
}

impl BodyError {
    /// What is known about the request.
    pub(crate) fn sent<T>(&self) -> Sent<T> {
        let is_late = matches!(self, Self::Late(_));
        if is_late { Sent::TimedOut(self.cause()) } else { Sent::Unknown(self.cause()) }
    }

    /// Follows the request's name in messages.
    pub(crate) fn cause(&self) -> String {
        match self {
            Self::Interrupted(cause) => format!("was interrupted: {cause}"),
            Self::Late(cause) => cause.clone(),
            Self::TooLarge(max) => format!("answered with more than {} MiB", max >> 20),
        }
    }
}

/// Maximum number of values in an answer. Read, each takes much more memory than its byte or two in the text.
const MOST_VALUES: usize = 500_000;

/// Refuses a JSON text with too many values. The error follows the request's name in messages.
pub(crate) fn check_values(text: &[u8]) -> Result<(), String> {
    // Every value after the first follows a comma or a colon. Those in texts count too, which is only stricter.
    if text.iter().filter(|byte| matches!(byte, b',' | b':')).count() > MOST_VALUES {
        return Err(format!("answered with more than {MOST_VALUES} values"));
    }
    Ok(())
}

/// Reads JSON with a limited number of values. The error follows the request's name in messages.
pub(crate) fn json(text: &[u8]) -> Result<serde_json::Value, String> {
    check_values(text)?;
    serde_json::from_slice(text).map_err(|_| "answered with text that is not JSON".to_owned())
}

/// Reads a body of at most `max` bytes.
pub(crate) async fn body(response: &mut Response, max: usize, limits: TimeLimits) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    let broken = |error: reqwest::Error| {
        if error.is_timeout() { BodyError::Late(limits.cause()) } else { BodyError::Interrupted(innermost(&error)) }
    };
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > max {
            return Err(BodyError::TooLarge(max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The innermost cause of a failed request: the outer ones repeat the address with its query.
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it timed out".to_owned();
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    if error.source().is_none() { "the connection failed".to_owned() } else { inner.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_readable_date_that_no_cache_kept_is_the_servers_time() {
        for (headers, expected) in [
            (&[("Date", "Sun, 29 Nov 2026 01:40:53 GMT")][..], Some(1_795_916_453)),
            (&[], None),
            (&[("Date", "soon")], None),
            (&[("Date", "Sun, 29 Nov 2026 01:40:53 GMT"), ("Age", "0")], None),
        ] {
            let headers: HeaderMap =
                headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            assert_eq!(date(&headers).map(|date| date.timestamp()), expected);
        }
    }
}
