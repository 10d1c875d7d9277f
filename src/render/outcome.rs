//! The outcome of a plan: a line for each change, and a summary at the end.

use std::io;

use super::rows;
use super::style;
use crate::model::Delivery;
use crate::model::Kind;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::plan::Change;
use crate::plan::Plan;
use crate::rules;
use crate::store::Altered;
use crate::store::Refusal;
use crate::store::RefusalKind;
use crate::text;

/// The names of all results, the good ones first.
const NAMES: [&str; 9] =
    ["done", "altered", "unverified", "undelivered", "failed", "stale", "blocked", "held", "skipped"];
/// How many addresses the summary names per result.
const NAMED: usize = 5;

/// Writes the result of a change, the `index`th, from 0, of `total`; below it where its value was `delivered`, the reason
/// and the help.
pub fn progress(
    out: &mut dyn io::Write,
    (index, total): (usize, usize),
    change: &Change,
    result: &ChangeResult,
    delivered: &[Delivery],
) -> io::Result<()> {
    let (sign, sign_color) = style::of_action(change.action);
    let (color, dim) = (of_result(result.name()), style::DIM);
    let address = rows::shown(&change.address);
    write!(out, "{color}{:<8}{color:#} {sign_color}{sign}{sign_color:#} {address}", result.name())?;
    writeln!(out, "  {dim}{}/{total}{dim:#}", index + 1)?;
    for to in delivered {
        writeln!(out, "  delivered to {}", rows::place(to))?;
    }
    match result {
        ChangeResult::Failed(refusal) => write_refusal(out, change.action.name(), &address, refusal),
        ChangeResult::Undelivered(refusal) => write_refusal(out, "deliver", &address, refusal),
        ChangeResult::Unverified(refusal) => write_refusal(out, "verify", &address, refusal),
        ChangeResult::Blocked(by) => writeln!(out, "  needs {}, which was not done", rows::shown(by)),
        ChangeResult::Held(held) => writeln!(out, "  {}", text::line(&held.to_string())),
        ChangeResult::Altered(fields) => write_altered(out, change.address.kind(), fields),
        ChangeResult::Done | ChangeResult::Skipped => Ok(()),
    }
}

fn write_altered(out: &mut dyn io::Write, kind: Kind, fields: &[Altered]) -> io::Result<()> {
    let (dim, cyan) = (style::DIM, style::CYAN);
    let names: Vec<String> = fields.iter().map(|altered| format!("`{}`", text::line(&altered.field))).collect();
    let (rule, help) = match kind {
        Kind::ApiKey => (
            &rules::MFT_033,
            "set it in the portal, or create the next generation of the key: a new key accepts all fields",
        ),
        // The vendor documents that the store ignores this field (CAM-057).
        Kind::Plan if fields.iter().all(|altered| altered.field == "selfServiceKeyProvisioningEnabled") => {
            (&rules::CAM_057, "set it in the Control Center, or remove it from the manifest")
        }
        _ => (&rules::CAM_054, "remove the field from the manifest, or ask the store's administrator about triggers"),
    };
    writeln!(out, "  the store kept its own value for {} {dim}[{}]{dim:#}", names.join(", "), rule.id)?;
    writeln!(out, "  {cyan}help:{cyan:#} {help}")
}

fn write_refusal(out: &mut dyn io::Write, verb: &str, address: &str, refusal: &Refusal) -> io::Result<()> {
    let (dim, cyan) = (style::DIM, style::CYAN);
    write!(out, "  could not {verb} {address}: {}", text::line(&refusal.reason))?;
    if let Some(rule) = refusal.rule {
        write!(out, " {dim}[{rule}]{dim:#}")?;
    }
    writeln!(out)?;
    if let Some(help) = &refusal.help {
        for (number, line) in text::lines(help).lines().enumerate() {
            match number {
                0 => writeln!(out, "  {cyan}help:{cyan:#} {line}")?,
                _ => writeln!(out, "        {line}")?,
            }
        }
    }
    Ok(())
}

/// Writes that an earlier run applied a saved plan, so that nothing is changed.
pub fn applied_before(out: &mut dyn io::Write, name: &str, run: i64) -> io::Result<()> {
    let bold = style::BOLD;
    writeln!(out, "{bold}Nothing to do:{bold:#} the plan {} was applied in run {run}.", text::line(name))
}

/// Writes the number of changes with each result, and the next steps if not all are done.
pub fn outcome(out: &mut dyn io::Write, plan: &Plan, outcome: &Outcome) -> io::Result<()> {
    let bold = style::BOLD;
    write!(out, "{bold}Applied:{bold:#} ")?;
    let total = outcome.results.len();
    if outcome.all_done() {
        let green = style::GREEN;
        return match total {
            0 => writeln!(out, "nothing to do."),
            _ => writeln!(out, "{green}{} done{green:#}.", text::count(total, "change")),
        };
    }
    let mut comma = "";
    for name in NAMES {
        let count = outcome.count(name);
        if count > 0 || name == "done" {
            let color = of_result(name);
            write!(out, "{comma}{color}{count} {name}{color:#}")?;
            comma = ", ";
        }
    }
    writeln!(out, ".\n")?;
    for name in NAMES.into_iter().skip(1) {
        write_addresses(out, plan, outcome, name)?;
    }
    writeln!(out)?;
    next_steps(outcome).into_iter().try_for_each(|step| writeln!(out, "{step}"))
}

fn write_addresses(out: &mut dyn io::Write, plan: &Plan, outcome: &Outcome, name: &str) -> io::Result<()> {
    let pairs = plan.changes.iter().zip(&outcome.results);
    let all: Vec<String> =
        pairs.filter(|(_, result)| result.name() == name).map(|(c, _)| rows::shown(&c.address)).collect();
    if all.is_empty() {
        return Ok(());
    }
    let named = text::and_more(&all, NAMED, ", ");
    let color = of_result(name);
    writeln!(out, "  {color}{name:<11}{color:#}  {named}")
}

/// The next steps, the most urgent first.
fn next_steps(outcome: &Outcome) -> Vec<String> {
    let mut steps = Vec::new();
    let rule = outcome.results.iter().find_map(|result| match result {
        ChangeResult::Failed(refusal) if result.name() == "failed" => Some(refusal.rule),
        _ => None,
    });
    if let Some(rule) = rule {
        let explain = rule.map_or(String::new(), |rule| format!(" (keywright explain {rule})"));
        steps.push(format!("Fix the failures{explain} and apply again; completed changes are kept."));
    }
    if outcome.count("stale") > 0 {
        steps.push("The stale objects changed after the plan was made: plan again.".to_owned());
    }
    if outcome.count("altered") > 0 {
        steps.push("The altered objects exist but differ from their manifests: see the fields above.".to_owned());
    }
    // What breaks a rule says itself what to do.
    let waits_only = |result: &ChangeResult| {
        let is_free = |refusal: &Refusal| refusal.rule.is_none() && refusal.kind != RefusalKind::Rejected;
        matches!(result, ChangeResult::Undelivered(refusal) if is_free(refusal))
    };
    if outcome.results.iter().any(waits_only) {
        steps.push("The undelivered keys exist in the store: the next apply delivers them.".to_owned());
    }
    if outcome.count("held") > 0 {
        steps.push("The held changes wait for consent: see above what each one needs.".to_owned());
    }
    if steps.is_empty() && outcome.count("skipped") > 0 {
        steps.push("The run was stopped: apply again to make the remaining changes.".to_owned());
    }
    if outcome.count("unverified") > 0 {
        steps.push(
            "The store confirmed the unverified changes: the next apply compares them with the store.".to_owned(),
        );
    }
    steps
}

fn of_result(name: &str) -> anstyle::Style {
    match name {
        "done" => style::GREEN,
        "failed" => style::RED,
        "altered" | "unverified" | "undelivered" | "stale" | "held" => style::YELLOW,
        _ => style::DIM,
    }
}
