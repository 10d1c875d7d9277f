//! Findings, plans and outcomes as people and programs read them.
//!
//! Every function writes to the writer that it is given and to nothing else. Text holds ANSI styles; whoever opens the
//! writer decides whether they arrive (`anstream` strips them). Nothing that a manifest or a store says reaches the
//! writer raw: control characters and characters that rearrange a line are made visible first.

mod diagnostics;
mod excerpt;
pub mod explain;
mod forecast;
pub mod json;
pub mod markdown;
mod outcome;
mod places;
mod plan;
mod rows;
mod runs;
mod style;
mod summary;
pub mod text;
mod unified;

pub use runs::Noted;
pub use runs::Run;

/// What a plan is about.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// The workspace's name.
    pub workspace: &'a str,
    /// The store in words: `embedded store`.
    pub store: &'a str,
}

#[cfg(test)]
mod tests;
