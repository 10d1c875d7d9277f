//! MFT-021. Decided in `rules/stores/transfer.rs`, `cli/session/remotes.rs` and `stores/managed_file_transfer/bind.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_021: Rule = Rule {
    says: "The operations that a run needs are configured: list to plan, and list, create and update to apply.",
    why: "The vendor publishes neither paths nor methods. A guessed path could write instead of read.",
    source: "AFT Management API, ApiKey",
    wrong: "The workspace names no OpenAPI file and no operations, or its file has two candidates for list.",
    right: "The workspace sets `openapi: mft-openapi.json` with the file of its own site, or names all `operations`.",
    also: Some((Severity::Warning, "in `validate`, for what only an apply needs")),
    ..Rule::fixed("MFT-021").by_plan()
};
