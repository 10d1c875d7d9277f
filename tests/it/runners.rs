//! Several runners share a workspace: a real PostgreSQL server holds their database.

mod address;
mod clock;
mod contest;
mod locked;
mod logged;
mod restarted;
pub(crate) mod server;
mod stored;
