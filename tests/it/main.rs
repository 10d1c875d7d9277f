//! Tests of the whole program, in one binary.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests work in folders of their own, and a panic is how they fail"
)]

mod adopt;
mod advised;
mod arrows;
mod canary;
mod cases;
mod catalogue;
mod cloud;
mod completions;
mod consents;
mod console;
mod deliveries;
mod dice;
mod drift;
mod emulator;
mod exits;
mod exports;
mod first_hour;
mod foreign_files;
mod formats;
mod help_examples;
mod hooks;
mod hostile;
mod hostile_servers;
mod invisible;
mod large_area;
mod keys;
mod laws;
mod leaks;
mod memory;
mod moves;
mod no_randomness;
mod odd;
mod package;
mod pager;
mod pages;
mod picture;
mod program;
mod proxy;
mod pull_requests;
mod questions;
mod readme;
mod reference;
mod removal;
mod rivals;
mod rotate;
mod runners;
mod rotation;
mod saved_plan;
mod several;
mod schemas;
mod services;
mod sinks;
mod team;
mod tidy;
mod transfer;
mod trust;
mod words;
mod year;
mod years;
