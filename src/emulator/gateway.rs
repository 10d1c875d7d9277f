//! The gateway before the service: tokens, calls per second and per day, and refusals that are not JSON (5.2, 5.3).

use chrono::NaiveDate;
use chrono::TimeDelta;

use super::answer::Answer;
use super::call::Call;
use super::settings::Settings;
use super::tokens::Tokens;
use crate::model::Instant;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gate {
    OverQps,
    OverRate,
    Inactive,
    NotAuthorized,
    ServiceOverQps,
}

impl Gate {
    /// The code, the detail and the body. Only the first code has exactly the vendor's words.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::OverQps => {
                ("ERR_403_DEVELOPER_OVER_QPS", "Account Over Queries Per Second Limit", "<h1>Developer Over Qps</h1>")
            }
            Self::OverRate => {
                ("ERR_403_DEVELOPER_OVER_RATE", "Account Over Rate Limit", "<h1>Developer Over Rate</h1>")
            }
            Self::Inactive => ("ERR_403_DEVELOPER_INACTIVE", "Account Inactive", "<h1>Developer Inactive</h1>"),
            Self::NotAuthorized => ("ERR_403_NOT_AUTHORIZED", "Not Authorized", "<h1>Not Authorized</h1>"),
            Self::ServiceOverQps => ("ERR_403_SERVICE_OVER_QPS", "Rate Limit Exceeded", "<h1>Service Over Qps</h1>"),
        }
    }

    pub(super) fn answer(self) -> Answer {
        let (code, detail, body) = self.words();
        let answer = Answer::text(403, "text/xml", body)
            .header("X-Mashery-Error-Code", code)
            .header("X-Error-Detail-Header", detail)
            .header("X-Mashery-Responder", "emulator");
        match self {
            Self::OverQps => answer.header("Retry-After", "1"),
            Self::Inactive => answer.header("WWW-Authenticate", "Bearer realm=\"api.mashery.com\""),
            _ => answer,
        }
    }
}

pub(super) struct Gateway {
    pub(super) tokens: Tokens,
    per_second: Option<u64>,
    per_day: Option<u64>,
    second: (i64, u64),
    day: (NaiveDate, u64),
}

impl Gateway {
    pub(super) fn new(settings: &Settings, now: Instant) -> Self {
        Self {
            tokens: Tokens::new(settings.credentials.clone(), settings.token_lifetime),
            per_second: settings.calls_per_second,
            per_day: settings.calls_per_day,
            second: (now.timestamp(), 0),
            day: (now.date_naive(), 0),
        }
    }

    /// Counts a call and admits it, or returns the refusal. Refused calls do not count.
    pub(super) fn admit(&mut self, call: &Call, now: Instant) -> Result<(), Gate> {
        if !self.tokens.holds(call, now) {
            return Err(Gate::Inactive);
        }
        self.count(now)
    }

    /// Counts a call whose caller is already authorized.
    pub(super) fn count(&mut self, now: Instant) -> Result<(), Gate> {
        if self.second.0 != now.timestamp() {
            self.second = (now.timestamp(), 0);
        }
        if self.day.0 != now.date_naive() {
            self.day = (now.date_naive(), 0);
        }
        if self.per_day.is_some_and(|most| self.day.1 >= most) {
            return Err(Gate::OverRate);
        }
        if self.per_second.is_some_and(|most| self.second.1 >= most) {
            return Err(Gate::OverQps);
        }
        self.second.1 += 1;
        self.day.1 += 1;
        Ok(())
    }

    /// Adds the headers for usage, where there are limits (sample 16).
    pub(super) fn with_usage(&self, mut answer: Answer) -> Answer {
        if let Some(most) = self.per_second {
            answer = answer
                .header("X-Packagekey-Qps-Allotted", most.to_string())
                .header("X-Packagekey-Qps-Current", self.second.1.to_string());
        }
        if let Some(most) = self.per_day {
            let reset = (self.day.0 + TimeDelta::days(1)).format("%A, %B %-d, %Y 12:00:00 AM GMT");
            answer = answer
                .header("X-Packagekey-Quota-Allotted", most.to_string())
                .header("X-Packagekey-Quota-Current", self.day.1.to_string())
                .header("X-Plan-Quota-Reset", reset.to_string());
        }
        answer
    }
}
