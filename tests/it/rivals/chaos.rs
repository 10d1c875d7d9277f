//! The proxy of a runner: it loses, alters, repeats and swallows, and it says when the runner is killed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value as Json;

use super::tally::Tally;
use crate::dice::Dice;
use crate::proxy::Answer;
use crate::proxy::Request;

/// When a runner is killed: at a call, before or after the store processes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kill {
    pub(super) call: u64,
    pub(super) is_after: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    LostRequest,
    LostAnswer,
    Refused(u16),
    Unsaid(u16),
    /// The value of a key in the request is another one, with its prefix or without it.
    AlteredRequest {
        keeps_prefix: bool,
    },
    AlteredAnswer,
    /// The request arrives twice, and the second answer is returned.
    Resent,
    /// The answer claims an update that the store never got.
    Swallowed,
    DoubledRows,
}

/// The end of every altered value.
pub(super) const ALTERED: &str = "zzzz";

struct State {
    dice: Dice,
    kill: Option<Kill>,
    percent: u64,
    calls: u64,
    tally: Tally,
    /// How many lists would have contained each API key.
    listed: BTreeMap<String, u64>,
}

pub(super) struct Chaos {
    /// An API key is missing from so many of its first lists. The store does the same with everything else.
    lag: u64,
    state: Mutex<State>,
    /// Requests that are being answered.
    busy: AtomicUsize,
    must_die: AtomicBool,
    is_over: AtomicBool,
}

impl Chaos {
    pub(super) fn new(lag: u64) -> Self {
        let (dice, tally, listed) = (Dice::new(0), Tally::default(), BTreeMap::new());
        let state = State { dice, kill: None, percent: 0, calls: 0, tally, listed };
        let (busy, must_die, is_over) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicBool::new(true));
        Self { lag, state: Mutex::new(state), busy, must_die, is_over }
    }

    /// Prepares for the next run of the runner.
    pub(super) fn begin(&self, seed: u64, percent: u64, kill: Option<Kill>) {
        let mut state = self.state.lock().unwrap();
        (state.dice, state.percent, state.kill, state.calls) = (Dice::new(seed), percent, kill, 0);
        self.must_die.store(false, Ordering::SeqCst);
        self.is_over.store(false, Ordering::SeqCst);
    }

    pub(super) fn must_die(&self) -> bool {
        self.must_die.load(Ordering::SeqCst)
    }

    /// The runner has ended. Waits until the store has processed what it asked for.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        while self.busy.load(Ordering::SeqCst) > 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub(super) fn tally(&self) -> Tally {
        self.state.lock().unwrap().tally.clone()
    }

    /// Answers a request of the runner.
    pub(super) fn meet(&self, request: &Request, pass_on: &dyn Fn(&Request) -> Answer) -> Answer {
        self.busy.fetch_add(1, Ordering::SeqCst);
        let (kill, fault) = self.decide(request);
        let answer = if kill.is_some_and(|kill| !kill.is_after) {
            self.wait_for_death()
        } else {
            let answer = self.without_young(request, strike(fault, request, pass_on));
            if kill.is_some() { self.wait_for_death() } else { answer }
        };
        self.busy.fetch_sub(1, Ordering::SeqCst);
        answer
    }

    /// The list of API keys without those that it does not show yet.
    fn without_young(&self, request: &Request, answer: Answer) -> Answer {
        let rows = serde_json::from_str::<Vec<Json>>(&answer.body).ok().filter(|_| is_site_list(request));
        let Some(mut rows) = rows else { return answer };
        let mut state = self.state.lock().unwrap();
        rows.retain(|row| {
            let times = state.listed.entry(row["keyName"].to_string()).or_default();
            *times += 1;
            *times > self.lag
        });
        answer.with_body(Json::from(rows).to_string())
    }

    fn wait_for_death(&self) -> Answer {
        self.must_die.store(true, Ordering::SeqCst);
        while !self.is_over.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(2));
        }
        Answer::lost()
    }

    fn decide(&self, request: &Request) -> (Option<Kill>, Option<Fault>) {
        let mut state = self.state.lock().unwrap();
        state.calls += 1;
        let calls = state.calls;
        let kill = state.kill.filter(|kill| kill.call == calls);
        let percent = state.percent;
        let fault = fault(request, &mut state.dice, percent);
        if let Some(fault) = fault {
            state.tally.count(name(fault));
        }
        (kill, fault)
    }
}

fn is_site_list(request: &Request) -> bool {
    request.is("GET", "/getApiKeys")
}

fn is_new_key(request: &Request) -> bool {
    request.is("POST", "/packageKeys")
}

/// Draws a fault of a request. Each is drawn with its own chance, in tenths of a percent.
fn fault(request: &Request, dice: &mut Dice, percent: u64) -> Option<Fault> {
    let status = [500, 502, 503, 504][dice.index(4)];
    let keeps_prefix = dice.chance(70);
    let chances: &[(Fault, u64)] = if request.target.contains("/token") {
        &[(Fault::LostRequest, 10)]
    } else if request.method == "GET" {
        let refused = if status == 503 { 403 } else { status };
        &[(Fault::LostRequest, 10), (Fault::LostAnswer, 10), (Fault::Refused(refused), 15), (Fault::DoubledRows, 10)]
    } else if is_new_key(request) {
        &[
            (Fault::LostRequest, 40),
            (Fault::LostAnswer, 100),
            (Fault::Refused(status), 30),
            (Fault::Unsaid(status), 60),
            (Fault::AlteredRequest { keeps_prefix }, 40),
            (Fault::AlteredAnswer, 40),
            (Fault::Resent, 40),
        ]
    } else if request.method == "PUT" {
        &[
            (Fault::LostRequest, 30),
            (Fault::LostAnswer, 60),
            (Fault::Refused(status), 30),
            (Fault::Unsaid(status), 30),
            (Fault::Swallowed, 40),
        ]
    } else {
        &[(Fault::LostRequest, 30), (Fault::LostAnswer, 60), (Fault::Refused(status), 30), (Fault::Unsaid(status), 30)]
    };
    let mut left = dice.roll(1_000);
    for (fault, chance) in chances {
        let chance = chance * percent / 100;
        if left < chance {
            return Some(*fault);
        }
        left -= chance;
    }
    None
}

const fn name(fault: Fault) -> &'static str {
    match fault {
        Fault::LostRequest => "lost requests",
        Fault::LostAnswer => "lost answers",
        Fault::Refused(_) => "refused",
        Fault::Unsaid(_) => "done but refused",
        Fault::AlteredRequest { .. } => "altered requests",
        Fault::AlteredAnswer => "altered answers",
        Fault::Resent => "requests sent twice",
        Fault::Swallowed => "updates swallowed",
        Fault::DoubledRows => "rows doubled",
    }
}

fn strike(fault: Option<Fault>, request: &Request, pass_on: &dyn Fn(&Request) -> Answer) -> Answer {
    let Some(fault) = fault else { return pass_on(request) };
    let refused = |status| Answer::of(status, "");
    match fault {
        Fault::LostRequest => Answer::lost(),
        Fault::Refused(status) => refused(status),
        Fault::LostAnswer => {
            pass_on(request);
            Answer::lost()
        }
        Fault::Unsaid(status) => {
            pass_on(request);
            refused(status)
        }
        Fault::AlteredRequest { keeps_prefix } => {
            pass_on(&request.instead(&request.method, &altered(&request.body, keeps_prefix)))
        }
        Fault::AlteredAnswer => {
            let answer = pass_on(request);
            let body = altered(&answer.body, true);
            answer.with_body(body)
        }
        Fault::Resent => {
            pass_on(request);
            pass_on(request)
        }
        Fault::Swallowed => swallowed(request, pass_on),
        Fault::DoubledRows => doubled(pass_on(request)),
    }
}

/// The JSON with another value of the key.
fn altered(body: &str, keeps_prefix: bool) -> String {
    let Ok(mut json) = serde_json::from_str::<Json>(body) else { return body.to_owned() };
    if let Some(value) = json["apikey"].as_str() {
        let start = if keeps_prefix { &value[..value.len() - ALTERED.len()] } else { &value[4..] };
        json["apikey"] = Json::from(format!("{start}{ALTERED}"));
    }
    json.to_string()
}

/// The object as it is, with the fields of the update.
fn swallowed(request: &Request, pass_on: &dyn Fn(&Request) -> Answer) -> Answer {
    if request.target.contains("/api/ApiKey") {
        // The API has no request for one object, and answers with the object as it was sent.
        return Answer::of(200, &request.body);
    }
    let answer = pass_on(&request.instead("GET", ""));
    let object = |text: &str| serde_json::from_str::<serde_json::Map<String, Json>>(text).ok();
    let Some((mut held, sent)) = object(&answer.body).zip(object(&request.body)) else { return answer };
    held.extend(sent);
    answer.with_body(Json::from(held).to_string())
}

fn doubled(answer: Answer) -> Answer {
    let Ok(rows) = serde_json::from_str::<Vec<Json>>(&answer.body) else { return answer };
    let rows: Vec<Json> = rows.iter().flat_map(|row| [row.clone(), row.clone()]).collect();
    answer.with_body(Json::from(rows).to_string())
}
