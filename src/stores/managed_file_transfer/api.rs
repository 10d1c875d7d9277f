//! Calls of the site: signs in, calls one at a time, keeps the pace, and interprets answers.
//!
//! Only reads are retried here. A write whose answer is lost may have been done, so the caller must check
//! (`mft-api-keys.md` 1.5, 3.5).

use std::sync::Mutex;
use std::sync::PoisonError;

use reqwest::Method;
use reqwest::Url;
use reqwest::header::HeaderValue;
use serde_json::Map;
use serde_json::Value as Json;

use super::answer;
use super::answer::Answer;
use crate::database::Guard;
use crate::model::Secret;
use crate::rules;
use crate::store::Refusal;
use crate::store::RefusalKind;
use crate::stores::TimeLimits;
use crate::stores::in_flight;
use crate::stores::masking::Masking;
use crate::stores::pace::Pace;
use crate::stores::retry;
use crate::stores::transport;
use crate::stores::transport::Route;
use crate::stores::transport::Sent;
use crate::workspace::Operation;

/// How often a read is tried, or a write that was not delivered.
const TRIES: u32 = 3;

/// How often a read is tried that gets no answer in time.
const TRIES_TIMED_OUT: u32 = 2;

/// The status of a call beyond the rate limit.
const TOO_MANY: u16 = 429;

/// The minimum length of an id that may be a credential.
const SHORTEST_ID: usize = 8;

/// One object as the site sends it.
pub(super) type Object = Map<String, Json>;

/// How Keywright signs in. The workspace chooses; the other way is never tried (`mft-api-keys.md` Q3).
pub enum SignIn {
    /// The header `ApiKey`.
    ApiKey(Secret),
    Bearer(Secret),
}

/// Why a call has no usable answer.
pub(super) enum Failure {
    Refused(Refusal),
    /// The answer to a write is lost or unreadable: the write may have been done.
    Lost(Refusal),
    /// The object or path does not exist, or this credential cannot see it.
    Missing(Refusal),
    Forbidden(Refusal),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal)
            | Failure::Lost(refusal)
            | Failure::Missing(refusal)
            | Failure::Forbidden(refusal) => refusal,
        }
    }
}

pub(super) struct Api {
    route: Route,
    base: Url,
    sign_in: SignIn,
    pace: Pace,
    /// Set once the credential is rejected: from then on, no calls are made.
    stopped: Mutex<Option<Refusal>>,
    /// Hides the credential and all ids read so far: each may be the value of a key.
    masking: Masking,
}

struct Call<'a> {
    operation: &'a Operation,
    query: &'a [(&'a str, &'a str)],
    body: Option<&'a Object>,
}

impl Api {
    pub(super) fn new(route: Route, base: Url, sign_in: SignIn, pace: Pace) -> Self {
        let masking = Masking::default();
        let (SignIn::ApiKey(credential) | SignIn::Bearer(credential)) = &sign_in;
        masking.hide(credential);
        Self { route, base, sign_in, pace, stopped: Mutex::new(None), masking }
    }

    /// From now on, calls are made only while the run holds its lock.
    pub(super) fn guarded_by(&mut self, lock: Guard) {
        self.pace.guarded_by(lock);
    }

    /// How long calls and pauses may take.
    pub(super) const fn limits(&self) -> TimeLimits {
        self.route.limits
    }

    /// From now on, calls and pauses end within these limits.
    pub(super) const fn limited_to(&mut self, limits: TimeLimits) {
        self.route.limits = limits;
        self.pace.limited_to(limits);
    }

    pub(super) fn calls(&self) -> u64 {
        self.pace.calls()
    }

    pub(super) fn per_second(&self) -> f64 {
        self.pace.per_second()
    }

    /// The key that Keywright signs in with; `None` if it signs in with a token.
    pub(super) const fn own_key(&self) -> Option<&Secret> {
        match &self.sign_in {
            SignIn::ApiKey(key) => Some(key),
            SignIn::Bearer(_) => None,
        }
    }

    /// Adds ids that messages must hide.
    pub(super) fn hide<'i>(&self, ids: impl IntoIterator<Item = &'i str>) {
        // Shorter ids are not credentials, and numbers like `1` are part of many messages.
        let ids = ids.into_iter().filter(|id| id.len() >= SHORTEST_ID);
        ids.for_each(|id| self.masking.hide(&Secret::new(id)));
    }

    /// Hides every secret that was sent or read.
    pub(super) const fn masking(&self) -> &Masking {
        &self.masking
    }

    pub(super) async fn get(&self, operation: &Operation, query: &[(&str, &str)]) -> Result<Json, Failure> {
        let call = Call { operation, query, body: None };
        let mut tries = 1;
        loop {
            let sent = self.send(&call).await?;
            let most = match &sent {
                Sent::TimedOut(_) => TRIES_TIMED_OUT,
                Sent::Answered(answer) if answer.status == TOO_MANY => retry::TRIES_TOO_FAST,
                _ => TRIES,
            };
            let is_last = tries >= most || self.route.limits.is_over();
            match sent {
                Sent::Answered(answer) if is_transient(answer.status) && !is_last => {
                    self.hold(operation, &answer, tries).map_err(Failure::Refused)?;
                }
                Sent::NotDelivered(cause) | Sent::Unknown(cause) | Sent::TimedOut(cause) if is_last => {
                    return Err(Failure::Refused(self.unreachable(operation, &cause)));
                }
                Sent::NotDelivered(cause) | Sent::Unknown(cause) | Sent::TimedOut(cause) => {
                    self.wait(operation, &cause, tries).await;
                }
                Sent::Answered(answer) => {
                    let answer = self.interpret(&call, answer)?;
                    return answer.json().map_err(|cause| Failure::Refused(unexpected(operation, &cause)));
                }
            }
            tries += 1;
        }
    }

    /// Sends a write once. Retries only if there was no connection, so that the site cannot have received it.
    pub(super) async fn write(&self, operation: &Operation, body: &Object) -> Result<Json, Failure> {
        let call = Call { operation, query: &[], body: Some(body) };
        let mut tries = 1;
        loop {
            match self.send(&call).await? {
                Sent::NotDelivered(cause) if tries < TRIES && !self.route.limits.is_over() => {
                    self.wait(operation, &cause, tries).await;
                }
                Sent::NotDelivered(cause) => return Err(Failure::Refused(self.unreachable(operation, &cause))),
                Sent::Unknown(cause) | Sent::TimedOut(cause) => {
                    return Err(Failure::Lost(self.unreachable(operation, &cause)));
                }
                Sent::Answered(answer) => {
                    if is_transient(answer.status) {
                        // The site may have done it, so a look at the list follows, which also has to wait.
                        let _ = self.hold(operation, &answer, tries);
                    }
                    let answer = self.interpret(&call, answer)?;
                    return answer.json().map_err(|cause| Failure::Lost(unexpected(operation, &cause)));
                }
            }
            tries += 1;
        }
    }

    /// Waits before another attempt, after `tries` attempts.
    async fn wait(&self, operation: &Operation, cause: &str, tries: u32) {
        let why = self.masking.text(&format!("got no answer: {cause}"));
        self.route.wait(retry::pause(retry::FIRST, tries), &operation.to_string(), &why).await;
    }

    /// Makes no calls for as long as the site asks, or else for a usual pause.
    fn hold(&self, operation: &Operation, answer: &Answer, tries: u32) -> Result<(), Refusal> {
        let is_too_fast = answer.status == TOO_MANY;
        let usual = if is_too_fast { retry::pause_too_fast(tries) } else { retry::pause(retry::FIRST, tries) };
        self.route.hold(&self.pace, &operation.to_string(), (answer.status, &answer.headers), usual)
    }

    fn check_credential(&self) -> Result<(), Refusal> {
        let rejected = self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone();
        rejected.map_or(Ok(()), Err)
    }

    async fn send(&self, call: &Call<'_>) -> Result<Sent<Answer>, Failure> {
        self.check_credential()?;
        // Another call may learn during the wait that the credential is rejected.
        let (_turn, ()) = self.pace.turn(call.operation, async || self.check_credential()).await?;
        let method = Method::from_bytes(call.operation.method.as_bytes()).unwrap_or(Method::GET);
        let (name, value) = self.credential()?;
        let _waits = in_flight::begin(call.operation.to_string());
        let mut request = self
            .route
            .request(method, transport::below(&self.base, &call.operation.path))
            .header(name, value)
            .header("Accept", "application/json, text/plain;q=0.5");
        if !call.query.is_empty() {
            request = request.query(call.query);
        }
        if let Some(body) = call.body {
            let text = Json::Object(body.clone()).to_string();
            request = request.header("Content-Type", "application/json; charset=utf-8").body(text);
        }
        let properties = call.body.into_iter().flat_map(Object::keys);
        let response = match transport::send(request, call.operation, properties, &self.masking).await {
            Ok(response) => response,
            Err(error) => return Ok(self.route.unanswered(&error)),
        };
        Ok(match answer::read(response, self.route.limits).await {
            Ok(answer) => Sent::Answered(answer),
            Err(error) => error.sent(),
        })
    }

    fn credential(&self) -> Result<(&'static str, HeaderValue), Failure> {
        let (name, text) = match &self.sign_in {
            SignIn::ApiKey(key) => ("ApiKey", key.expose().to_owned()),
            SignIn::Bearer(token) => ("Authorization", format!("Bearer {}", token.expose())),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            let refusal = Refusal::unavailable("the credential contains characters that cannot be sent");
            Failure::Refused(refusal.help("check the source that `credentials` names in keywright.yaml"))
        })?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    /// Interprets an answer.
    fn interpret(&self, call: &Call<'_>, answer: Answer) -> Result<Answer, Failure> {
        let name = call.operation;
        let status = answer.status;
        let asked = transport::below(&self.base, &name.path);
        if let Some(refusal) = self.route.detour(&name.to_string(), status, &answer.headers, &asked) {
            return Err(Failure::Refused(refusal));
        }
        match status {
            200..300 => Ok(answer),
            401 => {
                let refusal = Refusal::unavailable(format!("{name} answered 401: the credential was rejected"));
                let refusal =
                    refusal.help("check that it is right, enabled and not expired; this run makes no more calls");
                *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal.clone());
                Err(Failure::Refused(refusal))
            }
            403 => Err(Failure::Forbidden(self.error_response(name, &answer, RefusalKind::Rejected).help(
                "grant key management to the user's role and the key's API types, or sign in with a user's token",
            ))),
            404 => Err(Failure::Missing(
                self.error_response(name, &answer, RefusalKind::Unavailable)
                    .help("check `url` and the path of the operation in keywright.yaml"),
            )),
            400..500 if !is_transient(status) => {
                Err(Failure::Refused(self.error_response(name, &answer, RefusalKind::Rejected)))
            }
            _ if call.body.is_some() => {
                Err(Failure::Lost(self.error_response(name, &answer, RefusalKind::Unavailable)))
            }
            TOO_MANY => {
                let reason = format!("{name} answered 429 each time: the rate limit is exceeded");
                Err(Failure::Refused(Refusal::unavailable(reason).help(retry::RATE_HELP)))
            }
            _ => Err(Failure::Refused(
                self.error_response(name, &answer, RefusalKind::Unavailable).help("the site failed; run again later"),
            )),
        }
    }

    fn unreachable(&self, operation: &Operation, cause: &str) -> Refusal {
        Refusal::unavailable(format!("{operation} got no answer: {cause}")).help(self.route.help())
    }

    fn error_response(&self, name: &Operation, answer: &Answer, kind: RefusalKind) -> Refusal {
        let complaint = answer::redact(&answer.complaint(), &self.masking);
        let suspect = if answer.is_page() { self.route.suspect() } else { String::new() };
        let why = if complaint.is_empty() { "no reason given" } else { &complaint };
        Refusal { kind, ..Refusal::unavailable(format!("{name} answered {}: {why}{suspect}", answer.status)) }
    }
}

/// Whether a retry may lead to another status.
const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429) || status >= 500
}

/// MFT-034: an answer that does not match the documentation of the operation.
pub(super) fn unexpected(operation: &Operation, cause: &str) -> Refusal {
    let refusal = Refusal::unavailable(format!("{operation} {cause}"));
    let refusal = refusal.help(
        "check `url` and the path of the operation in keywright.yaml; the portal answers unknown paths with a web page",
    );
    Refusal { rule: Some(rules::MFT_034.id), ..refusal }
}
