//! The limits of the whole plan: more deletes, replacements or restrictions than the workspace allows.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Kind;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::MaxDelete;
use crate::plan::access;
use crate::plan::consent::is_allowed;
use crate::plan::prune;
use crate::plan::removal::Removals;
use crate::plan::retirement::Generations;
use crate::rules;

/// KW-101, MFT-040: more deletes and replacements of a kind than both the percentage and the count allow.
pub(super) fn check(
    changes: &[(usize, &Change)],
    removals: &Removals<'_>,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Diagnostic> {
    let mut harmed: BTreeMap<Kind, usize> = BTreeMap::new();
    // What a rotation retires has a successor, and what a manifest removes is no accident.
    let rotated = Generations::of(context, matching);
    let is_harm = |change: &&Change| {
        let harms = match change.address.kind() {
            // The API cannot delete an API key; disabling or narrowing it is what affects its callers.
            Kind::ApiKey => change.action != Action::Create && !access::of(change).narrower.is_empty(),
            _ => matches!(change.action, Action::Delete | Action::Replace),
        };
        harms && !is_allowed(&change.address, context) && !rotated.retires(change) && !removals.makes(change)
    };
    for change in changes.iter().map(|(_, change)| *change).filter(is_harm) {
        *harmed.entry(change.address.kind()).or_default() += 1;
    }
    let guards = context.workspace.guards;
    let limits = |kind: Kind, total: usize| match context.options.max_delete {
        Some(MaxDelete::Count(count)) => count,
        Some(MaxDelete::Percent(percent)) => total * percent / 100,
        None => {
            let limit = if kind == Kind::ApiKey { guards.restrictions } else { guards.deletes };
            let percent = usize::try_from(limit.percent).unwrap_or(0);
            (total * percent / 100).max(usize::try_from(limit.count).unwrap_or(0))
        }
    };
    let counted = harmed.into_iter().map(|(kind, harmed)| (kind, harmed, managed(kind, context, matching)));
    let exceeded: Vec<_> = counted.filter(|(kind, harmed, managed)| *harmed > limits(*kind, *managed)).collect();
    // The option is for all kinds.
    let most = exceeded.iter().map(|(_, harmed, _)| *harmed).max().unwrap_or_default();
    let stopped = exceeded.into_iter().map(|(kind, harmed, managed)| {
        let (rule, what) = match kind {
            Kind::ApiKey => (&rules::MFT_040, "disabled or restricted"),
            _ => (&rules::KW_101, "deleted or replaced"),
        };
        let message = format!("{harmed} of {managed} {} would be {what}", kind.plural());
        let help = format!("review the plan; if this is intended, allow it with --max-delete {most}");
        rule.finding(message).help(help)
    });
    stopped.collect()
}

/// How many objects of a kind in the store the workspace manages. Counted again for a saved plan: the store may have
/// changed, and the counts in the file cannot be trusted.
fn managed(kind: Kind, context: &Context<'_>, matching: &Matching<'_>) -> usize {
    let of_kind = matching.unmatched.iter().filter(|live| live.address.kind() == kind);
    let left_alone = of_kind.filter(|live| !prune::is_owned(context, matching, live)).count();
    context.live.of(kind).len().saturating_sub(left_alone)
}
