//! After any interruption the next run makes the store match, and no key is lost, duplicated or undelivered.

mod cancelled;
mod disk;
mod hosts;
pub(crate) mod killed;
mod locked;
mod programs;
