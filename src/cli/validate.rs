//! `keywright validate`

use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::output;
use super::output::Format;
use super::output::Shown;
use super::session::Session;
use super::session::missing_operations;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::render;
use crate::rules;

/// Check manifests against the documented rules, without reading a store
///
/// Reports all problems in all files at once. Exits with 3 if there is an error. Files of a workspace are checked together with
/// all its manifests, so the list of changed files that a Git hook passes is enough; files of several workspaces are checked
/// workspace by workspace. Deleted files and files of other programs may be among them.
#[derive(Args)]
#[command(after_help = super::examples::VALIDATE)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) manifests: Manifests,

    /// Refuse references to objects that no manifest declares, even if the store may have them
    #[arg(long)]
    closed: bool,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&output::FINDINGS))]
    pub(super) format: Format,
}

impl Arguments {
    /// The same for these paths.
    pub(super) fn on(&self, paths: &[PathBuf]) -> Self {
        Self { manifests: Manifests::of_files(paths), closed: self.closed, format: self.format }
    }
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let mut checked = Session::open_around(&arguments.manifests, console)?.check_with_places();
    if let Some(desired) = &checked.desired {
        let found = rules::references(desired, arguments.closed);
        // --closed is a request of this run, which the settings do not lower.
        let is_closed = arguments.closed;
        let found = if is_closed { found } else { rules::with_severities(found, &checked.loaded.workspace) };
        checked.diagnostics.extend(found);
        sort(&mut checked.diagnostics);
    }
    if !checked.diagnostics.iter().any(|found| found.rule == rules::MFT_021.id) {
        let found = missing_operations(&checked.loaded);
        checked.diagnostics.extend(rules::with_severities(found, &checked.loaded.workspace));
    }
    let (diagnostics, sources) = (&checked.diagnostics, &checked.loaded.sources);
    let (at, rotations) = (None, render::Rotations::default());
    let shown = Shown { plan: None, is_stopped: true, diagnostics, sources, failure: None, at, rotations };
    output::document(arguments.format.into(), &shown, console)?;
    if arguments.format == Format::Text {
        console.write_result(diagnostics, sources)?;
        match &checked.desired {
            Some(desired) if checked.diagnostics.is_empty() => {
                let count = desired.objects.len() + desired.removals().count();
                writeln!(console.out, "Valid: {}.", crate::text::count(count, "object"))?;
            }
            _ => render::text::summary(console.out, &checked.diagnostics)?,
        }
    }
    Ok(if has_errors(&checked.diagnostics) { Exit::Invalid } else { Exit::Done })
}
