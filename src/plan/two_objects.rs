//! KW-152: an object whose old name under `previously` is the name of another object of the store. Nothing is renamed then.

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::desired::Reference;
use crate::rules;

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    // The old names of a key are prefixes of its values, and no other object can be renamed.
    let renamed = [Kind::Application, Kind::Package, Kind::Plan].into_iter().flat_map(|kind| context.desired.of(kind));
    let both = renamed.flat_map(|declared| {
        let is_other = |former: &&Reference| is_another(declared, &former.address, context, matching);
        declared.previously.iter().filter(is_other).map(move |former| finding(declared, former))
    });
    both.collect()
}

/// Whether an object is in the store, and its old name is that of another one without a manifest.
pub(super) fn is_another(declared: &Declared, old: &Address, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    let is_declared = context.desired.get(old).is_some()
        || context.desired.removed.as_deref().is_some_and(|removed| removed.get(old).is_some());
    let has_its_name = |new: &Address| matching.found.get(new).is_some_and(|found| found.live.name == declared.name);
    let is_free = || matching.unmatched.iter().any(|live| live.address == *old || matching.known_as(live) == *old);
    declared.previously.iter().any(|former| former.address == *old)
        && !is_declared
        // Another file may declare it.
        && !context.options.is_part
        && matching.in_store.contains_key(old)
        && has_its_name(&declared.address)
        && is_free()
}

fn finding(declared: &Declared, former: &Reference) -> Diagnostic {
    let (new, old) = (&declared.address, &former.address);
    let message = format!("{new} is another object of the store than {old}, which is listed as its old name");
    let help = format!(
        "if both are needed, declare {old} too, and take it out of `previously`; if {new} was created by mistake, declare {old} \
         with everything in it and write `removed: true` for {new}, apply, and then write this manifest again"
    );
    rules::KW_152.finding(message).at(former.place).help(help)
}
