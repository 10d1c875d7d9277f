//! Calls of the API: signs in, keeps the pace, retries where that is safe, and interprets answers.
//!
//! A call that the gateway rejected never reached the API, so it can be retried. Reads, merges and deletes can be
//! repeated. A create cannot: after a lost answer, the caller must check whether the object exists.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use reqwest::Method;
use reqwest::Url;

use super::answer;
use super::answer::Answer;
use super::answer::Gate;
use super::early::retry_if_early;
pub(super) use super::failure::Failure;
use super::path::CollectionPath;
use super::path::ObjectPath;
use super::token::SignIn;
use super::value;
use super::value::Object;
use crate::database::Guard;
use crate::model::Secret;
use crate::store::Refusal;
use crate::store::RefusalKind;
use crate::stores::TimeLimits;
use crate::stores::in_flight;
use crate::stores::masking::Masking;
use crate::stores::pace::Pace;
use crate::stores::retry;
use crate::stores::transport;
use crate::stores::transport::BodyError;
use crate::stores::transport::Route;
use crate::stores::transport::Sent;

/// How often a call that failed or got lost is tried.
const TRIES: u32 = 6;

/// How often a call is tried that gets no answer in time.
const TRIES_TIMED_OUT: u32 = 2;

/// How many tokens can be rejected before the credentials count as rejected.
const SIGN_INS: u32 = 3;

/// What a call went through so far.
#[derive(Default)]
struct Tries {
    /// Attempts that failed or got lost, and those of them that timed out.
    lost: u32,
    late: u32,
    too_fast: u32,
    inactive: u32,
}

pub(super) struct Api {
    pub(super) route: Route,
    base: Url,
    pub(super) sign_in: SignIn,
    pace: Pace,
    /// Set once the daily quota is used up: from then on, no calls are made.
    spent: Mutex<Option<Refusal>>,
    /// Calls that no forecast knows.
    repeated: AtomicU64,
}

/// One call. Messages and logs contain its name, never its query or its body.
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
    pub(super) fn new(route: Route, base: Url, sign_in: SignIn, pace: Pace) -> Self {
        Self { route, base, sign_in, pace, spent: Mutex::new(None), repeated: AtomicU64::new(0) }
    }

    /// From now on, calls are made only while the run holds its lock.
    pub(super) fn guarded_by(&mut self, lock: Guard) {
        self.pace.guarded_by(lock);
    }

    /// The date of the last answer that had one.
    pub(super) fn dated(&self) -> Option<transport::Dated> {
        self.route.dated()
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

    /// Calls so far, without sign-ins.
    pub(super) fn calls(&self) -> u64 {
        self.pace.calls()
    }

    /// Those of the calls that repeat one, or look once more: how many depends on the service.
    pub(super) fn repeated(&self) -> u64 {
        self.repeated.load(Ordering::Relaxed)
    }

    pub(super) fn repeats(&self, calls: usize) {
        self.repeated.fetch_add(u64::try_from(calls).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// `call`, each use of which after the first is a repetition.
    pub(super) fn counted<T>(&self, call: impl Fn() -> T) -> impl Fn() -> T {
        let uses = Cell::new(0_u32);
        move || {
            self.repeats(usize::from(uses.replace(1) > 0));
            call()
        }
    }

    pub(super) fn per_second(&self) -> f64 {
        self.pace.per_second()
    }

    /// One page of a list.
    pub(super) async fn list(&self, path: &CollectionPath, query: &[(&str, String)]) -> Result<Answer, Failure> {
        let call = Call { method: Method::GET, path: path.as_str(), query, body: None };
        // The whole area is always visible.
        if path.is_below_object() {
            retry_if_early(self.counted(|| self.call(&call))).await
        } else {
            self.call(&call).await
        }
    }

    pub(super) async fn get(&self, path: &ObjectPath, fields: String) -> Result<Object, Failure> {
        let query = [("fields", fields)];
        let query = if query[0].1.is_empty() { &[] } else { &query[..] };
        let call = Call { method: Method::GET, path: path.as_str(), query, body: None };
        let answer = retry_if_early(self.counted(|| self.call(&call))).await?;
        answer.object().map_err(|cause| Failure::Refused(unreadable(&call, &cause)))
    }

    /// Creates an object. An unreadable answer counts as lost: the object may exist.
    pub(super) async fn create(&self, path: &CollectionPath, body: &Object, fields: String) -> Result<Object, Failure> {
        let query = [("fields", fields)];
        let call = Call { method: Method::POST, path: path.as_str(), query: &query, body: Some(body) };
        let answer = self.call(&call).await?;
        answer.object().map_err(|cause| Failure::Lost(unreadable(&call, &cause)))
    }

    /// Changes only the properties in `body`. `None` if the change was made but the answer is unreadable.
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

    /// Deletes one object. Succeeds if it is already gone.
    pub(super) async fn delete(&self, path: &ObjectPath) -> Result<(), Failure> {
        let call = Call { method: Method::DELETE, path: path.as_str(), query: &[], body: None };
        match self.call(&call).await {
            Ok(_) | Err(Failure::Missing(_)) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Hides every secret that was sent.
    pub(super) const fn masking(&self) -> &Masking {
        &self.sign_in.masking
    }

    async fn call(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let secrets = ["apikey", "secret"].into_iter().filter_map(|name| value::text(call.body?, name));
        secrets.for_each(|secret| self.masking().hide(&Secret::new(secret)));
        let mut tries = Tries::default();
        let send = self.counted(|| self.send(call));
        loop {
            let (sent, token) = send().await?;
            let Some(answer) = self.answered(call, sent, &mut tries).await? else { continue };
            let seen = (answer.status, &answer.headers);
            match answer.gate() {
                Some(Gate::TooFast) if tries.too_fast + 1 < retry::TRIES_TOO_FAST => {
                    tries.too_fast += 1;
                    let usual = retry::pause_too_fast(tries.too_fast);
                    self.route.hold(&self.pace, &call.name(), seen, usual)?;
                }
                Some(Gate::Inactive) if tries.inactive + 1 < SIGN_INS => {
                    tries.inactive += 1;
                    self.sign_in.forget(&token).await;
                }
                Some(gate) => return Err(self.gateway_refusal(call, gate, &answer).into()),
                None if answer.status >= 500 && call.can_repeat() && tries.lost + 1 < TRIES => {
                    tries.lost += 1;
                    if answer.header("Retry-After").is_some() {
                        self.route.hold(&self.pace, &call.name(), seen, retry::FIRST)?;
                    } else {
                        self.pause(call, &tries, &format!("answered {}", answer.status)).await;
                    }
                }
                None if answer.status >= 500 => {
                    // The server may have created the object, so a search follows, which also has to wait.
                    self.route.hold_before_search(&self.pace, &call.name(), seen);
                    return self.interpret(call, answer);
                }
                None => return self.interpret(call, answer),
            }
        }
    }

    fn check_quota(&self) -> Result<(), Refusal> {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner).clone();
        spent.map_or(Ok(()), Err)
    }

    /// The answer, or `None` after a pause if the call is to be sent again.
    async fn answered(
        &self,
        call: &Call<'_>,
        sent: Sent<Answer>,
        tries: &mut Tries,
    ) -> Result<Option<Answer>, Failure> {
        let is_undelivered = matches!(sent, Sent::NotDelivered(_));
        tries.late += u32::from(matches!(sent, Sent::TimedOut(_)));
        let cause = match sent {
            Sent::Answered(answer) => return Ok(Some(answer)),
            Sent::NotDelivered(cause) | Sent::Unknown(cause) | Sent::TimedOut(cause) => cause,
        };
        let has_tries = tries.lost + 1 < TRIES && tries.late < TRIES_TIMED_OUT && !self.route.limits.is_over();
        // A call that was not delivered can always be repeated; any other, only if that is harmless.
        if has_tries && (is_undelivered || call.can_repeat()) {
            tries.lost += 1;
            self.pause(call, tries, &format!("got no answer: {cause}")).await;
            return Ok(None);
        }
        let refusal = self.unreachable(call, &cause);
        let is_write = call.method != Method::GET;
        Err(match (is_undelivered, call.can_repeat()) {
            (false, false) => Failure::Lost(refusal),
            (false, true) if is_write => Failure::Refused(refusal.lost(None)),
            _ => Failure::Refused(refusal),
        })
    }

    async fn pause(&self, call: &Call<'_>, tries: &Tries, why: &str) {
        self.route.wait(retry::pause(retry::FIRST, tries.lost), &call.name(), &self.masking().text(why)).await;
    }

    /// Sends a call when its turn has come. Also returns the token that it was sent with.
    async fn send(&self, call: &Call<'_>) -> Result<(Sent<Answer>, Secret), Failure> {
        self.check_quota()?;
        // During a long wait, a token expires and the quota may be used up.
        let prepare = async || {
            self.check_quota()?;
            self.sign_in.token(&self.route).await
        };
        let (_turn, token) = self.pace.turn(&call.name(), prepare).await?;
        Ok((self.send_now(call, &token).await?, token))
    }

    async fn send_now(&self, call: &Call<'_>, token: &Secret) -> Result<Sent<Answer>, Failure> {
        let _waits = in_flight::begin(call.name());
        let mut request = self
            .route
            .request(call.method.clone(), transport::below(&self.base, call.path))
            .bearer_auth(token.expose());
        if !call.query.is_empty() {
            request = request.query(call.query);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let properties = call.body.into_iter().flat_map(Object::keys);
        let response = match transport::send(request, call.name(), properties, self.masking()).await {
            Ok(response) => response,
            Err(error) => return Ok(self.route.unanswered(&error)),
        };
        self.route.see(&response);
        let answer = match answer::read(response, self.route.limits).await {
            Ok(answer) => answer,
            Err(error @ BodyError::TooLarge(_)) if call.can_repeat() => {
                let refusal = Refusal::unavailable(format!("{} {}", call.name(), error.cause()));
                return Err(Failure::Unusable(refusal.help("lower pageSize in keywright.yaml, or check `url`")));
            }
            Err(error) => return Ok(error.sent()),
        };
        if let Some(rate) = answer.rate_allotted() {
            self.pace.tighten(rate);
        }
        Ok(Sent::Answered(answer))
    }

    fn interpret(&self, call: &Call<'_>, answer: Answer) -> Result<Answer, Failure> {
        let asked = transport::below(&self.base, call.path);
        match self.route.detour(&call.name(), answer.status, &answer.headers, &asked) {
            Some(refusal) => Err(refusal.into()),
            None => interpret(call, answer, self.masking()),
        }
    }

    fn unreachable(&self, call: &Call<'_>, cause: &str) -> Refusal {
        Refusal::unavailable(format!("{} got no answer: {cause}", call.name())).help(self.route.help())
    }

    fn gateway_refusal(&self, call: &Call<'_>, gate: Gate, answer: &Answer) -> Refusal {
        let (name, status) = (call.name(), answer.status);
        match gate {
            Gate::TooFast => {
                Refusal::unavailable(format!("{name} exceeded the rate limit {} times in a row", retry::TRIES_TOO_FAST))
                    .help(retry::RATE_HELP)
            }
            Gate::Inactive => Refusal::unavailable(format!("{name} answered {status}: the sign-in was rejected"))
                .help("check that the API key is active and belongs to the area"),
            Gate::Forbidden => {
                let refusal = Refusal::unavailable(format!("{name} answered {status}: access is not allowed")).help(
                    "give the user a role that allows it: API Manager for packages and plans; Program Manager or Community \
                     Manager for users, applications and keys; Administrator for all of them",
                );
                Refusal { kind: RefusalKind::Rejected, ..refusal }
            }
            Gate::Spent => {
                let masked = answer.quota_reset().map(|when| self.masking().text(when));
                let when =
                    masked.map_or_else(String::new, |when| format!("; it resets at {}", crate::text::quoted(&when)));
                let refusal = Refusal::unavailable(format!("the daily quota of the API is used up{when}"))
                    .help("run again after the reset; completed changes are kept");
                *self.spent.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal.clone());
                refusal
            }
        }
    }
}

/// Interprets the API's own answer to a call that the gateway accepted.
fn interpret(call: &Call<'_>, answer: Answer, masking: &Masking) -> Result<Answer, Failure> {
    let (name, status) = (call.name(), answer.status);
    match status {
        200..300 => Ok(answer),
        404 => {
            let refusal = Refusal::stale(format!("{name} answered 404: the object does not exist"));
            // A list always exists if `url` is the address of the API.
            let is_list = call.method == Method::GET && !call.query.is_empty() && call.query[0].0 == "limit";
            if is_list {
                let refusal = Refusal::unavailable(refusal.reason);
                return Err(refusal.help("check `url`: it must be the address above /v3").into());
            }
            Err(Failure::Missing(refusal))
        }
        500.. if call.method == Method::POST => Err(Failure::Lost(failed(call, &answer, masking))),
        504 if call.method == Method::GET => Err(Failure::Unusable(failed(call, &answer, masking))),
        400 => {
            let complaint = answer.complaint(masking);
            let why = if complaint.text.is_empty() { "no reason given" } else { &complaint.text };
            let mut refusal = Refusal::unavailable(format!("{name} answered 400: {why}"));
            refusal.kind = RefusalKind::Rejected;
            Err(Failure::Invalid {
                refusal,
                is_settled: complaint.is_about_property,
                is_duplicate: complaint.is_duplicate,
                blank: complaint.blank,
            })
        }
        _ => Err(failed(call, &answer, masking).into()),
    }
}

fn failed(call: &Call<'_>, answer: &Answer, masking: &Masking) -> Refusal {
    let name = call.name();
    let complaint = answer.complaint(masking).text;
    let why = if complaint.is_empty() { String::new() } else { format!(": {complaint}") };
    let help =
        if answer.status >= 500 { "the service failed; run again later" } else { "check `url` in keywright.yaml" };
    Refusal::unavailable(format!("{name} answered {}{why}", answer.status)).help(help)
}

fn unreadable(call: &Call<'_>, cause: &str) -> Refusal {
    Refusal::unavailable(format!("{} {cause}", call.name())).help("check `url`; a proxy may have answered instead")
}
