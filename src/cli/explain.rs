//! `keywright explain`

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use crate::diagnostic::did_you_mean;
use crate::manifest::documents;
use crate::render::explain;
use crate::rules::catalogue;

/// Explain a rule (CAM-024), a field of a manifest (PackageKey.rotation) or an exit code (4)
///
/// Without WHAT, lists the rules.
#[derive(Args)]
pub(super) struct Arguments {
    /// Id of a rule, a kind, a kind and a field, or an exit code
    what: Option<String>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let Some(what) = &arguments.what else {
        explain::list(console.out)?;
        return Ok(Exit::Done);
    };
    if let Some(rule) = catalogue::find(what) {
        explain::rule(console.out, rule)?;
        return Ok(Exit::Done);
    }
    if let Some(exit) = Exit::ALL.into_iter().find(|exit| (*exit as u8).to_string() == *what) {
        writeln!(console.out, "exit code {what}: {}", exit.meaning())?;
        return Ok(Exit::Done);
    }
    if what.contains('-') {
        let near = did_you_mean(what, catalogue::all().map(|rule| rule.id.0));
        let help = near
            .map_or_else(|| "`keywright explain` lists the rules".to_owned(), |near| format!("did you mean {near}?"));
        return Err(Failure::new(format!("could not find the rule {what}")).help(help));
    }
    let (kind, path) = what.split_once('.').unwrap_or((what, ""));
    let path = path.strip_prefix("spec.").unwrap_or(path);
    let schema = if kind.eq_ignore_ascii_case("Workspace") {
        documents::of_workspace()
    } else {
        documents::of_kind(super::schema::kind(kind)?)
    };
    if explain::field(console.out, path, &schema)? {
        return Ok(Exit::Done);
    }
    Err(Failure::new(format!("could not find the field {what}"))
        .help(format!("`keywright explain {kind}` lists the fields")))
}
