//! SIGINT, SIGTERM and SIGHUP during an apply: the first one ends it in order, the second one at once. Both say so.
#![expect(
    clippy::disallowed_methods,
    reason = "edge: signals, standard error, what the system knows about this process"
)]

use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use signal_hook::consts::SIGHUP;
use signal_hook::consts::SIGINT;
use signal_hook::consts::SIGTERM;
use signal_hook::flag::register;
use signal_hook::flag::register_conditional_shutdown;
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::heartbeat::last_words_about;
use crate::secrets;
use crate::stores::Requests;

/// One flag for all workspaces of a run: a signal between two of them must not be lost.
static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The flag that the first signal sets: no new change starts after it. The second signal ends the program; the journal shows
/// what was in progress.
pub(super) fn stop_on_signals() -> Result<Arc<AtomicBool>, Failure> {
    let is_first = STOP.get().is_none();
    let stop = STOP.get_or_init(Arc::default);
    if is_first {
        // `nohup` ignores SIGHUP, and the run must then outlive its terminal.
        let hang_up = (!ignores_hang_up()).then_some(SIGHUP);
        let all: Vec<i32> = [SIGINT, SIGTERM].into_iter().chain(hang_up).collect();
        // While the words below wait for a reader that does not read, a signal ends the program without them.
        let is_speaking = Arc::<AtomicBool>::default();
        for signal in &all {
            register_conditional_shutdown(*signal, Exit::Interrupted as i32, Arc::clone(&is_speaking))?;
            register(*signal, Arc::clone(stop))?;
        }
        let signals = Signals::new(all)?;
        let requests = Requests::of_this_thread();
        let listen = move || listen(signals, &requests, &is_speaking);
        std::thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
    }
    secrets::release_signals();
    Ok(Arc::clone(stop))
}

fn listen(mut signals: Signals, requests: &Requests, is_speaking: &AtomicBool) {
    for (number, _) in signals.forever().enumerate() {
        is_speaking.store(true, Ordering::SeqCst);
        if number == 0 {
            say(
                "Stopping: no more changes are started, and those in progress are finished. A second signal ends at once.",
            );
        } else {
            if let Some(words) = last_words_about(requests) {
                say(&words);
            }
            low_level::exit(Exit::Interrupted as i32);
        }
        is_speaking.store(false, Ordering::SeqCst);
    }
}

fn say(words: &str) {
    // Without standard error, there is nowhere to say it.
    let _ = writeln!(io::stderr(), "{words}");
}

/// Whether this process was started to ignore SIGHUP. Only Linux can be asked without unsafe code.
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The lowest bit is signal 1, SIGHUP.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// Whether a signal has stopped an apply of this process.
pub(in crate::cli) fn is_interrupted() -> bool {
    STOP.get().is_some_and(|stop| stop.load(Ordering::Relaxed))
}
