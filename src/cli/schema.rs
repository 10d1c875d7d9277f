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
/// Without KIND, prints the schema of all manifests. KIND is User, Application, Package, Plan, PackageKey, ApiKey or
/// Workspace; DiagnosticsOutput, PlanOutput, OutcomeOutput, DiffOutput, DriftOutput, ExportOutput, KeysOutput,
/// RevocationOutput, RunsOutput, RunOutput, DoctorOutput, EmulatorOutput, FailureOutput or WorkspacesOutput for the output of
/// `--format json`; ApplyEventOutput for a line of `--format json-stream`; Output for any of these; or SavedPlan for the file that `plan --out` saves.
#[derive(Args)]
pub(super) struct Arguments {
    /// Kind of manifest or output
    kind: Option<String>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let schema = match arguments.kind.as_deref() {
        None => documents::of_any(),
        Some("Workspace") => documents::of_workspace(),
        Some("Output") => json::schema_of_any(),
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

/// The schema of a `--format json` output.
fn output(name: &str) -> Option<serde_json::Value> {
    let file = format!("{}.schema.json", name.strip_suffix("Output")?.to_lowercase());
    json::schemas().into_iter().find(|(known, _)| *known == file).map(|(_, schema)| schema)
}

/// The kind with this name, in any case, or a failure that suggests one.
pub(super) fn kind(name: &str) -> Result<Kind, Failure> {
    let in_any_case = || Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name));
    Kind::from_name(name).or_else(in_any_case).ok_or_else(|| {
        let names = Kind::ALL.iter().map(|kind| kind.name()).chain(["Workspace"]);
        let help = did_you_mean(name, names.clone()).map_or_else(
            || format!("the kinds are {}", names.collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean {near}?"),
        );
        Failure::new(format!("could not find the kind {name}")).help(help)
    })
}
