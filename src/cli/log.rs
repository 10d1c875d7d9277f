//! What a run tells of its own work while it works: on standard error, and only when it is asked to.
//!
//! A log is read by machines and kept for years, so it holds no query, no header, no body and no error text of a server:
//! nothing of which a key or a credential could be a part.
#![expect(clippy::disallowed_methods, reason = "edge: standard error and the clock")]

use std::time::Instant;

use clap::ValueEnum;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing::span::EnteredSpan;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;

use super::Exit;

/// The form of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Form {
    /// For people.
    Text,
    /// One object a line, each with the id of the run.
    Json,
}

/// Lasts as long as the command.
pub(super) struct Log {
    began: Instant,
    // In the order in which they end.
    _run: Option<EnteredSpan>,
    subscriber: Option<DefaultGuard>,
}

/// Begins the log, if there is to be one.
pub(super) fn begin(verbose: bool, form: Option<Form>) -> Log {
    let began = Instant::now();
    let (subscriber, run) = match form {
        Some(Form::Json) => (json(), true),
        _ if verbose => (text(), false),
        _ => return Log { began, _run: None, subscriber: None },
    };
    let subscriber = tracing::subscriber::set_default(subscriber);
    // People see one run at a time; the id is for those who gather many.
    let run = run.then(|| tracing::info_span!("run", id = %uuid::Uuid::new_v4()).entered());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "run began");
    Log { began, _run: run, subscriber: Some(subscriber) }
}

impl Log {
    pub(super) const fn is_on(&self) -> bool {
        self.subscriber.is_some()
    }

    pub(super) fn end(self, exit: Exit) {
        tracing::info!(exit = exit as u8, milliseconds = milliseconds(self.began), "run ended");
    }
}

/// Whole milliseconds since `began`.
pub(super) fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn json() -> Box<dyn Subscriber + Send + Sync> {
    let lines = layer().json().flatten_event(true).with_span_list(false).with_target(false);
    Box::new(tracing_subscriber::registry().with(ours()).with(lines.with_writer(std::io::stderr)))
}

fn text() -> Box<dyn Subscriber + Send + Sync> {
    let lines = layer().with_ansi(false).without_time().with_level(false).with_target(false);
    Box::new(tracing_subscriber::registry().with(ours()).with(lines.with_writer(std::io::stderr)))
}

/// The libraries below tell of addresses with their queries, so nothing of them is heard.
fn ours() -> Targets {
    Targets::new().with_target(env!("CARGO_CRATE_NAME"), LevelFilter::DEBUG)
}
