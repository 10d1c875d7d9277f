//! Gets tokens by the password grant with the area as scope, and renews them (`cloud-api-management.md` 5.1).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value as Json;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::answer;
use super::answer::Gate;
use crate::model::Secret;
use crate::store::Refusal;
use crate::stores::in_flight;
use crate::stores::masking::Masking;
use crate::stores::retry;
use crate::stores::transport;
use crate::stores::transport::BodyError;
use crate::stores::transport::Route;

/// The credentials. The workspace only references them; they are never printed.
pub struct Credentials {
    pub api_key: Credential,
    pub api_secret: Credential,
    pub username: Credential,
    pub password: Credential,
}

pub struct Credential {
    pub value: Secret,
    /// The name of its source in messages, like `the variable KEYWRIGHT_CAM_PASSWORD`.
    pub source: String,
}

/// The name of the request in messages.
const NAME: &str = "POST /v3/token";

/// How often a token is requested from a server that is down, and from one that does not answer in time.
const TRIES: u32 = 3;
const TRIES_TIMED_OUT: u32 = 2;

/// Seconds until a token is renewed, for the lifetime in the vendor's sample (5.1).
pub(super) const USUAL_LIFE: f64 = 3600.0 * 0.95;

/// The longest token lifetime that is accepted.
const LONGEST_LIFE: Duration = Duration::from_hours(24);

/// The lifetime in the vendor's sample, for a server that does not say it.
const DEFAULT_LIFE: Duration = Duration::from_hours(1);

/// A token is renewed this long before it expires, or at 95 % of its lifetime, whichever is later.
const EARLY: Duration = Duration::from_mins(5);

pub(super) struct SignIn {
    address: Url,
    area: Box<str>,
    credentials: Credentials,
    current: Mutex<Option<Token>>,
    /// Hides the credentials and every token so far.
    pub(super) masking: Masking,
}

struct Token {
    value: Secret,
    refresh: Option<Secret>,
    renew_at: Instant,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Box<str>,
    #[serde(default)]
    refresh_token: Option<Box<str>>,
    #[serde(default)]
    expires_in: Json,
}

#[derive(Deserialize, Default)]
struct TokenError {
    #[serde(default)]
    error: String,
}

impl SignIn {
    pub(super) fn new(address: Url, area: Box<str>, credentials: Credentials) -> Self {
        let masking = Masking::default();
        let Credentials { api_key, api_secret, username, password } = &credentials;
        let basic = STANDARD.encode(format!("{}:{}", api_key.value.expose(), api_secret.value.expose()));
        masking.hide(&Secret::new(basic));
        for credential in [api_key, api_secret, username, password] {
            masking.hide(&credential.value);
        }
        Self { address, area, credentials, current: Mutex::new(None), masking }
    }

    /// A valid token. It is fetched only once, however many calls wait for it.
    pub(super) async fn token(&self, route: &Route) -> Result<Secret, Refusal> {
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| Instant::now() < token.renew_at) {
            return Ok(token.value.clone());
        }
        let refresh = current.take().and_then(|token| token.refresh);
        let renewed = match refresh {
            Some(refresh) => {
                self.ask(route, &[("grant_type", "refresh_token"), ("refresh_token", refresh.expose())]).await.ok()
            }
            None => None,
        };
        let token = match renewed {
            Some(token) => token,
            None => self.sign_in(route).await?,
        };
        token.refresh.iter().chain([&token.value]).for_each(|secret| self.masking.hide(secret));
        let value = token.value.clone();
        *current = Some(token);
        Ok(value)
    }

    /// How long the token is used from now on.
    pub(super) async fn rest_of_token(&self) -> Option<Duration> {
        let current = self.current.lock().await;
        current.as_ref().map(|token| token.renew_at.saturating_duration_since(Instant::now()))
    }

    /// Discards a token that the API rejected, unless another call has already fetched a new one.
    pub(super) async fn forget(&self, refused: &Secret) {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|token| token.value == *refused) {
            *current = None;
        }
    }

    async fn sign_in(&self, route: &Route) -> Result<Token, Refusal> {
        let form = [
            ("grant_type", "password"),
            ("username", self.credentials.username.value.expose()),
            ("password", self.credentials.password.value.expose()),
            ("scope", &self.area),
        ];
        self.ask(route, &form).await
    }

    /// Requests a token, with retries if the server is down.
    async fn ask(&self, route: &Route, form: &[(&str, &str)]) -> Result<Token, Refusal> {
        let mut made = 1;
        loop {
            let usual = retry::pause(retry::FIRST, made);
            let (refusal, pause, tries, why) = match self.ask_once(route, form).await {
                Ok(token) => return Ok(token),
                Err(SignInError::Unavailable(refusal, asked)) => {
                    (refusal, asked.unwrap_or(usual), TRIES, "failed".to_owned())
                }
                Err(SignInError::TooFast(refusal, asked)) => {
                    let asks = if asked.is_some() { ", and the server asks to wait" } else { "" };
                    let pause = asked.unwrap_or(retry::pause_too_fast(made));
                    (refusal, pause, retry::TRIES_TOO_FAST, format!("exceeded the rate limit{asks}"))
                }
                Err(SignInError::Late(refusal)) => (refusal, usual, TRIES_TIMED_OUT, "failed".to_owned()),
                Err(SignInError::Rejected(refusal)) => return Err(refusal),
            };
            if made >= tries || route.limits.is_over() {
                return Err(refusal);
            }
            route.wait(pause, NAME, &why).await;
            made += 1;
        }
    }

    async fn ask_once(&self, route: &Route, form: &[(&str, &str)]) -> Result<Token, SignInError> {
        let _waits = in_flight::begin(NAME.to_owned());
        let request = route
            .request(Method::POST, self.address.clone())
            .basic_auth(self.credentials.api_key.value.expose(), Some(self.credentials.api_secret.value.expose()))
            .form(form);
        let down = |cause: String, is_late: bool| {
            let refusal = Refusal::unavailable(format!("could not sign in: {NAME} {cause}")).help(route.help());
            if is_late { SignInError::Late(refusal) } else { SignInError::Unavailable(refusal, None) }
        };
        let response = transport::send(request, NAME, std::iter::empty(), &self.masking).await;
        let response =
            response.map_err(|error| down(format!("got no answer: {}", route.cause(&error)), error.is_timeout()))?;
        let answer = answer::read(response, route.limits).await;
        let answer = answer
            .map_err(|error| down(format!("answered, but {}", error.cause()), matches!(error, BodyError::Late(_))))?;
        if let Some(refusal) = route.detour(NAME, answer.status, &answer.headers, &self.address) {
            let reason = format!("could not sign in: {}", refusal.reason);
            return Err(SignInError::Rejected(Refusal { reason, ..refusal }));
        }
        match answer.status {
            _ if answer.is_page() => Err(page(&answer, route)),
            200..300 => token(&answer).map_err(SignInError::Rejected),
            _ if answer.status >= 500 || answer.gate() == Some(Gate::TooFast) => {
                let asked = route.asked(NAME, answer.status, &answer.headers).map_err(SignInError::Rejected)?;
                let refusal = refused(&answer, &self.credentials);
                let is_too_fast = answer.gate() == Some(Gate::TooFast);
                let error = if is_too_fast { SignInError::TooFast } else { SignInError::Unavailable };
                Err(error(refusal, asked))
            }
            _ => Err(SignInError::Rejected(refused(&answer, &self.credentials))),
        }
    }
}

/// Why there is no token.
enum SignInError {
    /// The server could not be reached, or failed; and how long it asks to wait.
    Unavailable(Refusal, Option<Duration>),
    /// The rate limit is exceeded; and how long the server asks to wait.
    TooFast(Refusal, Option<Duration>),
    /// There was no whole answer in time.
    Late(Refusal),
    Rejected(Refusal),
}

/// A web page comes from a proxy, a portal or a wrong address, so it does not blame the credentials.
fn page(answer: &answer::Answer, route: &Route) -> SignInError {
    let (status, suspect) = (answer.status, route.suspect());
    let refusal = Refusal::unavailable(format!(
        "could not sign in: POST /v3/token answered {status} with a web page, which does not come from the API{suspect}"
    ));
    let refusal = refusal.help("check `url`: it must be the address above /v3, without a proxy that answers instead");
    if status >= 500 { SignInError::Unavailable(refusal, None) } else { SignInError::Rejected(refusal) }
}

fn token(answer: &answer::Answer) -> Result<Token, Refusal> {
    let token: TokenAnswer = serde_json::from_slice(&answer.body).map_err(|_| {
        Refusal::unavailable("could not sign in: POST /v3/token did not answer with a token")
            .help("check `url`: it must be the address above /v3, without a proxy that answers instead")
    })?;
    // Anything else cannot be sent in a header.
    if token.access_token.is_empty() || !token.access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let what = if token.access_token.is_empty() { "an empty token" } else { "a token that cannot be sent" };
        return Err(Refusal::unavailable(format!("could not sign in: {NAME} answered with {what}"))
            .help("check `url`: it must be the address above /v3, without a proxy that answers instead"));
    }
    let life = life(&token.expires_in);
    let renew_at = Instant::now() + life.saturating_sub(EARLY).max(life.mul_f64(0.95));
    let refresh = token.refresh_token.filter(|refresh| !refresh.is_empty()).map(Secret::new);
    Ok(Token { value: Secret::new(token.access_token), refresh, renew_at })
}

/// How long a token lives. Gateways write the seconds as a number, a text or a fraction.
fn life(expires_in: &Json) -> Duration {
    let seconds = expires_in.as_f64().or_else(|| expires_in.as_str()?.trim().parse().ok());
    let life = seconds.filter(|seconds| *seconds > 0.0).map(|seconds: f64| Duration::try_from_secs_f64(seconds));
    life.map_or(DEFAULT_LIFE, |life| life.unwrap_or(LONGEST_LIFE).min(LONGEST_LIFE))
}

/// Sources disagree on what the codes mean, so the messages name both meanings (5.1).
fn refused(answer: &answer::Answer, credentials: &Credentials) -> Refusal {
    let Credentials { api_key, api_secret, username, password } = credentials;
    let user = format!("{} and {}", username.source, password.source);
    let code = serde_json::from_slice::<TokenError>(&answer.body).unwrap_or_default().error;
    let (why, help) = match code.as_str() {
        "invalid_client" => (
            "the API key and secret, or the username and password, are wrong",
            format!("check {}, {}, {user}", api_key.source, api_secret.source),
        ),
        "invalid_request" | "invalid_grant" => ("the username or password is wrong", format!("check {user}")),
        "invalid_scope" => ("the area does not exist", "check `area` in keywright.yaml".to_owned()),
        _ if answer.status >= 500 => ("the server failed", "try again later".to_owned()),
        _ if answer.gate() == Some(Gate::TooFast) => ("the rate limit is exceeded", retry::RATE_HELP.to_owned()),
        _ if answer.status == 404 => {
            ("the address does not exist", "check `url` in keywright.yaml: it must be the address above /v3".to_owned())
        }
        _ => ("the sign-in was rejected", "check the credentials and `area`".to_owned()),
    };
    Refusal::unavailable(format!("could not sign in: {why} (POST /v3/token answered {})", answer.status)).help(help)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_lifetime_is_read_in_every_form() {
        let seconds = |value: Json| life(&value).as_secs();
        assert_eq!([json!(1800), json!("1800"), json!(1800.5), json!(" 1800.9 ")].map(seconds), [1800; 4]);
        assert_eq!([json!(null), json!(0), json!(-1), json!("soon"), json!("NaN")].map(seconds), [3600; 5]);
        assert_eq!([json!(1e18), json!(1e300)].map(seconds), [86_400; 2]);
    }
}
