//! Ctrl-C and SIGTERM while a program runs. The program has its own process group, so the terminal does not signal it:
//! Keywright stops it before it ends itself.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use signal_hook::SigId;
use signal_hook::consts::SIGINT;
use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use signal_hook::low_level;

/// Registered with the first program, because handlers cannot be taken back without ignoring the signals.
static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

#[derive(Clone)]
struct Watch {
    /// Between programs, a signal ends Keywright as usual.
    is_idle: Arc<AtomicBool>,
    /// The signal that arrived during a program; zero if none did.
    received: Arc<AtomicUsize>,
    ids: Vec<SigId>,
}

/// Holds back the signals until it is dropped.
pub(super) struct Guard(Watch);

impl Guard {
    pub(super) fn new() -> io::Result<Self> {
        let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
        let watch = match &*watch {
            Some(watch) => watch.clone(),
            None => watch.insert(Watch::register()?).clone(),
        };
        watch.is_idle.store(false, Ordering::SeqCst);
        Ok(Self(watch))
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.0.received.load(Ordering::SeqCst) != 0
    }
}

impl Drop for Guard {
    /// Passes on a signal that was held back: it usually ends Keywright here.
    fn drop(&mut self) {
        self.0.is_idle.store(true, Ordering::SeqCst);
        let signal = self.0.received.swap(0, Ordering::SeqCst);
        if let Some(signal) = i32::try_from(signal).ok().filter(|signal| *signal != 0) {
            // If this fails, the run goes on without the secret and fails soon.
            let _ = low_level::emulate_default_handler(signal);
        }
    }
}

impl Watch {
    fn register() -> io::Result<Self> {
        let mut watch = Self { is_idle: Arc::default(), received: Arc::default(), ids: Vec::new() };
        for signal in [SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or_default();
            watch.ids.push(flag::register_conditional_default(signal, Arc::clone(&watch.is_idle))?);
            watch.ids.push(flag::register_usize(signal, Arc::clone(&watch.received), number)?);
        }
        Ok(watch)
    }
}

/// Leaves the signals to handlers that the caller has registered.
pub fn release() {
    let watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner).take();
    for id in watch.into_iter().flat_map(|watch| watch.ids) {
        low_level::unregister(id);
    }
}
