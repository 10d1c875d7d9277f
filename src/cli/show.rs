//! `keywright show`

use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use super::output;
use super::output::Format;
use super::saved_plan;
use crate::render;

/// Show a plan saved by `plan --out`
///
/// Reads neither the store nor the manifests. markdown is for pull request comments; json prints the
/// parts of the `plan --format json` output that are in the file.
#[derive(Args)]
pub(super) struct Arguments {
    /// File saved by `plan --out FILE`
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&FORMATS))]
    pub(super) format: Format,
}

const FORMATS: [Format; 3] = [Format::Text, Format::Json, Format::Markdown];

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let saved = saved_plan::open(&arguments.file, console)?.plan;
    let (plan, findings) = (&saved.plan, &saved.findings);
    let (store, hosts) = (saved.origin.stores(), saved.origin.hosts());
    let header = render::Header {
        workspace: &saved.origin.workspace,
        store: &store,
        hosts: &hosts,
        at: None,
        rotations: render::Rotations::default(),
    };
    match arguments.format {
        Format::Json => {
            render::json::plan(console.out, plan, &header, &[], render::Findings::Remembered(findings))?;
        }
        Format::Markdown => render::markdown::plan(console.out, plan, &saved.origin, findings)?,
        _ => {
            render::text::plan(console.out, plan, &header, render::text::Style::Fields)?;
            render::text::findings(console.out, findings)?;
            if let Some(commit) = saved.origin.manifests.as_ref().and_then(|manifests| manifests.commit.as_ref()) {
                writeln!(console.out, "Made from commit {commit}.")?;
            }
        }
    }
    Ok(Exit::Done)
}
