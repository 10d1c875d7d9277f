//! The socket: accepts connections and serves them. A single thread does it all, so writes have one order.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::LocalSet;

use super::area::Area;
use super::handling::State;
use super::handling::handle;
use super::log::Log;
use super::mft::Site;
use super::quirks::Quirks;
use super::reception::PATIENCE;
use super::settings::Settings;
use crate::database::Database;
use crate::model::Instant;
use crate::store::Refusal;

/// Maximum size of the request line and all headers, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// Maximum number of connections; more wait.
const MAX_CONNECTIONS: usize = 512;

/// An emulator that listens and does not answer yet.
pub struct Emulator {
    listener: std::net::TcpListener,
    state: State,
}

/// Why an emulator could not start. Completes the sentence "could not …".
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("listen on {0}: the emulator is unauthenticated, so it listens on loopback only")]
    NotLoopback(SocketAddr),
    #[error("listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error("write the log: {0}")]
    Log(io::Error),
    #[error("read the store: {}", .0.reason)]
    Store(Refusal),
    #[error("serve both {0} and {1} of MFT: they have the same method and path")]
    SamePlace(&'static str, &'static str),
    #[error("start the runtime: {0}")]
    Runtime(io::Error),
}

impl Emulator {
    /// Binds the address and reads the store. `now` is the emulator's time at the start.
    pub fn begin(
        address: SocketAddr,
        database: Database,
        mut settings: Settings,
        log: Option<&Path>,
        now: Instant,
    ) -> Result<Self, StartError> {
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        let failed = |error| StartError::Listen(address, error);
        let site = Site::new(&settings, &settings.quirks).map_err(|(one, other)| StartError::SamePlace(one, other))?;
        let listener = std::net::TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let quirks: Quirks = std::mem::take(&mut settings.quirks);
        let area = Area::new(database, quirks, now).map_err(StartError::Store)?;
        let log = Log::create(log).map_err(StartError::Log)?;
        let state = State::new(area, site, log, settings, now);
        Ok(Self { listener, state })
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until the process receives a signal to end.
    pub fn run(self) -> Result<(), StartError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(StartError::Runtime)?;
        let here = LocalSet::new();
        here.block_on(&runtime, async {
            let listener = TcpListener::from_std(self.listener).map_err(StartError::Runtime)?;
            let state = Rc::new(self.state);
            tokio::select! {
                result = end_signal() => result.map_err(StartError::Runtime),
                () = accept(listener, state) => Ok(()),
            }
        })
    }
}

#[cfg(unix)]
async fn end_signal() -> io::Result<()> {
    use tokio::signal::unix::SignalKind;
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn end_signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

async fn accept(listener: TcpListener, state: Rc<State>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let state = state.clone();
                tokio::task::spawn_local(async move {
                    serve_connection(stream, state).await;
                    drop(place);
                });
            }
            // Too many open files, or a caller that left at once: retry.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve_connection(stream: TcpStream, state: Rc<State>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| handle(request, state.clone()));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    // The caller broke off or does not use HTTP, or a fault closed the connection.
    let _ = served.await;
}
