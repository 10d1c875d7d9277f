//! What the workspace database remembers of the objects of a store, in areas that other programs filled.

mod details;
mod guards;
mod model;
mod table;
mod wild;
