//! The emulator, asked over raw HTTP as the real binary answers: nothing here shares code with the program.

mod caller;
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
