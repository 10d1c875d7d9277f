//! Planted values, one for every secret that Keywright handles, and the search for them in everything that it leaves
//! behind. The stores are remote, because the embedded store contains values by design.

mod attributes;
mod children;
mod commands;
mod echo;
mod fingerprints;
mod leaked;
mod planted;
mod server;
mod traces;
