//! `keywright explain`

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use crate::diagnostic::did_you_mean;
use crate::manifest::documents;
use crate::render::explain;
use crate::render::explain::WIDEST;
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
    let width = console.screen.map_or(WIDEST, |screen| screen.columns.min(WIDEST));
    if let Some(rule) = catalogue::find(what) {
        explain::rule(console.out, rule, width)?;
        return Ok(Exit::Done);
    }
    if let Some(exit) = Exit::ALL.into_iter().find(|exit| (*exit as u8).to_string() == *what) {
        writeln!(console.out, "exit code {what}: {}", exit.meaning())?;
        return Ok(Exit::Done);
    }
    if let Some(failure) = no_number(what) {
        return Err(failure);
    }
    let (kind, path) = what.split_once('.').unwrap_or((what, ""));
    let path = path.strip_prefix("spec.").unwrap_or(path);
    let schema = if kind.eq_ignore_ascii_case("Workspace") {
        documents::of_workspace()
    } else {
        documents::of_kind(super::schema::kind(kind)?)
    };
    if explain::field(console.out, path, &schema, width)? {
        return Ok(Exit::Done);
    }
    Err(Failure::new(format!("could not find the field {what}"))
        .help(format!("`keywright explain {kind}` lists the fields")))
}

/// Why there is no such rule or exit code. `None` for the name of a kind or a field, which has neither digits nor dashes.
fn no_number(what: &str) -> Option<Failure> {
    let letters = what.trim_end_matches(|last: char| last.is_ascii_digit());
    let digits = &what[letters.len()..];
    if letters.is_empty() {
        let codes: Vec<String> = Exit::ALL.into_iter().map(|exit| (exit as u8).to_string()).collect();
        let help = format!("the exit codes are {}; the id of a rule is like CAM-024", codes.join(", "));
        return Some(Failure::new(format!("could not find the exit code {what}")).help(help));
    }
    let is_rule = what.contains('-') || !digits.is_empty() && !letters.contains('.');
    is_rule.then(|| {
        let whole = format!("{}-{digits:0>3}", letters.trim_end_matches('-'));
        let near = catalogue::find(&whole).map(|rule| rule.id.0);
        let near = near.or_else(|| did_you_mean(what, catalogue::all().map(|rule| rule.id.0)));
        let help = near
            .map_or_else(|| "`keywright explain` lists the rules".to_owned(), |near| format!("did you mean {near}?"));
        Failure::new(format!("could not find the rule {what}")).help(help)
    })
}
