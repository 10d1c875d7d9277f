//! What became of a plan: a line while each change happens, and the sum at the end.

use std::io;

use super::rows;
use super::style;
use crate::model::Kind;
use crate::outcome::Fate;
use crate::outcome::Outcome;
use crate::plan::Change;
use crate::plan::Plan;
use crate::rules;
use crate::store::Altered;
use crate::store::Refusal;
use crate::text;

/// Every name of a fate, the good ones first.
const NAMES: [&str; 7] = ["done", "altered", "undelivered", "failed", "stale", "blocked", "skipped"];
/// So many addresses of a kind of fate are named in the sum.
const NAMED: usize = 5;

/// Writes one line for a change that came to its end: the `index`th, from 0, of `total`. Why it was not done, and what
/// helps, stand below it.
pub fn progress(out: &mut dyn io::Write, index: usize, total: usize, change: &Change, fate: &Fate) -> io::Result<()> {
    let (sign, sign_colour) = style::of_action(change.action);
    let (colour, dim) = (of_fate(fate.name()), style::DIM);
    let address = rows::shown(&change.address);
    write!(out, "{colour}{:<8}{colour:#} {sign_colour}{sign}{sign_colour:#} {address}", fate.name())?;
    writeln!(out, "  {dim}{}/{total}{dim:#}", index + 1)?;
    match fate {
        Fate::Failed(refusal) => write_refusal(out, change.action.name(), &address, refusal),
        Fate::Undelivered(refusal) => write_refusal(out, "deliver", &address, refusal),
        Fate::Blocked(by) => writeln!(out, "  needs {}, which was not done", rows::shown(by)),
        Fate::Altered(fields) => write_altered(out, change.address.kind(), fields),
        Fate::Done | Fate::Skipped => Ok(()),
    }
}

fn write_altered(out: &mut dyn io::Write, kind: Kind, fields: &[Altered]) -> io::Result<()> {
    let (dim, cyan) = (style::DIM, style::CYAN);
    let names: Vec<String> = fields.iter().map(|altered| format!("`{}`", text::line(&altered.field))).collect();
    let (rule, help) = match kind {
        Kind::ApiKey => (
            &rules::MFT_033,
            "set it in the portal, or make the next generation of the key: a new key takes all fields",
        ),
        // The field that the vendor's page says is ignored (CAM-057).
        Kind::Plan if fields.iter().all(|altered| altered.field == "selfServiceKeyProvisioningEnabled") => {
            (&rules::CAM_057, "set it in the Control Center, or take it out of the manifest")
        }
        _ => (&rules::CAM_054, "take the field out of the manifest, or ask who runs a trigger on the store"),
    };
    writeln!(out, "  the store keeps its own {} {dim}[{}]{dim:#}", names.join(", "), rule.id)?;
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

/// Writes how many changes came to which end, and what to do next when not all were done.
pub fn outcome(out: &mut dyn io::Write, plan: &Plan, outcome: &Outcome) -> io::Result<()> {
    write_sum(out, plan, outcome)?;
    if let Some(refusal) = &outcome.unproven {
        writeln!(out, "What was written could not be looked at once more: {}", text::line(&refusal.reason))?;
        writeln!(out, "`keywright plan` tells whether the store holds it.")?;
    }
    Ok(())
}

fn write_sum(out: &mut dyn io::Write, plan: &Plan, outcome: &Outcome) -> io::Result<()> {
    let bold = style::BOLD;
    write!(out, "{bold}Applied:{bold:#} ")?;
    let total = outcome.fates.len();
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
            let colour = of_fate(name);
            write!(out, "{comma}{colour}{count} {name}{colour:#}")?;
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
    let pairs = plan.changes.iter().zip(&outcome.fates);
    let all: Vec<String> =
        pairs.filter(|(_, fate)| fate.name() == name).map(|(c, _)| rows::shown(&c.address)).collect();
    if all.is_empty() {
        return Ok(());
    }
    let named = text::and_more(&all, NAMED, ", ");
    let colour = of_fate(name);
    writeln!(out, "  {colour}{name:<11}{colour:#}  {named}")
}

/// What to do about what was not done, the most urgent first.
fn next_steps(outcome: &Outcome) -> Vec<String> {
    let mut steps = Vec::new();
    let rule = outcome.fates.iter().find_map(|fate| match fate {
        Fate::Failed(refusal) if fate.name() == "failed" => Some(refusal.rule),
        _ => None,
    });
    if let Some(rule) = rule {
        let explain = rule.map_or(String::new(), |rule| format!(" (keywright explain {rule})"));
        steps.push(format!("Mend what failed{explain}, then plan and apply again: what is done stays done."));
    }
    if outcome.count("stale") > 0 {
        steps.push("The stale objects were changed after the plan was made: plan again.".to_owned());
    }
    if outcome.count("altered") > 0 {
        steps.push("The altered objects are there, but not as declared: see the fields above.".to_owned());
    }
    if outcome.count("undelivered") > 0 {
        steps.push("The keys that were not delivered exist: the next apply delivers them.".to_owned());
    }
    if steps.is_empty() {
        steps.push("The run was stopped: apply again to do the rest.".to_owned());
    }
    steps
}

fn of_fate(name: &str) -> anstyle::Style {
    match name {
        "done" => style::GREEN,
        "failed" => style::RED,
        "altered" | "undelivered" | "stale" => style::YELLOW,
        _ => style::DIM,
    }
}
