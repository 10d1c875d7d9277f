//! The workspace database.
