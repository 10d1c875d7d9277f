//! A workspace database in a SQLite file.

pub(super) mod files;
pub(super) mod lock;
pub(super) mod open;
pub(super) mod schema;
