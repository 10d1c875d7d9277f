//! Areas and sites with objects that Keywright did not make and does not understand: each concerns only itself.

mod alone;
mod area;
mod clock;
mod embedded;
mod known;
mod names;
mod proxy;
mod rows;
mod site;
