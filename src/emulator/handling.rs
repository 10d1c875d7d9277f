//! One request from its reception to its answer: faults, gateway, service, log.
#![expect(clippy::disallowed_methods, reason = "edge: the clock")]

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use std::time::Instant as Moment;

use hyper::Method;
use hyper::Request;
use hyper::Response;
use hyper::body::Incoming;

use super::answer::Answer;
use super::answer::ApiError;
use super::area::Area;
use super::call::Call;
use super::delivery::Closed;
use super::delivery::Delivered;
use super::delivery::deliver;
use super::faults::Faults;
use super::faults::Trouble;
use super::gateway::Gate;
use super::gateway::Gateway;
use super::log;
use super::log::Line;
use super::log::Log;
use super::mft;
use super::mft::Site;
use super::reception;
use super::settings::Settings;
use crate::model::Instant;

/// Everything that requests have in common. Nothing in it is held over an await.
pub(super) struct State {
    area: RefCell<Area>,
    site: RefCell<Site>,
    gateway: RefCell<Gateway>,
    faults: RefCell<Faults>,
    log: RefCell<Log>,
    latency: Duration,
    /// The time when the emulator began, by the caller's reckoning, and the moment of it.
    began: (Instant, Moment),
}

pub(super) async fn handle(request: Request<Incoming>, state: Rc<State>) -> Result<Response<Delivered>, Closed> {
    let is_head = request.method() == Method::HEAD;
    let (call, unreadable) = reception::read(request).await;
    let (number, troubles) = state.faults.borrow_mut().meet(&call);
    tokio::time::sleep(state.latency + delays(&troubles)).await;
    let answered = match unreadable {
        Some(error) if call.is_for_gateway() => Ok(error.answer(false)),
        Some(error) => Ok(mft::failed(error.status, &state.area.borrow().quirks)),
        None => state.answer(&call, &troubles),
    };
    let line = Line {
        number,
        method: call.method.to_string(),
        path: if call.is_for_gateway() { log::shown(&call) } else { state.site.borrow().shown(&call) },
        status: answered.as_ref().ok().filter(|answer| answer.lost_after.is_none()).map(|answer| answer.status),
        committed: answered.as_ref().map_or_else(|committed| *committed, |answer| answer.committed),
        fault: !troubles.is_empty(),
    };
    // A log that can not be written is worth no answer less.
    let _ = state.log.borrow_mut().write(&line);
    let mut answer = answered.map_err(|_| Closed)?;
    if let Some(time) = answer.lost_after {
        tokio::time::sleep(time).await;
        return Err(Closed);
    }
    if is_head {
        answer.body.clear();
    }
    Ok(deliver(answer, &troubles))
}

impl State {
    pub(super) fn new(area: Area, site: Site, log: Log, settings: Settings, now: Instant) -> Self {
        Self {
            area: RefCell::new(area),
            site: RefCell::new(site),
            gateway: RefCell::new(Gateway::new(&settings, now)),
            faults: RefCell::new(Faults::new(settings.faults, settings.fault_seed)),
            log: RefCell::new(log),
            latency: settings.latency,
            began: (now, Moment::now()),
        }
    }

    /// The answer to a call; or, when the connection is to be closed, whether the store was changed.
    fn answer(&self, call: &Call, troubles: &[Trouble]) -> Result<Answer, bool> {
        let mut late = None;
        for trouble in troubles {
            match *trouble {
                Trouble::DropBefore => return Err(false),
                Trouble::Status(code) => return Ok(self.upstream(call, code)),
                Trouble::Gate(gate) => return Ok(self.refused(call, gate)),
                Trouble::ForgetTokens => {
                    self.gateway.borrow_mut().tokens.forget();
                    return Ok(self.refused(call, Gate::Inactive));
                }
                Trouble::DropAfter | Trouble::LateStatus(_) => late = Some(*trouble),
                _ => {}
            }
        }
        let answer = self.plain_answer(call);
        match late {
            Some(Trouble::LateStatus(code)) => Ok(Answer { committed: answer.committed, ..self.upstream(call, code) }),
            Some(_) => Err(answer.committed),
            None => Ok(answer),
        }
    }

    fn plain_answer(&self, call: &Call) -> Answer {
        let now = self.now();
        let mut gateway = self.gateway.borrow_mut();
        if !call.is_for_gateway() {
            return self.site.borrow_mut().answer(&mut self.area.borrow_mut(), &mut gateway, call, now);
        }
        if call.is_for_token() {
            return gateway.tokens.answer(call, now);
        }
        if call.rest().is_none() {
            return ApiError::not_found().answer(false);
        }
        let answer = match gateway.admit(call, now) {
            Ok(()) => self.area.borrow_mut().answer(call, now),
            Err(gate) => gate.answer(),
        };
        gateway.tell(answer)
    }

    /// What the gateway says when the service does not answer it. MFT has none that is known: it speaks for itself.
    fn upstream(&self, call: &Call, code: u16) -> Answer {
        if !call.is_for_gateway() {
            return mft::failed(code, &self.area.borrow().quirks);
        }
        let answer = Answer::text(code, "text/xml", "<h1>Gateway Error</h1>");
        if code >= 500 { answer.header("X-Mashery-Error-Code", format!("ERR_{code}_UPSTREAM")) } else { answer }
    }

    fn refused(&self, call: &Call, gate: Gate) -> Answer {
        if call.is_for_gateway() { gate.answer() } else { mft::refused(gate, &self.area.borrow().quirks) }
    }

    fn now(&self) -> Instant {
        let (instant, moment) = self.began;
        let passed = chrono::TimeDelta::from_std(moment.elapsed()).unwrap_or_default();
        instant.checked_add_signed(passed).unwrap_or(instant)
    }
}

fn delays(troubles: &[Trouble]) -> Duration {
    troubles.iter().map(|trouble| if let Trouble::Delay(time) = trouble { *time } else { Duration::ZERO }).sum()
}
