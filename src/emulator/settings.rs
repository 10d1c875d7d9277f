//! The settings of an emulator, from the command line.

use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;

use super::faults::Fault;
pub use super::mft::Binding;
pub use super::mft::UserCredential;
use super::quirks::Quirks;

pub struct Settings {
    /// The accepted credentials; if empty, any non-empty credential is accepted.
    pub credentials: Vec<Credential>,
    /// The same for MFT.
    pub mft_credentials: Vec<UserCredential>,
    /// Operations of MFT with another method or path than usual.
    pub mft_operations: Vec<Binding>,
    pub token_lifetime: TimeDelta,
    pub calls_per_second: Option<u64>,
    pub calls_per_day: Option<u64>,
    /// Delay before each request is processed.
    pub latency: Duration,
    pub quirks: Quirks,
    pub faults: Vec<Fault>,
    pub fault_seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            credentials: Vec::new(),
            mft_credentials: Vec::new(),
            mft_operations: Vec::new(),
            token_lifetime: TimeDelta::hours(1),
            calls_per_second: None,
            calls_per_day: None,
            latency: Duration::ZERO,
            quirks: Quirks::default(),
            faults: Vec::new(),
            fault_seed: 0,
        }
    }
}

/// `KEY:SECRET:USERNAME:PASSWORD`, with `:AREA` at the end for one area only.
#[derive(Clone)]
pub struct Credential {
    client: [Box<str>; 2],
    owner: [Box<str>; 2],
    area: Option<Box<str>>,
}

impl Credential {
    pub(super) fn is_client(&self, key: &str, secret: &str) -> bool {
        *self.client[0] == *key && *self.client[1] == *secret
    }

    pub(super) fn is_owner(&self, key: &str, username: &str, password: &str) -> bool {
        *self.client[0] == *key && *self.owner[0] == *username && *self.owner[1] == *password
    }

    pub(super) fn has_area(&self, area: &str) -> bool {
        self.area.as_deref().is_none_or(|only| only == area)
    }
}

impl FromStr for Credential {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split(':').collect();
        let (key, secret, username, password, area) = match parts[..] {
            [key, secret, username, password] => (key, secret, username, password, None),
            [key, secret, username, password, area] => (key, secret, username, password, Some(area)),
            _ => return Err("must be KEY:SECRET:USERNAME:PASSWORD or KEY:SECRET:USERNAME:PASSWORD:AREA"),
        };
        if parts.iter().any(|part| part.is_empty()) {
            return Err("has an empty part");
        }
        Ok(Self {
            client: [key.into(), secret.into()],
            owner: [username.into(), password.into()],
            area: area.map(Into::into),
        })
    }
}

/// A duration as `40ms`, `60s`, `5m` or `1h`.
pub fn duration(text: &str) -> Result<Duration, &'static str> {
    let at = text.find(|character: char| !character.is_ascii_digit()).ok_or("must have a unit: ms, s, m or h")?;
    let (number, unit) = text.split_at(at);
    let number: u32 = number.parse().map_err(|_| "must be a whole number with a unit, like 40ms")?;
    let number = u64::from(number);
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number * 60)),
        "h" => Ok(Duration::from_secs(number * 3_600)),
        _ => Err("must have a unit: ms, s, m or h"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Credential;
    use super::duration;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("40ms"), Ok(Duration::from_millis(40)));
        assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
        for wrong in ["", "5", "ms", "5d", "-1s", "99999999999s", "5 s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn credentials_have_four_parts_or_five() {
        let known: Credential =
            "fake-key:fake-secret:joe:fake-password:area".parse().unwrap_or_else(|error| panic!("{error}"));
        assert!(known.is_client("fake-key", "fake-secret") && !known.is_client("fake-key", "x"));
        assert!(known.is_owner("fake-key", "joe", "fake-password") && !known.is_owner("fake-key", "joe", "x"));
        assert!(known.has_area("area") && !known.has_area("other"));
        for wrong in ["", "a", "a:b:c", "a:b:c:d:e:f", "a::c:d"] {
            assert!(wrong.parse::<Credential>().is_err(), "{wrong}");
        }
    }
}
