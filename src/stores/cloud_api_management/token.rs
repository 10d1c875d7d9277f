//! Gets tokens by the password grant with the area as scope, and renews them (`cloud-api-management.md` 5.1).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::Url;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::answer;
use super::answer::Gate;
use crate::model::Secret;
use crate::store::Refusal;
use crate::stores::masking::Masking;
use crate::stores::retry::with_retry;
use crate::stores::transport;
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

/// How often a token is requested from a server that is down.
const TRIES: u32 = 3;

/// Seconds until a token is renewed, for the lifetime in the vendor's sample (5.1).
pub(super) const USUAL_LIFE: f64 = 3600.0 * 0.95;

/// The longest token lifetime that is accepted.
const LONGEST_LIFE: u64 = 24 * 60 * 60;

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
    expires_in: Option<u64>,
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
        let is_down = |error: &SignInError| matches!(error, SignInError::Unavailable(_));
        with_retry(TRIES, is_down, || self.ask_once(route, form)).await.map_err(SignInError::refusal)
    }

    async fn ask_once(&self, route: &Route, form: &[(&str, &str)]) -> Result<Token, SignInError> {
        let request = route
            .request(Method::POST, self.address.clone())
            .basic_auth(self.credentials.api_key.value.expose(), Some(self.credentials.api_secret.value.expose()))
            .form(form);
        let down = |cause: String| {
            let reason = format!("could not sign in: POST /v3/token {cause}");
            SignInError::Unavailable(Refusal::unavailable(reason).help(route.help()))
        };
        let response = transport::send(request, "POST /v3/token", std::iter::empty(), &self.masking).await;
        let response = response.map_err(|error| down(format!("got no answer: {}", route.cause(&error))))?;
        let answer = answer::read(response).await.map_err(|error| down(error.cause()))?;
        if let Some(refusal) = route.detour("POST /v3/token", answer.status, &answer.headers, &self.address) {
            let reason = format!("could not sign in: {}", refusal.reason);
            return Err(SignInError::Rejected(Refusal { reason, ..refusal }));
        }
        match answer.status {
            _ if answer.is_page() => Err(page(&answer, route)),
            200..300 => token(&answer).map_err(SignInError::Rejected),
            500.. => Err(SignInError::Unavailable(refused(&answer, &self.credentials))),
            _ if answer.gate() == Some(Gate::TooFast) => {
                Err(SignInError::Unavailable(refused(&answer, &self.credentials)))
            }
            _ => Err(SignInError::Rejected(refused(&answer, &self.credentials))),
        }
    }
}

/// Why there is no token.
enum SignInError {
    /// The server could not be reached, or failed.
    Unavailable(Refusal),
    Rejected(Refusal),
}

impl SignInError {
    fn refusal(self) -> Refusal {
        match self {
            Self::Unavailable(refusal) | Self::Rejected(refusal) => refusal,
        }
    }
}

/// A web page comes from a proxy, a portal or a wrong address, so it does not blame the credentials.
fn page(answer: &answer::Answer, route: &Route) -> SignInError {
    let (status, suspect) = (answer.status, route.suspect());
    let refusal = Refusal::unavailable(format!(
        "could not sign in: POST /v3/token answered {status} with a web page, which does not come from the API{suspect}"
    ));
    let refusal = refusal.help("check `url`: it must be the address above /v3, without a proxy that answers instead");
    if status >= 500 { SignInError::Unavailable(refusal) } else { SignInError::Rejected(refusal) }
}

fn token(answer: &answer::Answer) -> Result<Token, Refusal> {
    let token: TokenAnswer = serde_json::from_slice(&answer.body).map_err(|_| {
        Refusal::unavailable("could not sign in: POST /v3/token did not answer with a token")
            .help("check `url`: it must be the address above /v3, without a proxy that answers instead")
    })?;
    if token.access_token.is_empty() {
        return Err(Refusal::unavailable("could not sign in: POST /v3/token answered with an empty token"));
    }
    let life = Duration::from_secs(token.expires_in.unwrap_or(3600).min(LONGEST_LIFE));
    let renew_at = Instant::now() + life.saturating_sub(EARLY).max(life.mul_f64(0.95));
    let refresh = token.refresh_token.filter(|refresh| !refresh.is_empty()).map(Secret::new);
    Ok(Token { value: Secret::new(token.access_token), refresh, renew_at })
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
        _ if answer.status == 404 => {
            ("the address does not exist", "check `url` in keywright.yaml: it must be the address above /v3".to_owned())
        }
        _ => ("the sign-in was rejected", "check the credentials and `area`".to_owned()),
    };
    Refusal::unavailable(format!("could not sign in: {why} (POST /v3/token answered {})", answer.status)).help(help)
}
