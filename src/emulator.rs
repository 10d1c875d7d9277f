//! A local server for users and for tests that speaks the V3 REST API of Boomi Cloud API Management over the embedded
//! store, as the reference describes it: with the real status codes, errors, pages and headers, and on request with the
//! service's quirks and with faults. Everything that is not below `/v3` is the site of MFT, see `mft`. It shares no wire
//! code with the clients: each is written from the reference, so that a mistake can not hide in what they have in common.
//!
//! ```text
//!  server ──Call──▶ faults ──▶ gateway (tokens, limits) ──▶ area ──Change──▶ embedded store
//!     ▲                                                      │ mirror: a copy of the store, for lists
//!     └── delivery ◀──Answer── view, fields, list ◀──────────┘
//! ```
//!
//! What the embedded store does not keep: passwords are taken and thrown away; a package's organization and the ids of a
//! plan's services are kept in a table of the emulator's own; objects nested in a body (`plans`,
//! `packageKeys`) are ignored. Whole collections can be neither changed nor dropped, though the service can do so.

mod answer;
mod area;
mod body;
mod call;
mod delivery;
mod extras;
pub mod faults;
mod fields;
mod gateway;
mod handling;
mod key_saves;
mod list;
mod list_order;
mod log;
mod mft;
mod mirror;
mod plan_services;
pub mod quirks;
mod reads;
mod reception;
mod refusals;
mod roles;
mod route;
mod saves;
mod server;
pub mod settings;
mod tokens;
mod view;
mod wire;
mod writes;
mod young;

pub use server::CanNotBegin;
pub use server::Emulator;
