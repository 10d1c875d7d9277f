//! After any interruption the next run makes the store match, and no key is lost, duplicated or undelivered. And the
//! checkout does not decide what is read, run, called and deleted.

mod approved;
mod bare_removal;
mod bases;
mod cancelled;
mod deleted;
mod difference;
mod disk;
mod hostile_world;
mod hosts;
pub(crate) mod killed;
mod lock_lost;
mod locked;
mod programs;
mod reading;
pub(crate) mod repository;
mod settings;
mod since;
mod workspaces;
mod writing;
