//! `keywright schema`

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use serde_json::Map;
use serde_json::Value;

use super::Console;
use super::Exit;
use super::Failure;
use crate::diagnostic::did_you_mean;
use crate::files;
use crate::manifest::documents;
use crate::model::Kind;
use crate::render::json;
use crate::saved_plan;

/// Print the JSON Schema of manifests, for editors, or write all schemas to a folder
///
/// Without KIND, prints the schema of all manifests. KIND is User, Application, Package, Plan, PackageKey, ApiKey or
/// Workspace; DiagnosticsOutput, PlanOutput, OutcomeOutput, DiffOutput, DriftOutput, ExportOutput, KeysOutput,
/// RevocationOutput, RunsOutput, RunOutput, DoctorOutput, EmulatorOutput, FailureOutput or WorkspacesOutput for the output of
/// `--format json`; ApplyEventOutput for a line of `--format json-stream`; Output for any of these; or SavedPlan for the file that `plan --out` saves.
#[derive(Args)]
pub(super) struct Arguments {
    /// Kind of manifest or output
    #[arg(conflicts_with = "all")]
    kind: Option<String>,

    /// Write a file for each kind of manifest and output to the folder of --out, so that no checkout of Keywright is needed
    #[arg(long, requires = "out")]
    all: bool,

    /// Folder for --all; it is created, and files that are there stay
    #[arg(long, value_name = "FOLDER", requires = "all")]
    out: Option<PathBuf>,
}

/// Where the schemas of this version of the manifest format have their names; nothing is read from there.
const HOME: &str = "https://keywright.dev/schemas/v1";

/// What `--all` writes besides the kinds of objects.
const OTHERS: [&str; 18] = [
    "Workspace",
    "SavedPlan",
    "Output",
    "DiagnosticsOutput",
    "PlanOutput",
    "OutcomeOutput",
    "DiffOutput",
    "DriftOutput",
    "ExportOutput",
    "KeysOutput",
    "RevocationOutput",
    "RunsOutput",
    "RunOutput",
    "DoctorOutput",
    "EmulatorOutput",
    "FailureOutput",
    "WorkspacesOutput",
    "ApplyEventOutput",
];

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if let Some(folder) = &arguments.out {
        return write_all(folder, console);
    }
    write!(console.out, "{}", text(arguments.kind.as_deref())?)?;
    Ok(Exit::Done)
}

fn write_all(folder: &Path, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let failed = |cause: String| {
        Failure::new(format!("could not write to {}: {cause}", folder.display()))
            .help("nothing was written; choose an empty folder, or remove what is in the way")
    };
    let names = Kind::ALL.iter().map(|kind| kind.name()).chain(OTHERS).map(Some).chain([None]);
    let files: Vec<(String, String)> =
        names.map(|name| Ok((file(name), text(name)?))).collect::<Result<_, Failure>>()?;
    let texts: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let root = files::folder_to_fill(&console.folder, folder).map_err(|refused| failed(refused.to_string()))?;
    let written = files::write_tree(&root, &texts, None).map_err(|error| failed(error.to_string()))?;
    writeln!(console.err, "{} written to {}", crate::text::count(written, "file"), folder.display())?;
    Ok(Exit::Done)
}

/// The name of the file: `package-key.schema.json` for `PackageKey`.
fn file(name: Option<&str>) -> String {
    let mut file = String::new();
    for character in name.unwrap_or("keywright").chars() {
        if character.is_ascii_uppercase() && !file.is_empty() {
            file.push('-');
        }
        file.push(character.to_ascii_lowercase());
    }
    file + ".schema.json"
}

fn text(name: Option<&str>) -> Result<String, Failure> {
    let schema = match name {
        None => documents::of_any(),
        Some("Workspace") => documents::of_workspace(),
        Some("Output") => json::schema_of_any(),
        Some("SavedPlan") => saved_plan::schema(),
        Some(name) => match output(name) {
            Some(schema) => schema,
            None => documents::of_kind(kind(name)?),
        },
    };
    let known = name.map(|name| kind(name).map_or(name, |kind| kind.name()));
    Ok(printed(schema, &file(known)))
}

/// The schema of all manifests, as it is printed.
pub(super) fn of_manifests() -> String {
    printed(documents::of_any(), &file(None))
}

/// The schema of `keywright.yaml`, as it is printed.
pub(super) fn of_workspace() -> String {
    printed(documents::of_workspace(), &file(Some("Workspace")))
}

/// The schema with the name by which other schemas and catalogues know it.
fn printed(schema: Value, file: &str) -> String {
    let id = ("$id".to_owned(), Value::from(format!("{HOME}/{file}")));
    let fields = schema.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
    let schema: Map<String, Value> = std::iter::once(id).chain(fields).collect();
    format!("{:#}\n", Value::Object(schema))
}

/// The schema of a `--format json` output.
fn output(name: &str) -> Option<Value> {
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
