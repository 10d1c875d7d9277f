//! `keywright show`

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use super::Console;
use super::Exit;
use super::Failure;
use super::saved_plan;
use crate::render;

/// Show a plan that `plan --out` saved
///
/// Neither the store nor the manifests are looked at. markdown is for the comment of a pull request; json is what
/// `plan --format json` printed, as far as the file remembers it.
#[derive(Args)]
pub(super) struct Arguments {
    /// The file that `plan --out FILE` saved
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: PlanFormat,
}

/// The forms of a saved plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum PlanFormat {
    /// For people.
    #[default]
    Text,
    /// For programs; the schemas are under `schemas/`.
    Json,
    /// For the comment of a pull request.
    Markdown,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let saved = saved_plan::open(&arguments.file, console)?.plan;
    match arguments.format {
        PlanFormat::Text => {
            render::text::saved_plan(console.out, &saved, render::text::Style::Fields)?;
            render::text::findings(console.out, &saved)?;
        }
        PlanFormat::Json => render::json::saved_plan(console.out, &saved)?,
        PlanFormat::Markdown => render::markdown::saved_plan(console.out, &saved)?,
    }
    Ok(Exit::Done)
}
