//! Text for terminals.

pub use super::Header;
pub use super::diagnostics::diagnostics;
pub use super::difference::difference;
pub use super::drift::adopted;
pub use super::drift::drift;
pub use super::export::export;
pub use super::forecast::calls;
pub use super::forecast::forecast;
pub use super::memory::details;
pub use super::outcome::applied_before;
pub use super::outcome::outcome;
pub use super::outcome::progress;
pub use super::plan::Style;
pub use super::plan::findings;
pub use super::plan::plan;
pub use super::read_from::read_from;
pub use super::runs::record;
pub use super::runs::run;
pub use super::runs::runs;
pub use super::summary::summary;
pub use super::timeline::timeline;
pub use super::workspaces::workspace;
pub use super::workspaces::workspaces;
