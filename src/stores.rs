//! The stores: where keys live.

pub mod embedded;
