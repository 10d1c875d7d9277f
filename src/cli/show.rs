//! `keywright show`

use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use super::output;
use super::output::Format;
use super::output::Host;
use super::output::Output;
use super::saved_plan;
use crate::render;

/// Show a plan saved by `plan --out`
///
/// Reads neither the store nor the manifests. markdown is for pull request comments, gitlab-plan for the widget of merge
/// requests; json prints the parts of the `plan --format json` output that are in the file.
#[derive(Args)]
pub(super) struct Arguments {
    /// File saved by `plan --out FILE`
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Show only how many changes of each kind there are, for large plans
    #[arg(long)]
    summary: bool,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&FORMATS))]
    format: Format,

    /// Code host of the comment, for --format markdown [default: github]
    #[arg(long = "for", value_name = "HOST")]
    host: Option<Host>,
}

impl Arguments {
    pub(super) fn output(&self) -> Output {
        Output { format: self.format, host: self.host.unwrap_or_default(), ..Output::default() }
    }
}

const FORMATS: [Format; 4] = [Format::Text, Format::Json, Format::Markdown, Format::GitlabPlan];

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    output::check_host(arguments.format, arguments.host)?;
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
            let findings = render::Findings::Remembered(findings);
            render::json::plan(console.out, render::json::Layout::Pretty, plan, &header, &[], findings, None)?;
        }
        Format::Markdown => {
            let comment = render::markdown::Comment {
                topic: render::markdown::Topic::Plan,
                host: arguments.output().host.into(),
                workspace: Some(&saved.origin.workspace),
                plan: Some((plan, &saved.origin)),
                is_stopped: false,
                findings,
                failure: None,
            };
            render::markdown::comment(console.out, &comment)?;
        }
        Format::GitlabPlan => render::widget::plan(console.out, plan)?,
        _ => {
            let style = if arguments.summary { render::text::Style::Totals } else { render::text::Style::Fields };
            render::text::plan(console.out, plan, &header, style)?;
            render::text::findings(console.out, findings)?;
            if let Some(commit) = saved.origin.manifests.as_ref().and_then(|manifests| manifests.commit.as_ref()) {
                writeln!(console.out, "Made from commit {commit}.")?;
            }
        }
    }
    Ok(Exit::Done)
}
