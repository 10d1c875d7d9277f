//! The token endpoint and its tokens (section 5.1 of the reference).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::json;

use super::answer::Answer;
use super::call::Call;
use super::settings::Credential;
use crate::model::Instant;
use crate::randomness;
use crate::randomness::NoRandomness;

/// Maximum number of valid tokens; beyond it, new tokens revoke others.
const MOST: usize = 10_000;

/// The lifetime of a refresh token.
const REFRESH: TimeDelta = TimeDelta::days(1);

pub(super) struct Tokens {
    credentials: Vec<Credential>,
    lifetime: TimeDelta,
    /// Access tokens with their expiry; refresh tokens with their expiry and area.
    access: BTreeMap<String, Instant>,
    refresh: BTreeMap<String, (Instant, String)>,
}

impl Tokens {
    pub(super) const fn new(credentials: Vec<Credential>, lifetime: TimeDelta) -> Self {
        Self { credentials, lifetime, access: BTreeMap::new(), refresh: BTreeMap::new() }
    }

    /// Whether a request has a valid token. The scheme must be written `Bearer` (quirk Q19).
    pub(super) fn holds(&self, call: &Call, now: Instant) -> bool {
        let token = call.authorization.as_deref().and_then(|header| header.strip_prefix("Bearer "));
        token.and_then(|token| self.access.get(token)).is_some_and(|end| now < *end)
    }

    /// Revokes all tokens.
    pub(super) fn forget(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }

    /// Answers `POST /v3/token`.
    pub(super) fn answer(&mut self, call: &Call, now: Instant) -> Answer {
        if call.method != hyper::Method::POST {
            return refused(405, "invalid_request", "only POST is answered here");
        }
        let form: BTreeMap<String, String> = form_urlencoded::parse(&call.body).into_owned().collect();
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let Some((key, secret)) = basic(call) else {
            return refused(401, "invalid_client", "the API key and its secret are missing");
        };
        if !self.credentials.is_empty() && !self.credentials.iter().any(|known| known.is_client(&key, &secret)) {
            return refused(401, "invalid_client", "the API key or its secret is wrong");
        }
        match field("grant_type") {
            "password" => self.sign_in(&key, field("username"), field("password"), field("scope"), now),
            "refresh_token" => self.renew(&key, field("refresh_token"), now),
            _ => refused(400, "unsupported_grant_type", "grant_type must be password or refresh_token"),
        }
    }

    fn sign_in(&mut self, key: &str, username: &str, password: &str, area: &str, now: Instant) -> Answer {
        let is_known = |known: &Credential| known.is_owner(key, username, password);
        if username.is_empty() || password.is_empty() {
            return refused(400, "invalid_request", "username and password must be given");
        }
        if !self.credentials.is_empty() && !self.credentials.iter().any(is_known) {
            return refused(400, "invalid_request", "the username or the password is wrong");
        }
        let is_area =
            self.credentials.is_empty() || self.credentials.iter().any(|known| is_known(known) && known.has_area(area));
        if area.trim().is_empty() || !is_area {
            return refused(400, "invalid_scope", "there is no such area");
        }
        self.issue(key, area.to_owned(), now)
    }

    fn renew(&mut self, key: &str, token: &str, now: Instant) -> Answer {
        match self.refresh.remove(token) {
            Some((end, area)) if now < end => self.issue(key, area, now),
            _ => refused(400, "invalid_grant", "the refresh token does not hold"),
        }
    }

    fn issue(&mut self, key: &str, area: String, now: Instant) -> Answer {
        self.access.retain(|_, end| now < *end);
        self.refresh.retain(|_, (end, _)| now < *end);
        while self.access.len() >= MOST {
            self.access.pop_first();
        }
        while self.refresh.len() >= MOST {
            self.refresh.pop_first();
        }
        let (Ok(access), Ok(refresh)) = (new_token(), new_token()) else {
            return refused(503, "temporarily_unavailable", "the emulator has no randomness for a token");
        };
        let body = json!({
            "token_type": "bearer",
            "mapi": key,
            "access_token": access,
            "expires_in": self.lifetime.num_seconds(),
            "refresh_token": refresh,
            "scope": area,
        });
        self.access.insert(access, now + self.lifetime);
        self.refresh.insert(refresh, (now + REFRESH, area));
        Answer::json(200, &body)
    }
}

/// The key and secret of an HTTP Basic header; neither may be empty.
fn basic(call: &Call) -> Option<(String, String)> {
    let encoded = call.authorization.as_deref()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (key, secret) = text.split_once(':')?;
    (!key.is_empty() && !secret.is_empty()).then(|| (key.to_owned(), secret.to_owned()))
}

fn new_token() -> Result<String, NoRandomness> {
    Ok(randomness::id()?.simple().to_string())
}

fn refused(status: u16, error: &str, description: &str) -> Answer {
    Answer::json(status, &json!({"error": error, "error_description": description}))
}
