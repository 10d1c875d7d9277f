//! Exports of areas and sites that others made: rows as a service sends them, not as our store accepted them.

pub(crate) mod area;
mod objects;
pub(crate) mod readers;
mod tree;
