//! Text for people: what may be shown of a foreign text, how long it may be, lists, counts, and lines of a width.

mod alike;
pub mod ci_commands;
mod cut;
mod flaw;
mod folded;
mod hidden;
mod list;
mod natural;
pub mod shell;
mod visible;
mod wrap;

pub use alike::difference;
pub use alike::folded;
pub use cut::compared;
pub use cut::cut;
pub use cut::quoted;
pub use flaw::Flaw;
pub use flaw::false_space;
pub use flaw::flaw;
pub use flaw::flaw_of_email;
pub use flaw::is_hidden_in_line;
pub use folded::Folded;
pub use hidden::is_hidden;
pub use list::and_more;
pub use list::count;
pub use natural::natural;
pub use visible::is_unprintable;
pub use visible::json;
pub use visible::line;
pub use visible::lines;
pub use visible::visible;
pub use visible::yaml;
pub use wrap::wrap;
