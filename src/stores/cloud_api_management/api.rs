//! Calls of the API: signed in, paced, tried again where that is safe, and understood.
//!
//! What may be tried again is the heart of it: a call that the gateway turned away never reached the API, and reads,
//! merges and deletes can be said twice. A create can not: when its answer is lost, whoever asked must look.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use reqwest::Client;
use reqwest::Method;
use reqwest::Url;
use tokio::sync::watch;

use super::answer;
use super::answer::Answer;
use super::answer::Gate;
use super::path::CollectionPath;
use super::path::ObjectPath;
use super::token::SignIn;
use super::value::Object;
use crate::database::Holding;
use crate::model::Secret;
use crate::store::Refusal;
use crate::stores::pace::Pace;
use crate::stores::retry;
use crate::stores::transport;
use crate::stores::transport::Unread;

/// How often a call that was turned away or got lost is tried before the change is given up.
const TRIES: u32 = 6;

/// How often a call that came too early in its second is tried: each time it waits longer.
const TRIES_TOO_FAST: u32 = 10;

/// How often a token may be refused before the credentials count as refused.
const SIGN_INS: u32 = 3;

/// Why a call has no answer to go on with.
pub(super) enum Failure {
    Refused(Refusal),
    /// A create whose answer is lost: it may have been done.
    Lost(Refusal),
    /// There is no such object.
    Missing(Refusal),
    /// The API says that what was sent is wrong. `is_settled` when it says so of a property; otherwise an object that
    /// was made a moment ago may only not be visible yet (Q1, Q2).
    Wrong {
        refusal: Refusal,
        is_settled: bool,
        is_duplicate: bool,
    },
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
            | Failure::Wrong { refusal, .. } => refusal,
        }
    }
}

pub(super) struct Api {
    client: Client,
    base: Url,
    sign_in: SignIn,
    pace: Pace,
    /// Set once the quota of the day is spent: from then on nothing is called.
    spent: Mutex<Option<Refusal>>,
}

/// One call. Its name is what messages call it; the query and the body are never told.
struct Call<'a> {
    method: Method,
    path: &'a str,
    query: &'a [(&'a str, String)],
    body: Option<&'a Object>,
}

impl Call<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn can_repeat(&self) -> bool {
        self.method != Method::POST
    }
}

impl Api {
    pub(super) fn new(client: Client, base: Url, sign_in: SignIn, pace: Pace) -> Self {
        Self { client, base, sign_in, pace, spent: Mutex::new(None) }
    }

    /// From now on nothing is called while it is not certain that the run has its lock.
    pub(super) fn guarded_by(&mut self, lock: watch::Receiver<Holding>) {
        self.pace.guarded_by(lock);
    }

    /// Calls so far, without sign-ins.
    pub(super) fn calls(&self) -> u64 {
        self.pace.calls()
    }

    /// Calls in a second as they are really spread.
    pub(super) fn per_second(&self) -> f64 {
        self.pace.per_second()
    }

    /// One page of a list.
    pub(super) async fn list(&self, path: &CollectionPath, query: &[(&str, String)]) -> Result<Answer, Failure> {
        self.call(&Call { method: Method::GET, path: path.as_str(), query, body: None }).await
    }

    pub(super) async fn get(&self, path: &ObjectPath, fields: String) -> Result<Object, Failure> {
        let query = [("fields", fields)];
        let query = if query[0].1.is_empty() { &[][..] } else { &query[..] };
        let call = Call { method: Method::GET, path: path.as_str(), query, body: None };
        let answer = self.call(&call).await?;
        answer.object().map_err(|cause| Failure::Refused(unreadable(&call, &cause)))
    }

    /// Makes an object. An answer that can not be read counts as lost: the object may be there.
    pub(super) async fn create(&self, path: &CollectionPath, body: &Object, fields: String) -> Result<Object, Failure> {
        let query = [("fields", fields)];
        let call = Call { method: Method::POST, path: path.as_str(), query: &query, body: Some(body) };
        let answer = self.call(&call).await?;
        answer.object().map_err(|cause| Failure::Lost(unreadable(&call, &cause)))
    }

    /// Changes the properties in `body` and no others. Nothing when the answer can not be read: the change was made.
    pub(super) async fn update(
        &self,
        path: &ObjectPath,
        body: &Object,
        fields: String,
    ) -> Result<Option<Object>, Failure> {
        let query = [("fields", fields)];
        let call = Call { method: Method::PUT, path: path.as_str(), query: &query, body: Some(body) };
        Ok(self.call(&call).await?.object().ok())
    }

    /// Deletes one object. One that is gone already is as good.
    pub(super) async fn delete(&self, path: &ObjectPath) -> Result<(), Failure> {
        let call = Call { method: Method::DELETE, path: path.as_str(), query: &[], body: None };
        match self.call(&call).await {
            Ok(_) | Err(Failure::Missing(_)) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    async fn call(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let (mut lost, mut too_fast, mut inactive) = (0, 0, 0);
        loop {
            let token = self.sign_in.token(&self.client).await?;
            let answer = match self.send(call, &token).await? {
                Sent::Answered(answer) => answer,
                // What never arrived can always be said again; what may have arrived only where twice is as good as once.
                sent if lost + 1 < TRIES && (matches!(sent, Sent::Never(_)) || call.can_repeat()) => {
                    lost += 1;
                    retry::rest(retry::FIRST, lost).await;
                    continue;
                }
                Sent::Maybe(cause) if !call.can_repeat() => return Err(Failure::Lost(unreachable(call, &cause))),
                Sent::Never(cause) | Sent::Maybe(cause) => return Err(unreachable(call, &cause).into()),
            };
            match answer.gate() {
                Some(Gate::TooFast) if too_fast + 1 < TRIES_TOO_FAST => {
                    too_fast += 1;
                    let pause = answer.retry_after().unwrap_or(Duration::from_secs(u64::from(too_fast)));
                    self.pace.hold(pause.max(Duration::from_millis(200)));
                }
                Some(Gate::Inactive) if inactive + 1 < SIGN_INS => {
                    inactive += 1;
                    self.sign_in.forget(&token).await;
                }
                Some(gate) => return Err(self.turned_away(call, gate, &answer).into()),
                None if answer.status >= 500 && call.can_repeat() && lost + 1 < TRIES => {
                    lost += 1;
                    retry::rest(retry::FIRST, lost).await;
                }
                None => return understood(call, answer),
            }
        }
    }

    async fn send(&self, call: &Call<'_>, token: &Secret) -> Result<Sent, Refusal> {
        if let Some(refusal) = self.spent.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(refusal);
        }
        let _turn = self.pace.turn().await.map_err(Refusal::from)?;
        let mut request = self.client.request(call.method.clone(), self.address(call.path)).bearer_auth(token.expose());
        if !call.query.is_empty() {
            request = request.query(call.query);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let properties = call.body.into_iter().flat_map(Object::keys);
        let response = match transport::send(request, call.name(), properties).await {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_builder() => return Ok(Sent::Never(transport::cause(&error))),
            Err(error) => return Ok(Sent::Maybe(transport::cause(&error))),
        };
        let answer = match answer::read(response).await {
            Ok(answer) => answer,
            Err(unread @ Unread::Endless(_)) if call.can_repeat() => {
                let refusal = Refusal::unavailable(format!("{} {}", call.name(), unread.cause()));
                return Err(refusal.help("lower pageSize in keywright.yaml, or check `url`"));
            }
            Err(unread) => return Ok(Sent::Maybe(unread.cause())),
        };
        if let Some(rate) = answer.rate_allotted() {
            self.pace.tighten(rate);
        }
        Ok(Sent::Answered(answer))
    }

    /// Paths begin with `/` and hold nothing that an address could misread.
    fn address(&self, path: &str) -> Url {
        let mut address = self.base.clone();
        address.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        address
    }

    fn turned_away(&self, call: &Call<'_>, gate: Gate, answer: &Answer) -> Refusal {
        let (name, status) = (call.name(), answer.status);
        match gate {
            Gate::TooFast => Refusal::unavailable(format!("{name} was called too often, {TRIES_TOO_FAST} times in a row"))
                .help("lower callsPerSecond in keywright.yaml; somebody else may be using the same credentials"),
            Gate::Inactive => Refusal::unavailable(format!("{name} answered {status}: the sign-in is not taken"))
                .help("check that the API key is active and belongs to the area"),
            Gate::Forbidden => Refusal::unavailable(format!("{name} answered {status}: not allowed"))
                .help("packages and plans need the role Administrator or API Manager; users, applications and keys need Administrator, Program Manager or Community Manager"),
            Gate::Spent => {
                let when = answer.quota_reset().map_or_else(String::new, |when| {
                    format!("; it is counted anew {}", crate::text::quoted(when))
                });
                let refusal = Refusal::unavailable(format!("the API's quota of the day is spent{when}"))
                    .help("run again after that: what was done stays done");
                *self.spent.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal.clone());
                refusal
            }
        }
    }
}

/// What the API itself says to a call that the gateway let through.
fn understood(call: &Call<'_>, answer: Answer) -> Result<Answer, Failure> {
    let (name, status) = (call.name(), answer.status);
    match status {
        200..300 => Ok(answer),
        300..400 => {
            let to = answer.header("Location").and_then(|to| Url::parse(to).ok());
            let host = to.as_ref().and_then(Url::host_str).unwrap_or("elsewhere");
            let refusal = Refusal::unavailable(format!("{name} was sent on to {host}, and was not followed"));
            Err(refusal.help("set `url` in keywright.yaml to where the API is").into())
        }
        404 => {
            let refusal = Refusal::stale(format!("{name} answered 404: it is not there"));
            // A list is always there, if the address is that of the API.
            let is_list = call.method == Method::GET && !call.query.is_empty() && call.query[0].0 == "limit";
            if is_list {
                let refusal = Refusal::unavailable(refusal.reason);
                return Err(refusal.help("check `url`: it is the address above /v3").into());
            }
            Err(Failure::Missing(refusal))
        }
        500.. if call.method == Method::POST => Err(Failure::Lost(failed(call, &answer))),
        400 => {
            let complaint = answer.complaint(call.body);
            let why = if complaint.text.is_empty() { "no reason was given" } else { &complaint.text };
            let mut refusal = Refusal::unavailable(format!("{name} answered 400: {why}"));
            refusal.kind = crate::store::RefusalKind::Rejected;
            Err(Failure::Wrong {
                refusal,
                is_settled: complaint.is_about_property,
                is_duplicate: complaint.is_duplicate,
            })
        }
        _ => Err(failed(call, &answer).into()),
    }
}

/// What became of a request.
enum Sent {
    Answered(Answer),
    /// There was no connection: the API has not seen it.
    Never(String),
    /// The connection broke: the API may have done it.
    Maybe(String),
}

fn failed(call: &Call<'_>, answer: &Answer) -> Refusal {
    let name = call.name();
    let complaint = answer.complaint(call.body).text;
    let why = if complaint.is_empty() { String::new() } else { format!(": {complaint}") };
    Refusal::unavailable(format!("{name} answered {}{why}", answer.status))
}

fn unreachable(call: &Call<'_>, cause: &str) -> Refusal {
    Refusal::unavailable(format!("{} had no answer: {cause}", call.name())).help("check `url` and the network")
}

fn unreadable(call: &Call<'_>, cause: &str) -> Refusal {
    Refusal::unavailable(format!("{} {cause}", call.name())).help("check `url`; a proxy may have answered instead")
}
