//! The tables, and how a database gets from one version of them to the next.

/// The script at index `n` brings a database from version `n` to version `n + 1`. A script that was released is never
/// changed; a new one is appended. They are written for SQLite; what PostgreSQL says otherwise is replaced there.
pub(super) const SCRIPTS: &[&str] = &[
    include_str!("scripts/1-embedded-store.sql"),
    include_str!("scripts/2-journal.sql"),
    include_str!("scripts/3-remembered.sql"),
];

/// The newest version.
pub(super) const KNOWN: i64 = SCRIPTS.len().cast_signed() as i64;
