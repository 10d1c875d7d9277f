//! The `keywright.yaml` of an exported tree: the same stores, and no ownership, because the export may not contain
//! everything.

use std::path::Path;

use serde_yaml::Mapping;
use serde_yaml::Value;

use crate::cli::Console;
use crate::cli::Failure;
use crate::export::how_to_remove;
use crate::files;
use crate::manifest::API_VERSION;
use crate::source::Loaded;
use crate::workspace::DatabaseAt;
use crate::workspace::WORKSPACE_FILE;

/// The text of the file. `None` if the folder belongs to the workspace, whose settings apply, or has its own.
pub(super) fn text(root: &Path, loaded: &Loaded, console: &mut Console<'_>) -> Result<Option<String>, Failure> {
    let is_there = root.join(WORKSPACE_FILE).symlink_metadata().is_ok();
    let workspace = files::settled(&loaded.root);
    if is_there || (root != workspace && root.starts_with(&workspace)) {
        return Ok(None);
    }
    let used = loaded.sources.0.iter().rev().find(|source| !source.readable && source.name.contains(WORKSPACE_FILE));
    let mut file = match used {
        Some(used) => serde_yaml::from_str(&used.text)
            .map_err(|error| Failure::new(format!("could not read {}: {error}", used.name)))?,
        None => plain(&loaded.workspace.name),
    };
    if root != workspace {
        settle(&mut file, &workspace, loaded, console)?;
    }
    let text = serde_yaml::to_string(&file);
    text.map(|text| Some(how_to_remove() + &text))
        .map_err(|error| Failure::new(format!("could not write {WORKSPACE_FILE}: {error}")))
}

fn plain(name: &str) -> Mapping {
    let mut metadata = Mapping::new();
    metadata.insert("name".into(), name.into());
    let mut file = Mapping::new();
    file.insert("apiVersion".into(), API_VERSION.into());
    file.insert("kind".into(), "Workspace".into());
    file.insert("metadata".into(), metadata.into());
    file.insert("spec".into(), Mapping::new().into());
    file
}

/// Adapts the settings to another folder.
fn settle(file: &mut Mapping, from: &Path, loaded: &Loaded, console: &mut Console<'_>) -> Result<(), Failure> {
    let spec = file.entry("spec".into()).or_insert_with(|| Mapping::new().into());
    let Some(spec) = spec.as_mapping_mut() else { return Ok(()) };
    for other in ["ownership", "manifests"] {
        spec.remove(other);
    }
    if let DatabaseAt::File(path) = &loaded.workspace.database {
        let remote = &loaded.workspace.remote;
        spec.remove("database");
        if remote.cloud_api_management.is_none() || remote.managed_file_transfer.is_none() {
            // The embedded store is in the database.
            let path = files::normal(&from.join(&**path));
            spec.insert("database".into(), format!("sqlite:{}", path.display()).into());
        }
    }
    for name in named_files(&Value::Mapping(spec.clone())) {
        writeln!(console.err, "Not copied: {WORKSPACE_FILE} names {name} in {}.", from.display())?;
    }
    Ok(())
}

/// The relative paths of files that the settings name.
fn named_files(value: &Value) -> Vec<String> {
    let Some(mapping) = value.as_mapping() else { return Vec::new() };
    let is_file = |key: &Value| matches!(key.as_str(), Some("openapi" | "file"));
    let path = |(key, value): (&Value, &Value)| match value.as_str() {
        Some(path) if is_file(key) && !path.starts_with('/') => vec![path.to_owned()],
        _ => named_files(value),
    };
    mapping.iter().flat_map(path).collect()
}
