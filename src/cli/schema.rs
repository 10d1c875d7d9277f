//! `keywright schema`

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use crate::diagnostic::did_you_mean;
use crate::manifest::documents;
use crate::model::Kind;
use crate::render::json;
use crate::saved_plan;

/// Print the JSON Schema of manifests, for editors
///
/// Without KIND it is the schema of any manifest. KIND is one of User, Application, Package, Plan, PackageKey, ApiKey
/// and Workspace; or DiagnosticsOutput, PlanOutput and OutcomeOutput for what `--format json` prints, ApplyEventOutput
/// for a line of `--format json-stream`, and SavedPlan for what `plan --out` saves.
#[derive(Args)]
pub(super) struct Arguments {
    /// The kind of manifest
    kind: Option<String>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let schema = match arguments.kind.as_deref() {
        None => documents::of_any(),
        Some("Workspace") => documents::of_workspace(),
        Some("SavedPlan") => saved_plan::schema(),
        Some(name) => match output(name) {
            Some(schema) => schema,
            None => documents::of_kind(kind(name)?),
        },
    };
    serde_json::to_writer_pretty(&mut *console.out, &schema).map_err(std::io::Error::from)?;
    writeln!(console.out)?;
    Ok(Exit::Done)
}

/// The schema of what `--format json` prints.
fn output(name: &str) -> Option<serde_json::Value> {
    let file = format!("{}.schema.json", name.strip_suffix("Output")?.to_lowercase());
    json::schemas().into_iter().find(|(known, _)| *known == file).map(|(_, schema)| schema)
}

/// The kind of this name, or what helps to find it.
pub(super) fn kind(name: &str) -> Result<Kind, Failure> {
    Kind::from_name(name).ok_or_else(|| {
        let names = Kind::ALL.iter().map(|kind| kind.name()).chain(["Workspace"]);
        let help = did_you_mean(name, names.clone()).map_or_else(
            || format!("the kinds are {}", names.collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean {near}?"),
        );
        Failure::new(format!("could not find the kind {name}")).help(help)
    })
}
