//! Which files were read, where no settings limit them: a repository has YAML files that are no manifests.

use std::collections::BTreeMap;
use std::io;

use super::style;
use crate::diagnostic::Sources;
use crate::text;

/// How many folders are named.
const NAMED: usize = 5;

/// Says how many files each folder had, and how to read fewer. Nothing if all files are in one folder.
pub fn read_from(out: &mut dyn io::Write, sources: &Sources) -> io::Result<()> {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &sources.0 {
        *folders.entry(source.name.split_once('/').map_or("", |(folder, _)| folder)).or_default() += 1;
    }
    if folders.len() < 2 {
        return Ok(());
    }
    let mut folders: Vec<(&str, usize)> = folders.into_iter().collect();
    folders.sort_by_key(|(_, files)| std::cmp::Reverse(*files));
    let all: Vec<String> = folders
        .iter()
        .map(|(folder, files)| match *folder {
            "" => format!("{files} at the top"),
            folder => format!("{files} in {}/", text::line(folder)),
        })
        .collect();
    let (all, bold) = (text::and_more(&all, NAMED, ", "), style::BOLD);
    writeln!(out, "{bold}note{bold:#}: there is no keywright.yaml, so all YAML files were read: {all}")?;
    let help = "name the folder of your manifests, as PATH or with --workspace, or list it under `manifests:` in a keywright.yaml; \
                `keywright init` writes one";
    writeln!(out, "  help: {help}\n")
}
