//! `keywright apply FILE`: that plan and nothing else.

use super::Arguments;
use super::Carried;
use super::carry_out;
use super::exit;
use super::tell;
use super::told::Told;
use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::Format;
use crate::cli::saved_plan::Named;
use crate::cli::workspace::Ready;
use crate::cli::workspace::saved;
use crate::cli::workspace::saved::Stage;
use crate::diagnostic::has_errors;
use crate::outcome::Outcome;
use crate::render;
use crate::saved_plan::Resolved;

pub(super) fn run(arguments: &Arguments, named: &Named, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let (form, format) = (arguments.format, arguments.format.of_findings());
    if arguments.planning.options().prune {
        let failure = Failure::new("could not prune: what a saved plan deletes is settled");
        return Err(Failure { exit: Exit::Usage, ..failure }.help("plan again with --prune and --out"));
    }
    let manifests = arguments.manifests.named_files();
    let (ready, resolved) = match saved::prepare(&manifests, &arguments.planning, named, format, console)? {
        Stage::Ready(ready, resolved) => (ready, resolved),
        Stage::Ended(exit) => return Ok(exit),
    };
    let is_stopped = has_errors(&ready.planned.stopped);
    if format == Format::Text {
        render::text::saved_plan(console.out, &named.plan, render::text::Style::Fields)?;
        console.out.flush()?;
    }
    if arguments.strict {
        refuse_stale(named, &resolved)?;
    }
    show_findings(&ready, named, format, console)?;
    if is_stopped {
        return Ok(Exit::Stopped);
    }
    if let Some(failure) = arguments.planning.over_budget(&ready.forecasts) {
        return Err(failure);
    }
    let Carried { outcome: of_rest, failure } = if ready.planned.plan.is_empty() {
        Told::begin(form, &resolved.whole, &resolved.void, console)?;
        Carried { outcome: Outcome::default(), failure: None }
    } else {
        carry_out(&ready, &resolved.whole, &resolved.void, form, console)?
    };
    let outcome = resolved.outcome(of_rest);
    tell(form, &resolved.whole, &outcome, console)?;
    failure.map_or_else(|| Ok(exit(&outcome)), Err)
}

/// What the manifests and the guards say now. In JSON it is told only when it stops the plan, as the plan's document.
fn show_findings(ready: &Ready, named: &Named, format: Format, console: &mut Console<'_>) -> Result<(), Failure> {
    let all: Vec<_> = ready.diagnostics.iter().chain(&ready.planned.stopped).cloned().collect();
    match format {
        Format::Text if all.is_empty() => {}
        Format::Text => {
            render::text::diagnostics(console.err, &all, &ready.loaded.sources)?;
            render::text::summary(console.err, &all)?;
        }
        Format::Json if has_errors(&ready.planned.stopped) => {
            let store = named.plan.origin.stores();
            let header = render::Header { workspace: &named.plan.origin.workspace, store: &store };
            render::json::plan(
                console.out,
                &ready.planned.plan,
                &header,
                &ready.forecasts,
                &all,
                &ready.loaded.sources,
            )?;
        }
        Format::Json => {}
    }
    Ok(())
}

/// With --strict a plan is done whole or not at all.
fn refuse_stale(named: &Named, resolved: &Resolved) -> Result<(), Failure> {
    const NAMED: usize = 5;
    let stale: Vec<String> = resolved.stale().map(|change| change.address.to_string()).collect();
    if stale.is_empty() {
        return Ok(());
    }
    let names = crate::text::and_more(&stale, NAMED, ", ");
    let message = format!("could not apply the plan {}: changed since it was made: {names}", named.name);
    let failure = Failure { exit: Exit::Stale, ..Failure::new(message) };
    Err(failure.help("nothing was changed; plan again, or leave out --strict to do the rest"))
}
