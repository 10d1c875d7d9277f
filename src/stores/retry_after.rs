//! How long a server asks to wait, in the header `Retry-After` (RFC 9110, 10.2.3): seconds, or the time of an answer.
#![expect(clippy::disallowed_methods, reason = "edge: the clock, if the server does not send its own")]

use std::time::Duration;
use std::time::SystemTime;

use reqwest::header::DATE;
use reqwest::header::HeaderMap;
use reqwest::header::RETRY_AFTER;

/// `None` if the server does not ask, or asks in an unknown form. Seconds can have a fraction, as some gateways write
/// them. A date counts from the server's own clock.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        // More seconds than a duration can hold are still a wish to wait.
        let known = !seconds.is_nan() && seconds >= 0.0;
        return known.then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let now = date.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        retry_after(&headers).map(|pause| pause.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_understood_and_nothing_else() {
        assert_eq!(asked("2"), Some(2));
        assert_eq!(asked(" 1.5 "), Some(1));
        assert_eq!(asked("0"), Some(0));
        assert_eq!(asked("999999999999999999999"), Some(u64::MAX));
        assert_eq!(asked("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30));
        assert_eq!(asked("Sunday, 06-Nov-94 08:50:07 GMT"), Some(30));
        assert_eq!(asked("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0), "a time that is over");
        for unknown in ["", "-5", "soon", "NaN", "2027-06-30", "Sun, 99 Nov 1994 08:50:07 GMT"] {
            assert_eq!(asked(unknown), None, "{unknown}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
