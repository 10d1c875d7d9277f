//! Keywright keeps an API-key store equal to what a Git repository says.
//!
//! ```text
//!  files ──source──▶ Sources ──manifest──▶ Manifest ──rules──▶ Desired ┐
//!                                                                      ├─matching─▶ Matching ──diff, plan──▶ Plan ──apply──▶ Outcome
//!  store ──────────────────────Reader::read──────────────────▶ Live ───┘                                      │
//!                                                                                                  Store::perform, one change each
//! ```
//!
//! Everything between text in and calls out is a value: [`manifest::Manifest`] is what was written, with places;
//! [`model::Desired`] is what is wanted and valid; [`model::Live`] is what is there; [`plan::Plan`] is what to do; and
//! [`outcome::Outcome`] is what became of it. The modules below stand in the order of that work, and none uses a later
//! one. A plan that was saved and read again takes the same road from [`plan::review`] on.
//!
//! What is absent, and stays absent:
//!
//! - Core modules do no I/O and read no clock, environment or randomness; what they need of these is passed in. The
//!   edges, which do, come last and say so in their first lines; clippy holds it, and a test holds that no core module
//!   names an edge.
//! - Nothing that is shown depends on hash order or on which file was read first.
//! - The planner is given a [`store::Reader`], which can not write. Only [`apply`] is given a [`store::Store`].
//! - A [`model::Secret`] can not be printed or serialised, and a plan holds none.
//! - Core types are not serialisable: JSON has its own structs in [`render::json`] and [`saved_plan`], so that the
//!   outside does not freeze the inside.

pub mod text;
pub mod diagnostic;
#[macro_use]
pub mod rule;
pub mod model;
pub mod manifest;
pub mod workspace;
pub mod rules;
pub mod matching;
pub mod change;
pub mod diff;
pub mod rotation;
pub mod store;
pub mod outcome;
pub mod plan;
pub mod apply;
pub mod export;
pub mod render;
pub mod saved_plan;

// The edges: the only places that touch files, the network, the clock, the environment and databases.
pub mod source;
pub mod secrets;
pub mod delivery;
pub mod database;
pub mod stores;
pub mod emulator;
pub mod cli;
