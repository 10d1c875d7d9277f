//! Keywright keeps an API-key store in sync with a Git repository.
//!
//! ```text
//!  files ──source──▶ Sources ──manifest──▶ Manifest ──rules──▶ Desired ┐
//!                                                                      ├─matching─▶ Matching ──diff, plan──▶ Plan ──apply──▶ Outcome
//!  store ──────────────────────Reader::read──────────────────▶ Live ───┘                                      │
//!                                                                                                  Store::perform, one change each
//! ```
//!
//! Every step produces a value: [`manifest::Manifest`] is the parsed text with its places, [`model::Desired`] the valid
//! desired state, [`model::Live`] the state of the store, [`plan::Plan`] the changes to make, and [`outcome::Outcome`]
//! their results. The modules below are in the order of that work, and none uses a later one. A saved plan joins the
//! pipeline at [`plan::review`].
//!
//! Invariants:
//!
//! - Core modules do no I/O and read no clock, environment or randomness; callers pass these in. The edges, which do,
//!   come last and say so in their first lines. Clippy and a test enforce this.
//! - Output never depends on hash order or on which file was read first.
//! - The planner gets a [`store::Reader`], which cannot write. Only [`apply`] gets a [`store::Store`].
//! - A [`model::Secret`] cannot be printed or serialized, and a plan contains none.
//! - Core types are not serializable: JSON has its own structs in [`render::json`] and [`saved_plan`], so the core can
//!   change without changing the output.

pub mod text;
pub mod diagnostic;
#[macro_use]
pub mod rule;
pub mod model;
pub mod manifest;
pub mod workspace;
pub mod rules;
pub mod settings_diff;
pub mod matching;
pub mod change;
pub mod held;
pub mod diff;
pub mod manifest_diff;
pub mod rotation;
pub mod store;
pub mod outcome;
pub mod plan;
pub mod apply;
pub mod memory;
pub mod drift;
pub mod keys;
pub mod adopt;
pub mod export;
pub mod render;
pub mod saved_plan;

// The edges: the only places that touch files, the network, the clock, the environment and databases.
pub mod owner;
pub mod randomness;
pub mod git;
pub mod files;
pub mod source;
pub mod secrets;
pub mod network;
pub mod database;
pub mod stores;
pub mod delivery;
pub mod emulator;
pub mod cli;
