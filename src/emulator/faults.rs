//! Faults: failures between the service and the caller, and when they happen. A fault is written `KIND@WHEN`; see
//! [`KINDS`] and [`WHEN`].
//!
//! ```text
//! drop-after@w3   status-503@p0.1   delay-200ms@GET:/packageKeys   truncate@POST:/applications/*/packageKeys#2
//! ```

mod spec;

use std::time::Duration;

use super::call::Call;
use super::gateway::Gate;

/// The kind of failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FaultKind {
    /// Closes the connection without an answer, and does not process the request.
    DropBefore,
    /// The same after processing the request.
    DropAfter,
    Delay(Duration),
    /// Answers as the gateway with this status, and does not process the request.
    Status(u16),
    /// The same after processing the request.
    LateStatus(u16),
    /// Closes the connection in the middle of the body.
    Truncate,
    /// The right status with a web page as body.
    Html,
    /// Repeats each row of a list, or the whole body.
    Duplicate,
    /// Sends the body in small pieces over this time.
    Drip(Duration),
    Gate(Gate),
    /// Revokes all tokens.
    ForgetTokens,
}

/// The names of the kinds, with their effects.
pub const KINDS: [(&str, &str); 16] = [
    ("drop-before", "closes the connection without processing the request"),
    ("drop-after", "processes the request, then closes the connection without an answer"),
    ("delay-TIME", "waits before processing the request, like delay-200ms"),
    ("status-CODE", "answers with this status without processing the request"),
    ("late-status-CODE", "processes the request, then answers with this status"),
    ("truncate", "processes the request, then closes the connection in the middle of the body"),
    ("html", "processes the request, then answers with a web page"),
    ("duplicate", "processes the request, then repeats each row of the answer"),
    ("drip", "processes the request, then sends the answer in small pieces over one second"),
    ("drip-TIME", "the same with another duration"),
    ("over-qps", "refuses like the gateway after too many calls per second"),
    ("over-rate", "refuses like the gateway after the daily quota is used up"),
    ("inactive", "refuses like the gateway if the token is invalid"),
    ("not-authorized", "refuses like the gateway if the caller is not authorized"),
    ("service-over-qps", "refuses like the gateway if the service is at its limit"),
    ("forget-tokens", "refuses like inactive, and revokes all tokens"),
];

/// The ways to say when a fault happens.
pub const WHEN: [(&str, &str); 5] = [
    ("7", "at the request with this number; token requests count too"),
    ("w3", "at the third POST, PUT, PATCH or DELETE; token requests do not count"),
    (
        "METHOD:/PATH",
        "at requests whose path below /v3/rest, or whose whole path, starts with /PATH; * means any method or any one part",
    ),
    ("METHOD:/PATH#2", "only at the second such request"),
    ("p0.25", "at a random quarter of the requests"),
];

#[derive(Clone, PartialEq, Debug)]
enum When {
    Request(u64),
    Write(u64),
    Path { method: Option<Box<str>>, path: Vec<Option<Box<str>>>, nth: Option<u64> },
    Chance(f64),
}

/// One fault from the command line.
#[derive(Clone, PartialEq, Debug)]
pub struct Fault {
    kind: FaultKind,
    when: When,
}

/// The faults of an emulator, with their counters.
pub(super) struct Faults {
    /// Each with the number of requests that matched its path.
    chosen: Vec<(Fault, u64)>,
    requests: u64,
    writes: u64,
    random: u64,
}

impl Faults {
    pub(super) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Self { chosen: faults.into_iter().map(|fault| (fault, 0)).collect(), requests: 0, writes: 0, random: seed }
    }

    /// Counts a request. Returns its number and its faults.
    pub(super) fn meet(&mut self, call: &Call) -> (u64, Vec<FaultKind>) {
        self.requests += 1;
        self.writes += u64::from(call.is_write());
        let mut faults = Vec::new();
        for (fault, met) in &mut self.chosen {
            let strikes = match &fault.when {
                When::Request(number) => *number == self.requests,
                When::Write(number) => call.is_write() && *number == self.writes,
                When::Chance(chance) => draw(&mut self.random) < *chance,
                When::Path { method, path, nth } => {
                    let matches = matches(call, method.as_deref(), path);
                    *met += u64::from(matches);
                    matches && nth.is_none_or(|nth| nth == *met)
                }
            };
            if strikes {
                faults.push(fault.kind);
            }
        }
        (self.requests, faults)
    }
}

fn matches(call: &Call, method: Option<&str>, path: &[Option<Box<str>>]) -> bool {
    let parts = call.rest().unwrap_or_else(|| call.parts());
    method.is_none_or(|method| call.method == method)
        && parts.len() >= path.len()
        && path.iter().zip(parts).all(|(wanted, part)| wanted.as_deref().is_none_or(|wanted| wanted == part))
}

/// The next number below 1 (SplitMix64).
fn draw(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut number = *state;
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^= number >> 31;
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit into a double")]
    let top = (number >> 32) as f64;
    top / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::Faults;
    use crate::emulator::call::Call;

    fn call(method: hyper::Method, path: &str) -> Call {
        Call::new(method, &format!("/v3/rest{path}"), "", None, hyper::body::Bytes::new())
    }

    /// For each request, whether the fault happens.
    fn struck(fault: &str, calls: &[(hyper::Method, &str)]) -> Vec<bool> {
        let mut faults = Faults::new(vec![fault.parse().unwrap()], 7);
        calls.iter().map(|(method, path)| !faults.meet(&call(method.clone(), path)).1.is_empty()).collect()
    }

    #[test]
    fn faults_strike_by_number_by_path_and_by_chance() {
        use hyper::Method as M;
        let calls =
            [(M::GET, "/members"), (M::POST, "/members"), (M::PUT, "/members/1"), (M::PUT, "/packages/1/plans/2")];
        assert_eq!(struck("drop-before@1", &calls), [true, false, false, false]);
        assert_eq!(struck("drop-before@w2", &calls), [false, false, true, false]);
        assert_eq!(struck("html@*:/members", &calls), [true, true, true, false]);
        assert_eq!(struck("html@*:/members#2", &calls), [false, true, false, false]);
        assert_eq!(struck("html@PUT:/packages/*/plans", &calls), [false, false, false, true]);
        assert_eq!(struck("html@p1", &calls), [true; 4]);
        let mut faults = Faults::new(vec!["html@POST:/api/ApiKey".parse().unwrap()], 7);
        let create = Call::new(M::POST, "/api/ApiKey", "", None, hyper::body::Bytes::new());
        assert_eq!(faults.meet(&create).1.len(), 1);
        assert_eq!(struck("html@p0", &calls), [false; 4]);
        let many: Vec<_> = (0..1000).map(|_| (M::GET, "/members")).collect();
        let count = struck("html@p0.1", &many).into_iter().filter(|struck| *struck).count();
        assert!((50..200).contains(&count), "{count}");
        assert_eq!(struck("html@p0.1", &many), struck("html@p0.1", &many));
    }
}
