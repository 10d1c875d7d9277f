//! `keywright export`

mod tree;

use std::path::Path;
use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::Exit;
use super::address::AddressText;
use super::arguments::Manifests;
use super::failure::Failure;
use super::failure::Stop;
use super::output;
use super::output::Format;
use super::session;
use super::session::Session;
use super::trust;
use crate::diagnostic::Sources;
use crate::export;
use crate::export::Declared;
use crate::export::Export;
use crate::export::Given;
use crate::export::Selection;
use crate::export::Unknown;
use crate::model::Live;
use crate::render;
use crate::source::Loaded;
use crate::source::is_there;
use crate::workspace::WORKSPACE_FILE;

/// The heading of the options that select.
const WHAT: &str = "What is exported";

/// Export the live store as manifests that match it
///
/// The manifests are valid and plan to no changes. An object or a field that no manifest can declare is named with the
/// reason: on stderr, in a comment, and in JSON. Exits with 6 if an object is not exported.
///
/// Key values are never printed: keys are exported by their ids.
#[derive(Args)]
#[command(after_help = super::examples::EXPORT)]
pub(super) struct Arguments {
    #[command(flatten)]
    manifests: Manifests,

    /// Write a tree of files to a folder: users/NAME.yaml with applications and keys, packages/NAME.yaml with package
    /// plans, api-keys/NAME.yaml, keywright.yaml; changes no existing file
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Leave out values that the store gives new objects anyway [default with --out]
    #[arg(long, conflicts_with = "all", help_heading = WHAT)]
    minimal: bool,

    /// Write all values [default without --out]
    #[arg(long, help_heading = WHAT)]
    all: bool,

    /// Export only this object and what it depends on, for example application/alice/checkout; repeatable
    #[arg(long, value_name = "ADDRESS", value_parser = AddressText, help_heading = WHAT)]
    only: Vec<String>,

    /// Export only what the manifests of the workspace do not declare
    #[arg(long, help_heading = WHAT)]
    undeclared: bool,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&output::DATA))]
    pub(super) format: Format,
}

impl Arguments {
    /// Everything, as a tree of files in the workspace `folder`.
    pub(super) fn all_to(folder: PathBuf) -> Self {
        let (manifests, format) = (Manifests::below(folder.clone()), Format::Text);
        Self { manifests, out: Some(folder), minimal: false, all: false, only: Vec::new(), undeclared: false, format }
    }

    /// A workspace that is named only with `--out`, where this folder is in none: another store than that of its settings is
    /// never meant. `None` if the arguments say what to read.
    fn source(&self, console: &Console<'_>) -> Option<Manifests> {
        let out = self.out.as_ref().map(|out| console.folder.join(out))?;
        let is_said = !self.manifests.all().is_empty() || console.choice.workspace.is_some();
        let is_elsewhere = !is_said && is_workspace(&out) && !console.folder.ancestors().any(is_workspace);
        is_elsewhere.then(|| Manifests::below(out))
    }

    fn selection(&self) -> Selection {
        Selection { is_minimal: self.minimal || (self.out.is_some() && !self.all), only: self.only.clone() }
    }
}

fn is_workspace(folder: &Path) -> bool {
    is_there(&folder.join(WORKSPACE_FILE))
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let session = Session::open(arguments.source(console).as_ref().unwrap_or(&arguments.manifests), console)?;
    trust::show(&session.loaded, console)?;
    if !arguments.undeclared || session.declares_nothing() {
        let live = session.everything(console)?;
        let export = whole(arguments, &session.loaded, &live, console)?;
        return Ok(show(arguments, &session.loaded, &export, console)?);
    }
    let checked = session.check().read_everything(console)?;
    let declared = Declared {
        sources: &checked.loaded.sources,
        desired: &checked.desired,
        values: &checked.secrets.values,
        secrets: &checked.secrets.shared,
    };
    let (workspace, remembered) = (&checked.loaded.workspace, &session::remembered(&checked.loaded, console)?);
    let given = Given { live: &checked.live, workspace, now: console.now, remembered, declared: Some(declared) };
    let export = export::export(&given, &arguments.selection()).map_err(unknown)?;
    Ok(show(arguments, &checked.loaded, &export, console)?)
}

fn whole(arguments: &Arguments, loaded: &Loaded, live: &Live, console: &Console<'_>) -> Result<Export, Failure> {
    let remembered = &session::remembered_if_owned(loaded, console)?;
    let given = Given { live, workspace: &loaded.workspace, now: console.now, remembered, declared: None };
    export::export(&given, &arguments.selection()).map_err(unknown)
}

fn unknown(unknown: Unknown) -> Failure {
    let message = format!("could not export {}: the store has no such object that is to be exported", unknown.address);
    Failure::new(message).help(unknown.near.map_or_else(
        || "write an address as a plan shows it, for example user/alice or application/alice/checkout".to_owned(),
        |near| format!("did you mean {near}?"),
    ))
}

fn show(arguments: &Arguments, loaded: &Loaded, export: &Export, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let files = arguments.out.as_ref().map(|folder| tree::write(folder, arguments.undeclared, loaded, export, console));
    let files = files.transpose()?;
    let sources: &Sources = &loaded.sources;
    match (arguments.format, &files) {
        (Format::Json, files) => render::json::export(console.out, export, sources, files.as_ref())?,
        (_, None) => console.out.write_all(export.stream().as_bytes())?,
        (_, Some(_)) => {}
    }
    console.out.flush()?;
    if arguments.format == Format::Text {
        console.write_findings(&export.problems, sources)?;
    }
    render::text::export(console.err, export)?;
    Ok(if export.is_whole() { Exit::Done } else { Exit::Partly })
}
