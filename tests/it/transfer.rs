//! The client of Managed File Transfer: against the emulator in its own process, and against a scripted site.

mod applying;
mod consents;
mod faults;
mod killed;
mod leaked;
mod rules;
mod scripted;
mod site;
mod switches;
mod verified;

pub(crate) use scripted::Scripted;
