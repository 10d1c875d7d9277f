//! Text for people: what may be shown of a foreign text, how long it may be, lists, counts, and lines of a width.

pub mod ci_commands;
mod cut;
mod hidden;
mod list;
mod visible;
mod wrap;

pub use cut::cut;
pub use cut::quoted;
pub use hidden::is_hidden;
pub use list::and_more;
pub use list::count;
pub use visible::is_unprintable;
pub use visible::json;
pub use visible::line;
pub use visible::lines;
pub use visible::visible;
pub use visible::yaml;
pub use wrap::wrap;
