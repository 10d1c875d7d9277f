//! Whatever ends a run: the next one makes the store what is declared, and no key is lost, doubled or undelivered.

mod cancelled;
mod disk;
pub(crate) mod killed;
mod locked;
