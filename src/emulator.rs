//! A local server for users and tests. It serves the V3 REST API of Boomi Cloud API Management from the embedded store,
//! as the reference describes it: with the real status codes, errors, pages and headers, and on request with the
//! service's quirks and with faults. Paths outside `/v3` belong to the site of MFT, see `mft`. It shares no wire code
//! with the clients: both are written from the reference, so a mistake cannot hide in shared code.
//!
//! ```text
//!  server ──Call──▶ faults ──▶ gateway (tokens, limits) ──▶ area ──Change──▶ embedded store
//!     ▲                                                      │ mirror: a copy of the store, for lists
//!     └── delivery ◀──Answer── view, fields, list ◀──────────┘
//! ```
//!
//! Not in the embedded store: passwords are accepted and discarded; a package's organization, the services of the area
//! and those of its plans, ceilings of exempt objects and mail addresses as they were sent are in a table of the emulator.
//! Objects inside the body of a new object (`plans`, `applications`, `packageKeys`) are created with it; in a change they
//! are ignored. Whole collections cannot be changed or deleted, although the service can do so.

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
mod nested;
pub mod quirks;
mod reads;
mod reception;
mod refusals;
mod roles;
mod route;
mod saves;
mod server;
mod services;
pub mod settings;
mod tokens;
mod view;
mod wire;
mod writes;
mod young;

pub use server::Emulator;
pub use server::StartError;
