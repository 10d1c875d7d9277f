//! The socket: connections in, calls to the service, answers out. One thread does it all, so that writes have one order.
#![expect(clippy::disallowed_methods, reason = "edge: the clock and the network")]

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;
use std::time::Instant as Moment;

use hyper::Request;
use hyper::Response;
use hyper::body::Body;
use hyper::body::Bytes;
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::LocalSet;

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
use super::quirks::Quirks;
use super::settings::Settings;
use crate::database::Database;
use crate::model::Instant;
use crate::store::Refusal;

/// Most bytes of a body, and of the request line with all headers.
const MAX_BODY: usize = 1 << 20;
const MAX_HEAD: usize = 64 << 10;

/// Most connections at a time; more wait.
const MAX_CONNECTIONS: usize = 512;

/// How long a caller may take to send a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// An emulator that listens and does not answer yet.
pub struct Emulator {
    listener: std::net::TcpListener,
    state: State,
}

struct State {
    area: RefCell<Area>,
    gateway: RefCell<Gateway>,
    faults: RefCell<Faults>,
    log: RefCell<Log>,
    latency: Duration,
    /// The time when the emulator began, by the caller's reckoning, and the moment of it.
    began: (Instant, Moment),
}

/// Why an emulator can not begin. Completes the sentence «could not …».
#[derive(Debug, thiserror::Error)]
pub enum CanNotBegin {
    #[error("listen on {0}: the emulator has no protection, so it is for addresses of this machine only")]
    NotLoopback(SocketAddr),
    #[error("listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error("write the log: {0}")]
    Log(io::Error),
    #[error("read the store: {}", .0.reason)]
    Store(Refusal),
    #[error("start the runtime: {0}")]
    Runtime(io::Error),
}

impl Emulator {
    /// Takes the address, and reads the store. `now` is the time that it begins with.
    pub fn begin(
        address: SocketAddr,
        database: Database,
        mut settings: Settings,
        log: Option<&Path>,
        now: Instant,
    ) -> Result<Self, CanNotBegin> {
        if !address.ip().is_loopback() {
            return Err(CanNotBegin::NotLoopback(address));
        }
        let failed = |error| CanNotBegin::Listen(address, error);
        let listener = std::net::TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let quirks: Quirks = std::mem::take(&mut settings.quirks);
        let state = State {
            area: RefCell::new(Area::new(database, quirks, now).map_err(CanNotBegin::Store)?),
            gateway: RefCell::new(Gateway::new(&settings, now)),
            faults: RefCell::new(Faults::new(std::mem::take(&mut settings.faults), settings.fault_seed)),
            log: RefCell::new(Log::create(log).map_err(CanNotBegin::Log)?),
            latency: settings.latency,
            began: (now, Moment::now()),
        };
        Ok(Self { listener, state })
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until the process is told to end.
    pub fn run(self) -> Result<(), CanNotBegin> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(CanNotBegin::Runtime)?;
        let here = LocalSet::new();
        here.block_on(&runtime, async {
            let listener = TcpListener::from_std(self.listener).map_err(CanNotBegin::Runtime)?;
            let state = Rc::new(self.state);
            tokio::select! {
                result = told_to_end() => result.map_err(CanNotBegin::Runtime),
                () = accept(listener, state) => Ok(()),
            }
        })
    }
}

#[cfg(unix)]
async fn told_to_end() -> io::Result<()> {
    use tokio::signal::unix::SignalKind;
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_end() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

async fn accept(listener: TcpListener, state: Rc<State>) {
    let places = std::sync::Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let state = state.clone();
                tokio::task::spawn_local(async move {
                    converse(stream, state).await;
                    drop(place);
                });
            }
            // Too many open files, or a caller who left at once: the next one may have more luck.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn converse(stream: TcpStream, state: Rc<State>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| handle(request, state.clone()));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    // An error is a caller who broke off or who speaks no HTTP, or a fault that was asked for.
    let _ = served.await;
}

async fn handle(request: Request<Incoming>, state: Rc<State>) -> Result<Response<Delivered>, Closed> {
    let is_head = request.method() == hyper::Method::HEAD;
    let call = match read(request).await {
        Ok(call) => call,
        Err(answer) => return Ok(deliver(*answer, &[])),
    };
    let (number, troubles) = state.faults.borrow_mut().meet(&call);
    tokio::time::sleep(state.latency + delays(&troubles)).await;
    let answered = state.answer(&call, &troubles);
    let line = Line {
        number,
        method: call.method.to_string(),
        path: log::shown(&call),
        status: answered.as_ref().ok().map(|answer| answer.status),
        committed: answered.as_ref().map_or_else(|committed| *committed, |answer| answer.committed),
        fault: !troubles.is_empty(),
    };
    // A log that can not be written is worth no answer less.
    let _ = state.log.borrow_mut().write(&line);
    let mut answer = answered.map_err(|_| Closed)?;
    if is_head {
        answer.body.clear();
    }
    Ok(deliver(answer, &troubles))
}

impl State {
    /// The answer to a call; or, when the connection is to be closed, whether the store was changed.
    fn answer(&self, call: &Call, troubles: &[Trouble]) -> Result<Answer, bool> {
        let mut late = None;
        for trouble in troubles {
            match *trouble {
                Trouble::DropBefore => return Err(false),
                Trouble::Status(code) => return Ok(upstream(code)),
                Trouble::Gate(gate) => return Ok(gate.answer()),
                Trouble::ForgetTokens => {
                    self.gateway.borrow_mut().tokens.forget();
                    return Ok(Gate::Inactive.answer());
                }
                Trouble::DropAfter | Trouble::LateStatus(_) => late = Some(*trouble),
                _ => {}
            }
        }
        let answer = self.plain_answer(call);
        match late {
            Some(Trouble::LateStatus(code)) => Ok(Answer { committed: answer.committed, ..upstream(code) }),
            Some(_) => Err(answer.committed),
            None => Ok(answer),
        }
    }

    fn plain_answer(&self, call: &Call) -> Answer {
        let now = self.now();
        let mut gateway = self.gateway.borrow_mut();
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

    fn now(&self) -> Instant {
        let (instant, moment) = self.began;
        let passed = chrono::TimeDelta::from_std(moment.elapsed()).unwrap_or_default();
        instant.checked_add_signed(passed).unwrap_or(instant)
    }
}

/// What the gateway says when the service does not answer it.
fn upstream(code: u16) -> Answer {
    let answer = Answer::text(code, "text/xml", "<h1>Gateway Error</h1>");
    if code >= 500 { answer.header("X-Mashery-Error-Code", format!("ERR_{code}_UPSTREAM")) } else { answer }
}

fn delays(troubles: &[Trouble]) -> Duration {
    troubles.iter().map(|trouble| if let Trouble::Delay(time) = trouble { *time } else { Duration::ZERO }).sum()
}

/// A request with its body, or the answer to one that can not be read.
async fn read(request: Request<Incoming>) -> Result<Call, Box<Answer>> {
    let (head, body) = request.into_parts();
    let body = match tokio::time::timeout(PATIENCE, whole(body)).await {
        Ok(Some(body)) => body,
        Ok(None) => return Err(Box::new(ApiError::new(413, "Request Entity Too Large").answer(false))),
        Err(_) => return Err(Box::new(ApiError::new(408, "Request Timeout").answer(false))),
    };
    let authorization = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let query = head.uri.query().unwrap_or_default();
    Ok(Call::new(head.method, head.uri.path(), query, authorization, body))
}

/// The whole body; nothing when it is too long or breaks off.
async fn whole(body: Incoming) -> Option<Bytes> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        if let Ok(data) = frame.ok()?.into_data() {
            if bytes.len() + data.len() > MAX_BODY {
                return None;
            }
            bytes.extend_from_slice(&data);
        }
    }
    Some(bytes.into())
}
