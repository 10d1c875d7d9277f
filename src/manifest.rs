//! YAML text → raw manifests, every value with its place. Parsing returns what it can read and reports the rest.

#[macro_use]
mod declare;

pub mod api_key;
pub mod application;
pub mod document;
pub mod ends;
pub mod field;
pub mod fields;
pub mod documents;
pub mod hide;
mod mistyped;
pub mod moment;
pub mod node;
pub mod package;
pub mod package_key;
pub mod plain;
pub mod plan;
pub mod read;
pub mod rules;
pub mod scalar;
pub mod schema;
mod slips;
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

/// Maximum number of documents, keys of applications and former names in a workspace. Limits memory for hostile input.
pub const MAX_OBJECTS: usize = 200_000;

/// Maximum number of YAML nodes in a workspace, including those that aliases repeat: 20 per object. A list entry takes
/// about 60 bytes, so the worst input takes about 250 MiB in addition to its text.
pub const MAX_WORKSPACE_NODES: usize = 4_000_000;

/// Files are read in batches of at most this size, which limits the trees in memory.
const BATCH_FILES: usize = 16;
const BATCH_BYTES: usize = 4 << 20;

/// Reads all manifests in parallel. The result is always in the order of the sources.
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

/// The next batch of `sources`: at least one.
fn batch(sources: &[Source]) -> &[Source] {
    let mut bytes = 0;
    let fits = |source: &&Source| {
        bytes += source.text.len();
        bytes <= BATCH_BYTES
    };
    let count = sources.iter().take(BATCH_FILES).take_while(fits).count();
    &sources[..count.max(1).min(sources.len())]
}

/// The result for one file, or for all files so far.
#[derive(Default)]
struct Parsed {
    manifests: Vec<Manifest>,
    diagnostics: Vec<Diagnostic>,
    objects: usize,
    nodes: usize,
    /// Whether the workspace exceeds a limit.
    is_over: bool,
}

impl Parsed {
    fn add(&mut self, file: Self) {
        // One finding more than is shown is enough to report that there are more.
        let room = (MAX_FINDINGS + 1).saturating_sub(self.diagnostics.len());
        self.diagnostics.extend(file.diagnostics.into_iter().take(room));
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
                let message = format!("the workspace has more than {many} {what}");
                let problem = rules::KW_003.finding(message).at(manifest.name_place());
                let help = "split the workspace in two, each with its own keywright.yaml";
                self.diagnostics.insert(0, problem.help(help));
            }
            return;
        }
    }
}

/// Reads one file, and stops soon after `room` objects.
fn parse_one(index: usize, source: &Source, room: usize) -> Parsed {
    let mut parsed = Parsed::default();
    if !source.readable {
        return parsed;
    }
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
