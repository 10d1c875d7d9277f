//! What a change did to other objects: a renamed plan shows in its keys, a disabled user disables his.
//!
//! A plan holds the fingerprints of what it saw. When its own earlier change moved an object that a later change is
//! about, that later change is not stale; only what somebody else moved is.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::model::Digest;
use crate::model::LiveId;

/// The objects that this store's own changes moved.
#[derive(Default)]
pub(super) struct Ripples(RefCell<HashMap<LiveId, Move>>);

/// The fingerprint of an object before and after.
#[derive(Clone, Copy)]
pub(super) struct Move {
    pub(super) from: Digest,
    pub(super) to: Digest,
}

impl Ripples {
    /// Takes over what was moved by a change that is now in the store.
    pub(super) fn remember(&self, seen: Vec<(LiveId, Move)>) {
        let mut moves = self.0.borrow_mut();
        for (id, step) in seen {
            // Several steps in a row are one move; a step from anywhere else means that somebody else came between.
            let known = moves.get(&id).filter(|known| known.to == step.from);
            let from = known.map_or(step.from, |known| known.from);
            moves.insert(id, Move { from, to: step.to });
        }
    }

    /// Whether the store's own changes brought the object from the first fingerprint to the second.
    pub(super) fn explain(&self, id: &LiveId, from: Digest, to: Digest) -> bool {
        self.0.borrow().get(id).is_some_and(|known| known.from == from && known.to == to)
    }
}
