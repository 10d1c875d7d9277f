//! Keywright keeps an API-key store equal to what a Git repository says.

pub mod diagnostic;
pub mod manifest;
pub mod model;
pub mod outcome;
pub mod plan;
pub mod render;
pub mod rules;
pub mod store;
pub mod workspace;
// ── edges ──
pub mod database;
pub mod stores;
