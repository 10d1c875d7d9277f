//! `keywright drift`

mod write;

use std::path::Path;
use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::arguments::Planning;
use super::failure::Stop;
use super::output;
use super::output::Format;
use super::output::Host;
use super::output::Output;
use super::output::Shown;
use super::session::Prepared;
use super::session::Session;
use crate::adopt::Adopted;
use crate::adopt::AdoptedField;
use crate::adopt::adopt;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::drift;
use crate::drift::Drift;
use crate::files;
use crate::files::Place;
use crate::model::FieldName;
use crate::plan;
use crate::render;
use crate::render::markdown::Topic;
use crate::rules;
use crate::text::ci_commands::Harmless;

/// Show what moved in the store since the last apply
///
/// Compares the store, the manifests and the fields that the last apply recorded in the workspace database, and says of
/// each difference who made it: ours (the manifest moved), theirs (the store moved) or both. What no apply recorded is
/// compared with the manifests only, and counts as drift. Fields that no manifest declares are not compared. Due
/// deliveries and rotations are no drift.
///
/// --adopt writes the values that only the store changed to the manifests, keeps comments and layout, and shows the
/// difference. It names what it cannot write.
///
/// With a pattern for --workspace, each workspace is compared as if it ran alone.
///
/// Only reads the store and the database. Exits with 2 if the store moved, with 0 if not, and with 3 if the manifests are
/// invalid or an object cannot be compared. With --adopt, exits with 0 if it wrote everything that moved.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) manifests: Manifests,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&FORMATS))]
    format: Format,

    /// Code host of the comment, for --format markdown [default: github]
    #[arg(long = "for", value_name = "HOST")]
    host: Option<Host>,

    /// Write the values that only the store changed to the manifests
    #[arg(long)]
    adopt: bool,

    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

const FORMATS: [Format; 7] =
    [Format::Text, Format::Json, Format::Markdown, Format::Sarif, Format::Github, Format::Gitlab, Format::Junit];

impl Arguments {
    pub(super) fn output(&self) -> Output {
        Output { format: self.format, host: self.host.unwrap_or_default(), topic: Topic::Drift }
    }
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    output::check_host(arguments.format, arguments.host)?;
    let Some(path) = arguments.out.as_deref().filter(|path| *path != Path::new("-")) else {
        return report(arguments, console);
    };
    let place = target(path, console)?;
    let mut bytes = Vec::new();
    let mut harmless = Harmless::new(&mut bytes);
    let mut inner = Console {
        out: if arguments.format.is_commands() { harmless.inner() } else { &mut harmless },
        err: &mut *console.err,
        input: &mut *console.input,
        environment: console.environment.clone(),
        folder: console.folder.clone(),
        choice: console.choice.clone(),
        opened: std::mem::take(&mut console.opened),
        reports: None,
        ..*console
    };
    let exit = match report(arguments, &mut inner) {
        Ok(exit) => exit,
        // The file has the document of a failure, too.
        Err(stop) => output::stop(arguments.output(), stop, &mut inner).map_err(Failure::from)?,
    };
    // A file has no colors.
    let bytes = anstream::adapter::strip_bytes(&bytes).into_vec();
    place.replace(&bytes).map_err(|error| failed(path, &error.kind().to_string()))?;
    Ok(exit)
}

/// Checks that the report can be written there, before anything else happens.
fn target(path: &Path, console: &Console<'_>) -> Result<Place, Failure> {
    let refused = |refused: files::Refused| failed(path, &refused.to_string());
    if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
        return Err(failed(path, "it would be a manifest"));
    }
    let place = files::named(&console.folder, path).map_err(refused)?;
    let place = place.ok_or_else(|| failed(path, "its folder does not exist"))?;
    place.check_file().map_err(refused)?;
    place.check_writable().map_err(|error| failed(path, &error.kind().to_string()))?;
    Ok(place)
}

fn failed(path: &Path, cause: &str) -> Failure {
    let failure = Failure::new(format!("could not write the report to {}: {cause}", path.display()));
    failure.help("name another file in a writable folder, like drift.json")
}

fn report(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let planning = Planning::of_comparison();
    let session = Session::open(&arguments.manifests, console)?;
    let prepared = session.check().read(&planning, None, console)?.plan(&planning, console)?;
    let (drift, findings) = prepared.drift(console.now)?;
    let mut others = others(&prepared);
    others.extend(findings);
    let is_comparable = !has_errors(&others);
    let loaded = &prepared.snapshot.loaded;
    let adopts = arguments.adopt && is_comparable;
    let of_store = |field: &FieldName, item: &str| {
        let is_named = field == plan::ORGANIZATIONS;
        is_named.then(|| plan::resolved_organization(item, &prepared.snapshot.live)).flatten()
    };
    let adopted =
        if adopts { adopt(&drift, &loaded.sources, &loaded.workspace, &of_store) } else { Adopted::default() };
    write::write(&adopted.texts, loaded, console)?;
    let is_left = if adopts { !adopted.refused.is_empty() } else { drift::has_drift(&drift) };
    others.extend(rules::with_severities(adopted.refused, &loaded.workspace));
    let fields = arguments.adopt.then_some(adopted.fields.as_slice());
    show(arguments.output(), &prepared, (&drift, fields), &others, console)?;
    // The other formats are one document.
    let out = if arguments.format == Format::Text { &mut *console.out } else { &mut *console.err };
    render::text::adopted(out, &adopted.texts, &loaded.sources)?;
    out.flush()?;
    Ok(if !is_comparable {
        Exit::Invalid
    } else if is_left {
        Exit::Pending
    } else {
        Exit::Done
    })
}

/// The findings about what could not be compared. Guards are about an apply, and so are warnings of its plan.
fn others(prepared: &Prepared) -> Vec<Diagnostic> {
    prepared.snapshot.diagnostics.iter().chain(&prepared.planned.held).cloned().collect()
}

fn show(
    output: Output,
    prepared: &Prepared,
    (drift, adopted): (&[Drift], Option<&[AdoptedField]>),
    others: &[Diagnostic],
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let (origin, loaded) = (prepared.snapshot.origin(console.now), &prepared.snapshot.loaded);
    let (store, sources) = (origin.stores(), &loaded.sources);
    let report = render::DriftReport { workspace: &origin.workspace, store: &store, drift, adopted };
    let mut all = rules::with_severities(drift::findings(drift), &loaded.workspace);
    let two_way: Vec<Diagnostic> = all.iter().filter(|found| found.rule == rules::KW_155.id).cloned().collect();
    all.extend(others.iter().cloned());
    sort(&mut all);
    match output.format {
        Format::Text => {
            render::text::drift(console.out, &report)?;
            console.out.flush()?;
            // The differences are above.
            let rest: Vec<Diagnostic> = others.iter().cloned().chain(two_way).collect();
            console.write_findings(&rest, sources)?;
            if !rest.is_empty() {
                render::text::summary(console.err, &rest)?;
            }
        }
        Format::Json => render::json::drift(console.out, &report, &all, sources)?,
        Format::Markdown => {
            render::markdown::drift(console.out, output.host.into(), &report, &output::saved(&all, sources))?;
        }
        _ => {
            let (at, rotations) = (None, render::Rotations::default());
            let (diagnostics, failure) = (&*all, None);
            let shown = Shown { plan: None, is_stopped: true, diagnostics, sources, failure, at, rotations };
            output::document(output, &shown, console)?;
        }
    }
    Ok(())
}
