//! Effects of a change on other objects: renaming a plan changes its keys, disabling a user disables their keys.
//!
//! A plan contains the fingerprints of the objects that it saw. A later change of the same plan is not stale if only
//! earlier changes of this plan affected its object.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::model::Digest;
use crate::model::LiveId;

/// The objects that this run's changes affected.
#[derive(Default)]
pub(super) struct SideEffects(RefCell<HashMap<LiveId, Effect>>);

/// The fingerprint of an object before and after.
#[derive(Clone, Copy)]
pub(super) struct Effect {
    pub(super) from: Digest,
    pub(super) to: Digest,
}

impl SideEffects {
    /// Adds the effects of a committed change.
    pub(super) fn remember(&self, seen: Vec<(LiveId, Effect)>) {
        let mut effects = self.0.borrow_mut();
        for (id, step) in seen {
            // Consecutive steps form one effect; another starting point means that another process made a change.
            let known = effects.get(&id).filter(|known| known.to == step.from);
            let from = known.map_or(step.from, |known| known.from);
            effects.insert(id, Effect { from, to: step.to });
        }
    }

    /// Whether this run's changes led from the first fingerprint to the second.
    pub(super) fn explains(&self, id: &LiveId, from: Digest, to: Digest) -> bool {
        self.0.borrow().get(id).is_some_and(|known| known.from == from && known.to == to)
    }
}
