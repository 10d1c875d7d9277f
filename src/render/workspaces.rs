//! The headings and the summary of a run of several workspaces.

use std::io;

use super::Workspace;
use super::style;
use crate::text;

/// Writes the heading above what is printed for one workspace.
pub fn workspace(out: &mut dyn io::Write, name: &str) -> io::Result<()> {
    let bold = style::BOLD;
    writeln!(out, "{bold}==> {}{bold:#}", text::lines(name))
}

/// Writes the exit code of each workspace.
pub fn workspaces(out: &mut dyn io::Write, workspaces: &[Workspace<'_>]) -> io::Result<()> {
    writeln!(out, "\n{}:", text::count(workspaces.len(), "workspace"))?;
    let width = workspaces.iter().map(|workspace| workspace.name.chars().count()).max().unwrap_or(0);
    for Workspace { name, exit, words, .. } in workspaces {
        writeln!(out, "  {:width$}  exit {exit}: {words}", text::lines(name))?;
    }
    Ok(())
}
