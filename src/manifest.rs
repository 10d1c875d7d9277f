//! YAML text → raw manifests, every value with its place. Nothing here knows a rule of a store beyond what the line of a
//! field says of it.
//!
//! Parsing never fails: it gives what it could read, and says what it could not.

#[macro_use]
mod declare;

pub mod api_key;
pub mod application;
pub mod document;
pub mod field;
pub mod fields;
pub mod documents;
pub mod hide;
pub mod node;
pub mod package;
pub mod package_key;
pub mod plan;
pub mod read;
pub mod rules;
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
use crate::diagnostic::MAX_FINDINGS;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use rayon::prelude::*;

/// The only `apiVersion` there is.
pub const API_VERSION: &str = "keywright.dev/v1";

/// Most objects that one workspace may declare: documents, keys of applications, and former names. Bounds memory
/// against hostile input.
pub const MAX_OBJECTS: usize = 200_000;

/// Most YAML nodes that the files of one workspace may hold together, with those that aliases repeat: 20 an object. An
/// entry of a list takes about 60 bytes once it is read, so that the worst of inputs takes some 250 MiB beside its texts.
pub const MAX_WORKSPACE_NODES: usize = 4_000_000;

/// Files are read so many at a time, and so many bytes of them: no more than that is in memory as trees.
const BATCH_FILES: usize = 16;
const BATCH_BYTES: usize = 4 << 20;

/// Reads all manifests of all texts, in parallel. The result is in the order of the sources and does not depend on
/// which text was finished first.
pub fn parse(sources: &Sources) -> (Vec<Manifest>, Vec<Diagnostic>) {
    let mut workspace = Parsed::default();
    let mut from = 0;
    while from < sources.0.len() && !workspace.is_over {
        let batch = batch(&sources.0[from..]);
        let room = MAX_OBJECTS - workspace.objects;
        let files: Vec<Parsed> =
            batch.par_iter().enumerate().map(|(at, source)| parse_one(from + at, source, room)).collect();
        for file in files {
            workspace.add(file);
        }
        from += batch.len();
    }
    (workspace.manifests, workspace.diagnostics)
}

/// The first few of `sources`, at least one.
fn batch(sources: &[Source]) -> &[Source] {
    let mut bytes = 0;
    let fits = |source: &&Source| {
        bytes += source.text.len();
        bytes <= BATCH_BYTES
    };
    let count = sources.iter().take(BATCH_FILES).take_while(fits).count();
    &sources[..count.max(1).min(sources.len())]
}

/// What was read of one file, or of the files so far.
#[derive(Default)]
struct Parsed {
    manifests: Vec<Manifest>,
    diagnostics: Vec<Diagnostic>,
    objects: usize,
    nodes: usize,
    /// Whether the workspace is more than a workspace may be.
    is_over: bool,
}

impl Parsed {
    fn add(&mut self, file: Self) {
        // What is not told any more needs no memory; that there was more is told by whoever counts them.
        let told = (MAX_FINDINGS + 1).saturating_sub(self.diagnostics.len());
        self.diagnostics.extend(file.diagnostics.into_iter().take(told));
        self.nodes += file.nodes;
        for manifest in file.manifests {
            self.objects += manifest.objects();
            let (many, what) = match (self.objects > MAX_OBJECTS, self.nodes > MAX_WORKSPACE_NODES) {
                (true, _) => (MAX_OBJECTS, "objects"),
                (_, true) => (MAX_WORKSPACE_NODES, "YAML nodes"),
                _ => {
                    self.manifests.push(manifest);
                    continue;
                }
            };
            if !std::mem::replace(&mut self.is_over, true) {
                let message = format!("the workspace holds more than {many} {what}");
                let problem = rules::KW_003.finding(message).at(manifest.name_place());
                let help = "split the workspace in two, each with its own keywright.yaml";
                self.diagnostics.insert(0, problem.help(help));
            }
            return;
        }
    }
}

/// Reads one file, but not many more objects than there is `room` for.
fn parse_one(index: usize, source: &Source, room: usize) -> Parsed {
    let mut parsed = Parsed::default();
    if !source.readable {
        return parsed;
    }
    // More than four thousand million files do not fit into memory; the walk stops long before.
    let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
    let mut reading = read::Reading::new(id);
    parsed.nodes = tree::documents(&source.text, &mut reading, |root, reading| {
        if parsed.objects <= room
            && let Some(manifest) = document::read(root, reading)
        {
            parsed.objects += manifest.objects();
            parsed.manifests.push(manifest);
        }
    });
    parsed.diagnostics = reading.finish();
    parsed
}
