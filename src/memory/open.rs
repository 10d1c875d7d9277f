//! What a question leaves open is not remembered yet, so that the next run asks it again.

use std::collections::BTreeSet;

use super::Experience;
use crate::model::Address;
use crate::model::FingerprintKey;
use crate::model::Kind;
use crate::model::LiveId;
use crate::outcome::ChangeResult;
use crate::plan::Action;
use crate::plan::Remembered;
use crate::plan::Sighting;
use crate::plan::known::trace_of;

/// The declared objects that are there, and that no question leaves open.
pub(super) fn known_now<'a>(
    seen: &Experience<'a>,
    remembered: &Remembered,
    key: &FingerprintKey,
    gone: &BTreeSet<(Kind, &LiveId)>,
) -> Vec<&'a Sighting> {
    let waiting = waiting(seen);
    let undecided = undecided(seen, &waiting);
    let is_known = |sighting: &Sighting| {
        let trace = trace_of(sighting.kind(), &sighting.id, Some(key));
        trace.is_some_and(|trace| remembered.objects.get(sighting.kind(), &trace).is_some())
    };
    // A key that a manifest names by its id may be the one of the manifest that waits (KW-145). It would count as another
    // one in the next run.
    let may_be_it = |sighting: &Sighting| {
        let declared =
            seen.desired.get(&sighting.address).filter(|it| it.key.as_ref().is_some_and(|key| key.named().is_some()));
        declared.and_then(|it| it.parent.as_ref()).is_some_and(|parent| waiting.contains(&parent.address))
    };
    let is_open =
        |sighting: &Sighting| (undecided.contains(&sighting.address) || may_be_it(sighting)) && !is_known(sighting);
    let there = seen.declared.iter().filter(|sighting| !gone.contains(&(sighting.kind(), &sighting.id)));
    there.filter(|sighting| !is_open(sighting)).collect()
}

/// The applications in which a new key waits for consent.
fn waiting<'a>(seen: &Experience<'a>) -> BTreeSet<&'a Address> {
    let held = seen.changes.iter().zip(seen.results).filter(|(_, result)| matches!(result, ChangeResult::Held(_)));
    let keys = held.map(|(change, _)| change).filter(|it| it.action == Action::Create && it.target.key.is_some());
    keys.filter_map(|change| change.target.parent.as_ref()).collect()
}

/// Those of them in which no manifest declares one of the others. A machine that does not know the application asks about the
/// two (KW-145), and the next run has to ask again.
fn undecided<'a>(seen: &Experience<'a>, waiting: &BTreeSet<&'a Address>) -> BTreeSet<&'a Address> {
    let declared: BTreeSet<&LiveId> = seen.declared.iter().map(|it| &it.id).collect();
    let others = seen.live.of(Kind::PackageKey).iter().filter(|live| !declared.contains(&live.id));
    let with_others: BTreeSet<&Address> = others.filter_map(|live| live.parent.as_ref()).collect();
    waiting.intersection(&with_others).copied().collect()
}
