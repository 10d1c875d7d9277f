//! Faults: what goes wrong between the service and the caller, and at which request. One is written `KIND@WHEN`; see
//! [`KINDS`] and [`WHEN`].
//!
//! ```text
//! drop-after@w3   status-503@p0.1   delay-200ms@GET:/packageKeys   truncate@POST:/applications/*/packageKeys#2
//! ```

mod spec;

use std::time::Duration;

use super::call::Call;
use super::gateway::Gate;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    /// The connection is closed without an answer; the request is not looked at.
    DropBefore,
    /// The same after the request was done.
    DropAfter,
    Delay(Duration),
    /// An answer of the gateway's, with this status; the request is not looked at.
    Status(u16),
    /// The same after the request was done.
    LateStatus(u16),
    /// The connection is closed in the middle of the body.
    Truncate,
    /// The right status, and a page for people as its body.
    Html,
    /// What is told is told twice: each row of a list, or the whole body.
    Duplicate,
    /// The body comes in small pieces over this time.
    Drip(Duration),
    Gate(Gate),
    /// All tokens are void.
    ForgetTokens,
}

/// The names of what can go wrong, with what they do.
pub const KINDS: [(&str, &str); 16] = [
    ("drop-before", "closes the connection; the request is not done"),
    ("drop-after", "does the request, and closes the connection without an answer"),
    ("delay-TIME", "waits before it does the request, like delay-200ms"),
    ("status-CODE", "answers with this status; the request is not done"),
    ("late-status-CODE", "does the request, and answers with this status"),
    ("truncate", "does the request, and closes the connection in the middle of the answer's body"),
    ("html", "does the request, and answers with a page for people"),
    ("duplicate", "does the request, and tells each row of the answer twice"),
    ("drip", "does the request, and sends the answer in small pieces for one second"),
    ("drip-TIME", "the same for another time"),
    ("over-qps", "refuses as the gateway does when there are too many calls in a second"),
    ("over-rate", "refuses as the gateway does when the quota of the day is used up"),
    ("inactive", "refuses as the gateway does when the token does not hold"),
    ("not-authorized", "refuses as the gateway does when the caller may not do it"),
    ("service-over-qps", "refuses as the gateway does when the service is at its limit"),
    ("forget-tokens", "refuses as inactive does, and every token is void from then on"),
];

/// How it is said when a fault strikes.
pub const WHEN: [(&str, &str); 5] = [
    ("7", "at the request with this number; all requests are counted, the token's too"),
    ("w3", "at the third POST, PUT, PATCH or DELETE, but for those of tokens"),
    (
        "METHOD:/PATH",
        "at requests whose path below /v3/rest begins so, or whose whole path does so, like POST:/api/ApiKey; * stands for any method or any one part",
    ),
    ("METHOD:/PATH#2", "at the second of them only"),
    ("p0.25", "at one request in four, by chance"),
];

#[derive(Clone, PartialEq, Debug)]
enum When {
    Request(u64),
    Write(u64),
    Path { method: Option<Box<str>>, path: Vec<Option<Box<str>>>, nth: Option<u64> },
    Chance(f64),
}

/// One fault as the command line names it.
#[derive(Clone, PartialEq, Debug)]
pub struct Fault {
    trouble: Trouble,
    when: When,
}

/// The faults of an emulator, and what has passed so far.
pub(super) struct Faults {
    /// Each with the number of requests that its path has matched.
    chosen: Vec<(Fault, u64)>,
    requests: u64,
    writes: u64,
    random: u64,
}

impl Faults {
    pub(super) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Self { chosen: faults.into_iter().map(|fault| (fault, 0)).collect(), requests: 0, writes: 0, random: seed }
    }

    /// Counts a request, and says its number and what goes wrong with it.
    pub(super) fn meet(&mut self, call: &Call) -> (u64, Vec<Trouble>) {
        self.requests += 1;
        self.writes += u64::from(call.is_write());
        let mut troubles = Vec::new();
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
                troubles.push(fault.trouble);
            }
        }
        (self.requests, troubles)
    }
}

fn matches(call: &Call, method: Option<&str>, path: &[Option<Box<str>>]) -> bool {
    let parts = call.rest().unwrap_or_else(|| call.parts());
    method.is_none_or(|method| call.method == method)
        && parts.len() >= path.len()
        && path.iter().zip(parts).all(|(wanted, part)| wanted.as_deref().is_none_or(|wanted| wanted == part))
}

/// The next number below one (SplitMix64).
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

    /// Which of some requests a fault strikes.
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
