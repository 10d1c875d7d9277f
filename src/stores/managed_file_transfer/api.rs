//! Calls of the site: signed in, one at a time, no faster than allowed, and understood.
//!
//! Only reads are tried again here. A write whose answer is lost may have been done, so whoever asked must look
//! (`mft-api-keys.md` 1.5, 3.5).

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use reqwest::Client;
use reqwest::Method;
use reqwest::Url;
use reqwest::header::HeaderValue;
use serde_json::Map;
use serde_json::Value as Json;
use tokio::sync::watch;

use super::answer;
use super::answer::Answer;
use crate::database::Holding;
use crate::model::Secret;
use crate::rules;
use crate::store::Refusal;
use crate::store::RefusalKind;
use crate::stores::pace::Pace;
use crate::stores::retry;
use crate::stores::transport;
use crate::workspace::Operation;

/// How often a read is tried, and how often a write that never left this machine.
const TRIES: u32 = 3;

/// One object as the site sends it.
pub(super) type Object = Map<String, Json>;

/// How Keywright signs in. One form, said by the workspace; the other one is never tried (`mft-api-keys.md` Q3).
pub enum SignIn {
    /// The header `ApiKey`.
    ApiKey(Secret),
    Bearer(Secret),
}

/// Why a call has no answer to go on with.
pub(super) enum Failure {
    Refused(Refusal),
    /// A write whose answer is lost or makes no sense: it may have been done.
    Lost(Refusal),
    /// There is no such thing, or not for this credential.
    Missing(Refusal),
    Forbidden(Refusal),
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
    client: Client,
    base: Url,
    sign_in: SignIn,
    pace: Pace,
    /// Set once the sign-in is refused: from then on nothing is called.
    stopped: Mutex<Option<Refusal>>,
    /// Ids that were seen, any of which may be the value of a key. No message may hold one.
    ids: Mutex<BTreeSet<Box<str>>>,
}

struct Call<'a> {
    operation: &'a Operation,
    query: &'a [(&'a str, &'a str)],
    body: Option<&'a Object>,
}

impl Api {
    pub(super) fn new(client: Client, base: Url, sign_in: SignIn, pace: Pace) -> Self {
        Self { client, base, sign_in, pace, stopped: Mutex::new(None), ids: Mutex::default() }
    }

    /// From now on nothing is called while it is not certain that the run has its lock.
    pub(super) fn guarded_by(&mut self, lock: watch::Receiver<Holding>) {
        self.pace.guarded_by(lock);
    }

    /// Calls so far.
    pub(super) fn calls(&self) -> u64 {
        self.pace.calls()
    }

    /// Calls in a second as they are really spread.
    pub(super) fn per_second(&self) -> f64 {
        self.pace.per_second()
    }

    /// The key that Keywright is signed in with, if it is one.
    pub(super) const fn own_key(&self) -> Option<&Secret> {
        match &self.sign_in {
            SignIn::ApiKey(key) => Some(key),
            SignIn::Bearer(_) => None,
        }
    }

    /// Remembers ids that no message may hold.
    pub(super) fn hide<'i>(&self, ids: impl IntoIterator<Item = &'i str>) {
        let mut hidden = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        hidden.extend(ids.into_iter().map(Box::from));
    }

    pub(super) async fn get(&self, operation: &Operation, query: &[(&str, &str)]) -> Result<Json, Failure> {
        let call = Call { operation, query, body: None };
        let mut tries = 1;
        loop {
            let pause = retry::pause(retry::FIRST, tries);
            match self.send(&call).await? {
                Sent::Never(_) | Sent::Maybe(_) if tries < TRIES => tokio::time::sleep(pause).await,
                Sent::Answered(answer) if may_pass(answer.status) && tries < TRIES => {
                    let asked = answer.retry_after().filter(|_| matches!(answer.status, 429 | 503));
                    self.pace.hold(asked.unwrap_or(pause));
                }
                Sent::Never(cause) | Sent::Maybe(cause) => {
                    return Err(Failure::Refused(unreachable(operation, &cause)));
                }
                Sent::Answered(answer) => {
                    let answer = self.understood(&call, answer)?;
                    return answer.json().map_err(|cause| Failure::Refused(odd(operation, &cause)));
                }
            }
            tries += 1;
        }
    }

    /// Sends a write once; again only while there was no connection at all, so that the site can not have seen it.
    pub(super) async fn write(&self, operation: &Operation, body: &Object) -> Result<Json, Failure> {
        let call = Call { operation, query: &[], body: Some(body) };
        let mut tries = 1;
        loop {
            match self.send(&call).await? {
                Sent::Never(_) if tries < TRIES => retry::rest(retry::FIRST, tries).await,
                Sent::Never(cause) => return Err(Failure::Refused(unreachable(operation, &cause))),
                Sent::Maybe(cause) => return Err(Failure::Lost(unreachable(operation, &cause))),
                Sent::Answered(answer) => {
                    let answer = self.understood(&call, answer)?;
                    return answer.json().map_err(|cause| Failure::Lost(odd(operation, &cause)));
                }
            }
            tries += 1;
        }
    }

    async fn send(&self, call: &Call<'_>) -> Result<Sent, Failure> {
        if let Some(refusal) = self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(Failure::Refused(refusal));
        }
        let _turn = self.pace.turn().await.map_err(|closed| Failure::Refused(closed.into()))?;
        let method = Method::from_bytes(call.operation.method.as_bytes()).unwrap_or(Method::GET);
        let (name, value) = self.credential()?;
        let mut request = self
            .client
            .request(method, self.address(&call.operation.path))
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
        let response = match transport::send(request, call.operation, properties).await {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_builder() => return Ok(Sent::Never(transport::cause(&error))),
            Err(error) => return Ok(Sent::Maybe(transport::cause(&error))),
        };
        Ok(match answer::read(response).await {
            Ok(answer) => Sent::Answered(answer),
            Err(unread) => Sent::Maybe(unread.cause()),
        })
    }

    fn credential(&self) -> Result<(&'static str, HeaderValue), Failure> {
        let (name, text) = match &self.sign_in {
            SignIn::ApiKey(key) => ("ApiKey", key.expose().to_owned()),
            SignIn::Bearer(token) => ("Authorization", format!("Bearer {}", token.expose())),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            let refusal = Refusal::unavailable("the credential holds characters that can not be sent");
            Failure::Refused(refusal.help("check where `credentials` reads it from"))
        })?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    fn address(&self, path: &str) -> Url {
        let mut address = self.base.clone();
        address.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        address
    }

    /// What the site itself says.
    fn understood(&self, call: &Call<'_>, answer: Answer) -> Result<Answer, Failure> {
        let name = call.operation;
        let status = answer.status;
        match status {
            200..300 => Ok(answer),
            300..400 => {
                let host = answer.leads_to().unwrap_or_else(|| "elsewhere".to_owned());
                let refusal = Refusal::unavailable(format!("{name} was sent on to {host}, and was not followed"));
                Err(Failure::Refused(refusal.help("set `url` in keywright.yaml to where the site is")))
            }
            401 => {
                let refusal = Refusal::unavailable(format!("{name} answered 401: the credential is not taken"));
                let refusal = refusal.help("it may be wrong, expired or disabled; nothing more is tried with it");
                *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal.clone());
                Err(Failure::Refused(refusal))
            }
            403 => Err(Failure::Forbidden(self.complained(name, &answer, RefusalKind::Rejected).help(
                "the user's role, or the API types of the key in use, may lack key management; a user's token may have it",
            ))),
            404 => Err(Failure::Missing(
                self.complained(name, &answer, RefusalKind::Unavailable)
                    .help("check `url` and the path of the operation in keywright.yaml"),
            )),
            400..500 if !may_pass(status) => {
                Err(Failure::Refused(self.complained(name, &answer, RefusalKind::Rejected)))
            }
            _ if call.body.is_some() => Err(Failure::Lost(self.complained(name, &answer, RefusalKind::Unavailable))),
            _ => Err(Failure::Refused(self.complained(name, &answer, RefusalKind::Unavailable))),
        }
    }

    fn complained(&self, name: &Operation, answer: &Answer, kind: RefusalKind) -> Refusal {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let credential = match &self.sign_in {
            SignIn::ApiKey(secret) | SignIn::Bearer(secret) => secret.expose(),
        };
        let complaint = answer::told(&answer.complaint(), ids.iter().map(|id| &**id).chain([credential]));
        let why = if complaint.is_empty() { "no reason was given" } else { &complaint };
        Refusal { kind, ..Refusal::unavailable(format!("{name} answered {}: {why}", answer.status)) }
    }
}

/// Whether a status may be another one soon.
const fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429) || status >= 500
}

/// What became of a request.
enum Sent {
    Answered(Answer),
    /// There was no connection: the site has not seen it.
    Never(String),
    /// The connection broke: the site may have done it.
    Maybe(String),
}

fn unreachable(operation: &Operation, cause: &str) -> Refusal {
    Refusal::unavailable(format!("{operation} had no answer: {cause}")).help("check `url` and the network")
}

/// MFT-034: an answer that is not what the operation is documented to give.
pub(super) fn odd(operation: &Operation, cause: &str) -> Refusal {
    let refusal = Refusal::unavailable(format!("{operation} {cause}"));
    let refusal = refusal
        .help("check `url` and the path of the operation in keywright.yaml; the portal answers any path with a page");
    Refusal { rule: Some(rules::MFT_034.id), ..refusal }
}
