//! The scripts that create the tables and migrate them from one version to the next.

/// The script at index `n` brings a database from version `n` to version `n + 1`. Never change a released script;
/// append a new one. They are written for SQLite and translated for PostgreSQL.
pub(super) const SCRIPTS: &[&str] = &[
    include_str!("scripts/1-embedded-store.sql"),
    include_str!("scripts/2-journal.sql"),
    include_str!("scripts/3-remembered.sql"),
    include_str!("scripts/4-keyed-fingerprints.sql"),
    include_str!("scripts/5-memory.sql"),
    include_str!("scripts/6-creates.sql"),
    include_str!("scripts/7-workspaces.sql"),
    include_str!("scripts/8-receipts.sql"),
    include_str!("scripts/9-disabled.sql"),
    include_str!("scripts/10-applied.sql"),
    include_str!("scripts/11-undeclared.sql"),
    include_str!("scripts/12-sinks.sql"),
    include_str!("scripts/13-shared-secrets.sql"),
    include_str!("scripts/14-attempts.sql"),
];

/// The first version with keyed fingerprints. The digests of older versions must not stay in free pages or logs.
pub(super) const KEYED: i64 = 4;

/// The newest version.
pub(super) const KNOWN: i64 = SCRIPTS.len().cast_signed() as i64;
