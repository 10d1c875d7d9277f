//! The table of rules, and the road from raw manifests to [`crate::model::Desired`].

pub mod catalogue;

pub use catalogue::Example;
pub use catalogue::Rule;
pub use catalogue::When;
