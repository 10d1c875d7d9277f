//! Writes an export as a tree of files.

mod settings;

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::Console;
use crate::cli::Failure;
use crate::export::Export;
use crate::export::File;
use crate::export::NOT_EXPORTED;
use crate::export::NOT_EXPORTED_LINE;
use crate::files;
use crate::files::Report;
use crate::model::Address;
use crate::source::Loaded;
use crate::workspace::WORKSPACE_FILE;

/// Writes the files to `folder` and returns the file of every object. `beside` is true if the manifests that exist stay,
/// so a taken name gets a number.
pub(super) fn write(
    folder: &Path,
    beside: bool,
    loaded: &Loaded,
    export: &Export,
    console: &mut Console<'_>,
) -> Result<BTreeMap<Address, String>, Failure> {
    let failed = |cause: String| {
        Failure::new(format!("could not write to {}: {cause}", folder.display()))
            .help("nothing was written; choose an empty folder, or remove what is in the way")
    };
    let root = files::folder_to_fill(&console.folder, folder).map_err(|refused| failed(refused.to_string()))?;
    let mut files = export.files();
    if beside {
        for file in files.iter_mut().filter(|file| file.path != NOT_EXPORTED) {
            file.path = files::free_name(&root, &file.path, &file.text);
        }
    }
    if let Some(text) = settings::text(&root, loaded, console)? {
        files.push(File { path: WORKSPACE_FILE.to_owned(), text, objects: Vec::new() });
    }
    let texts: Vec<(&str, &str)> = files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let report = Report { path: NOT_EXPORTED, line: NOT_EXPORTED_LINE };
    let written = files::write_tree(&root, &texts, Some(report)).map_err(|error| failed(error.to_string()))?;
    writeln!(console.err, "{} written to {}", crate::text::count(written, "file"), folder.display())?;
    let places = |file: File| {
        let path = file.path;
        file.objects.into_iter().map(move |object| (object, path.clone()))
    };
    Ok(files.into_iter().flat_map(places).collect())
}
