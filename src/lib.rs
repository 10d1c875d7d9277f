//! Keywright keeps an API-key store equal to what a Git repository says.

pub mod apply;
pub mod diagnostic;
pub mod diff;
pub mod manifest;
pub mod matching;
pub mod model;
pub mod outcome;
pub mod plan;
pub mod rotation;
pub mod rules;
pub mod store;
pub mod workspace;
// ── edges ──
pub mod database;
pub mod delivery;
pub mod secrets;
pub mod source;
pub mod stores;
