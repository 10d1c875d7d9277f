//! Handles one request from reception to answer: faults, gateway, service, log.
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
use super::faults::FaultKind;
use super::faults::Faults;
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

/// State shared by all requests. Nothing is borrowed across an await.
pub(super) struct State {
    area: RefCell<Area>,
    site: RefCell<Site>,
    gateway: RefCell<Gateway>,
    faults: RefCell<Faults>,
    log: RefCell<Log>,
    latency: Duration,
    /// The start of the emulator: the caller's time, and the moment.
    began: (Instant, Moment),
}

pub(super) async fn handle(request: Request<Incoming>, state: Rc<State>) -> Result<Response<Delivered>, Closed> {
    let is_head = request.method() == Method::HEAD;
    let (call, unreadable) = reception::read(request).await;
    let (number, faults) = state.faults.borrow_mut().meet(&call);
    tokio::time::sleep(state.latency + delays(&faults)).await;
    let answered = match unreadable {
        Some(error) if call.is_for_gateway() => Ok(error.answer(false)),
        Some(error) => Ok(mft::failed(error.status, &state.area.borrow().quirks)),
        None => state.answer(&call, &faults),
    };
    let line = Line {
        number,
        method: call.method.to_string(),
        path: if call.is_for_gateway() { log::shown(&call) } else { state.site.borrow().shown(&call) },
        status: answered.as_ref().ok().filter(|answer| answer.lost_after.is_none()).map(|answer| answer.status),
        committed: answered.as_ref().map_or_else(|committed| *committed, |answer| answer.committed),
        fault: !faults.is_empty(),
    };
    // Failing to log must not fail the request.
    let _ = state.log.borrow_mut().write(&line);
    let mut answer = answered.map_err(|_| Closed)?;
    if let Some(time) = answer.lost_after {
        tokio::time::sleep(time).await;
        return Err(Closed);
    }
    answer.headers.push(("Date", state.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string()));
    if is_head {
        answer.body.clear();
    }
    Ok(deliver(answer, &faults))
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

    /// The answer to a call. `Err` closes the connection, with whether the store was changed.
    fn answer(&self, call: &Call, faults: &[FaultKind]) -> Result<Answer, bool> {
        let mut late = None;
        for fault in faults {
            match *fault {
                FaultKind::DropBefore => return Err(false),
                FaultKind::Status(code) => return Ok(self.upstream(call, code)),
                FaultKind::Gate(gate) => return Ok(self.refused(call, gate)),
                FaultKind::ForgetTokens => {
                    self.gateway.borrow_mut().tokens.forget();
                    return Ok(self.refused(call, Gate::Inactive));
                }
                FaultKind::DropAfter | FaultKind::LateStatus(_) => late = Some(*fault),
                _ => {}
            }
        }
        let answer = self.plain_answer(call);
        match late {
            Some(FaultKind::LateStatus(code)) => {
                Ok(Answer { committed: answer.committed, ..self.upstream(call, code) })
            }
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
        gateway.with_usage(answer)
    }

    /// The gateway's answer if the service does not answer. MFT has no known gateway, so it answers itself.
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

fn delays(faults: &[FaultKind]) -> Duration {
    faults.iter().map(|fault| if let FaultKind::Delay(time) = fault { *time } else { Duration::ZERO }).sum()
}
