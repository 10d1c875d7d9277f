//! YAML text → raw manifests, every value with its place. Nothing here knows a rule of a store beyond the id under
//! which a missing or mistyped field is reported.
//!
//! Parsing never fails: it gives what it could read, and says what it could not.

#[macro_use]
mod declare;

pub mod api_key;
pub mod application;
pub mod document;
pub mod hide;
pub mod package;
pub mod package_key;
pub mod plan;
pub mod read;
pub mod scalar;
pub mod schema;
pub mod tree;
pub mod user;
pub mod workspace;

pub use document::Manifest;
pub use document::Metadata;
pub use document::Spec;
pub use read::Spanned;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use rayon::prelude::*;

/// The only `apiVersion` there is.
pub const API_VERSION: &str = "keywright.dev/v1";

/// Most documents that one workspace may hold; bounds memory against hostile input.
pub const MAX_DOCUMENTS: usize = 300_000;

/// Reads all manifests of all texts, in parallel. The result is in the order of the sources and does not depend on
/// which text was finished first.
pub fn parse(sources: &Sources) -> (Vec<Manifest>, Vec<Diagnostic>) {
    let files: Vec<(Vec<Manifest>, Vec<Diagnostic>)> =
        sources.0.par_iter().enumerate().map(|(index, source)| parse_one(index, source)).collect();
    let mut manifests = Vec::with_capacity(files.iter().map(|(manifests, _)| manifests.len()).sum());
    let mut diagnostics = Vec::new();
    for (found, problems) in files {
        manifests.extend(found);
        diagnostics.extend(problems);
    }
    if manifests.len() > MAX_DOCUMENTS {
        let place = manifests[MAX_DOCUMENTS].place;
        let message = format!("the workspace holds {} documents, more than {MAX_DOCUMENTS}", manifests.len());
        let help = "split the workspace in two, each with its own keywright.yaml";
        diagnostics.push(Diagnostic::error("KW-003", message).at(place).help(help));
        manifests.truncate(MAX_DOCUMENTS);
    }
    (manifests, diagnostics)
}

fn parse_one(index: usize, source: &Source) -> (Vec<Manifest>, Vec<Diagnostic>) {
    // More than four thousand million files do not fit into memory; the walk stops long before.
    let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
    let mut reading = read::Reading::new(id);
    let mut manifests = Vec::new();
    if !source.readable {
        return (manifests, Vec::new());
    }
    tree::documents(&source.text, &mut reading, |root, reading| {
        manifests.extend(document::read(root, reading));
    });
    (manifests, reading.finish())
}
