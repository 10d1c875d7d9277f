//! Tests the emulator over raw HTTP, as the real binary: no code is shared with the program.

pub(crate) mod caller;
mod command;
mod faults;
mod gateway;
mod hostile;
mod lists;
mod mft;
mod mft_callers;
mod mft_hostile;
mod mft_quirks;
mod mft_swagger;
mod quirks;
mod quirks_of_keys;
mod resources;
mod samples;
mod whole;
