//! Reads the drafts as `validate` and `plan` would, and takes out what they refuse or would change. So what an export
//! contains is valid and plans to no changes, whatever the store contains.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Given;
use super::draft::Draft;
use super::faults::Faults;
use super::left_out::LeftOut;
use super::yaml;
use super::yaml::Written;
use crate::diagnostic;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::diagnostic::Source;
use crate::diagnostic::Sources;
use crate::manifest;
use crate::model::Address;
use crate::model::Desired;
use crate::plan;
use crate::plan::Context;
use crate::plan::LivingValues;
use crate::plan::Options;
use crate::plan::Planned;
use crate::plan::Remembered;
use crate::rules;
use crate::workspace::Ownership;

/// Takes out of the drafts what cannot be exported, until the rest is valid. Returns the problems that no manifest causes:
/// an incomplete list, for example.
pub(super) fn verify(drafts: &mut Vec<Draft>, left_out: &mut Vec<LeftOut>, given: &Given<'_>) -> Vec<Diagnostic> {
    let before = Before::of(given);
    loop {
        drop_dependents(drafts, left_out);
        let mut faults = Faults::of(drafts, given.sources().len());
        let mut elsewhere = problems(drafts, given, &before, &mut faults);
        if !faults.take_out(drafts, left_out) {
            elsewhere.sort_by(|a, b| (a.rule, &a.message).cmp(&(b.rule, &b.message)));
            return elsewhere;
        }
    }
}

/// What depends on an object that is not exported is not exported either.
fn drop_dependents(drafts: &mut Vec<Draft>, left_out: &mut Vec<LeftOut>) {
    loop {
        let missing: BTreeSet<Address> = left_out.iter().filter_map(|left_out| left_out.live.clone()).collect();
        let orphan = |draft: &Draft| draft.needs.iter().find(|need| missing.contains(need)).cloned();
        let before = drafts.len();
        drafts.retain(|draft| match orphan(draft) {
            None => true,
            Some(need) => {
                left_out.push(LeftOut::new(&draft.live, &draft.id, format!("{need} is not exported")));
                false
            }
        });
        if drafts.len() == before {
            return;
        }
    }
}

/// What the manifests that exist already do without the export.
struct Before {
    problems: BTreeSet<(&'static str, String)>,
    prunable: BTreeSet<Address>,
}

impl Before {
    fn of(given: &Given<'_>) -> Self {
        let checked = check(&[], given);
        let mut problems: BTreeSet<_> = checked.diagnostics.iter().filter_map(key_of_error).collect();
        let mut prunable = BTreeSet::new();
        if let Some(desired) = &checked.value {
            let planned = planned(&checked, desired, given);
            problems.extend(errors_of(planned).iter().filter_map(key_of_error));
            // Where nothing is declared, nothing is pruned (KW-011).
            if !desired.objects.is_empty() {
                prunable = self::prunable(&checked, desired, given);
            }
        }
        Self { problems, prunable }
    }
}

/// Everything that a plan finds.
fn errors_of(planned: Planned) -> Vec<Diagnostic> {
    [planned.diagnostics, planned.held, planned.asked, planned.stopped].concat()
}

fn key_of_error(found: &Diagnostic) -> Option<(&'static str, String)> {
    (found.severity == Severity::Error).then(|| (found.rule.0, found.message.clone()))
}

/// Adds what is wrong with the drafts to `faults`, and returns what is wrong elsewhere.
fn problems(drafts: &[Draft], given: &Given<'_>, before: &Before, faults: &mut Faults) -> Vec<Diagnostic> {
    let written: Vec<Written> = drafts.iter().map(yaml::document).collect();
    let mut checked = check(&written, given);
    let mut found = std::mem::take(&mut checked.diagnostics);
    if let Some(desired) = &checked.value {
        let planned = planned(&checked, desired, given);
        for change in &planned.plan.changes {
            faults.change(change);
        }
        for lost in prunable(&checked, desired, given).difference(&before.prunable) {
            faults.delete(lost);
        }
        found.extend(errors_of(planned));
    }
    let is_new = |found: &Diagnostic| key_of_error(found).is_some_and(|key| !before.problems.contains(&key));
    found.into_iter().filter(is_new).filter(|error| !faults.error(error, &written)).collect()
}

struct Checked {
    sources: Sources,
    value: Option<Desired>,
    diagnostics: Vec<Diagnostic>,
}

/// What `validate` finds in the manifests that exist already and in these.
fn check(written: &[Written], given: &Given<'_>) -> Checked {
    let named = |name: String, text: &str| Source { name: name.into(), text: text.into(), readable: true };
    let existing = given.sources().iter().map(|source| Source {
        name: source.name.clone(),
        text: source.text.clone(),
        readable: source.readable,
    });
    let new = written.iter().enumerate().map(|(index, written)| named(format!("export {index}"), &written.text));
    let sources = Sources(existing.chain(new).collect());
    let (raw, found) = manifest::parse(&sources);
    let diagnostic::Checked { mut value, mut diagnostics } = rules::check(raw, found, given.workspace);
    if let Some(desired) = &mut value {
        let mut more = rules::references(desired, false);
        more.extend(plan::resolve_organizations(desired, given.live));
        diagnostics.extend(rules::with_severities(more, given.workspace));
    }
    Checked { sources, value, diagnostics }
}

fn planned(checked: &Checked, desired: &Desired, given: &Given<'_>) -> Planned {
    in_context(checked, desired, given, &Remembered::default(), plan::plan)
}

/// The undeclared objects that `--prune` would delete without consent. What was never declared needs consent (KW-110).
fn prunable(checked: &Checked, desired: &Desired, given: &Given<'_>) -> BTreeSet<Address> {
    if given.workspace.ownership == Ownership::default() || given.remembered.objects.is_empty() {
        return BTreeSet::new();
    }
    in_context(checked, desired, given, given.remembered, plan::prunable)
}

fn in_context<T>(
    checked: &Checked,
    desired: &Desired,
    given: &Given<'_>,
    remembered: &Remembered,
    work: impl FnOnce(&Context<'_>) -> T,
) -> T {
    let (no_values, no_secrets) = (BTreeMap::new(), BTreeMap::new());
    work(&Context {
        desired,
        sources: &checked.sources,
        live: given.live,
        values: given.declared.as_ref().map_or(&no_values, |declared| declared.values),
        secrets: given.declared.as_ref().map_or(&no_secrets, |declared| declared.secrets),
        delivered: &BTreeMap::new(),
        workspace: given.workspace,
        now: given.now,
        options: &Options::default(),
        remembered,
        living: LivingValues::default(),
    })
}
