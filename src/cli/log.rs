//! The optional log of a run, on standard error.
//!
//! Logs are kept for years, so they contain no query, header, body or error text of a server: any of these could
//! contain a key or a credential.
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
use crate::randomness;
use crate::text::ci_commands::Harmless;

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Form {
    /// For people.
    Text,
    /// One JSON object per line, each with the id of the run.
    Json,
}

/// Lives as long as the command.
pub(super) struct Log {
    began: Instant,
    // Dropped in this order.
    _run: Option<EnteredSpan>,
    is_full: bool,
    _subscriber: DefaultGuard,
}

/// Starts the log. Without it, only long pauses are written: a silent run looks like one that hangs.
pub(super) fn begin(verbose: bool, form: Option<Form>) -> Log {
    let began = Instant::now();
    let registry = tracing_subscriber::registry().with(own_events());
    let lines = || layer().with_target(false).with_writer(|| Harmless::new(std::io::stderr()));
    let (subscriber, run): (Box<dyn Subscriber + Send + Sync>, bool) = match form {
        Some(Form::Json) => (Box::new(registry.with(lines().json().flatten_event(true).with_span_list(false))), true),
        _ if verbose => (Box::new(registry.with(lines().with_ansi(false).without_time().with_level(false))), false),
        _ => {
            return Log {
                began,
                _run: None,
                is_full: false,
                _subscriber: tracing::subscriber::set_default(warnings()),
            };
        }
    };
    let subscriber = tracing::subscriber::set_default(subscriber);
    // The id distinguishes runs where logs of many runs are collected. Without randomness the run fails right after.
    let id = if run { randomness::id().ok() } else { None };
    let run = id.map(|id| tracing::info_span!("run", %id).entered());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "run began");
    Log { began, _run: run, is_full: true, _subscriber: subscriber }
}

impl Log {
    pub(super) const fn is_on(&self) -> bool {
        self.is_full
    }

    pub(super) fn end(self, exit: Exit) {
        tracing::info!(exit = exit as u8, milliseconds = milliseconds(self.began), "run ended");
    }
}

pub(super) fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn warnings() -> impl Subscriber + Send + Sync {
    let lines = layer().with_target(false).with_ansi(false).without_time().with_level(false);
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), LevelFilter::WARN);
    tracing_subscriber::registry().with(own).with(lines.with_writer(|| Harmless::new(std::io::stderr())))
}

/// Excludes libraries, because they log addresses with their queries.
fn own_events() -> Targets {
    Targets::new().with_target(env!("CARGO_CRATE_NAME"), LevelFilter::DEBUG)
}
