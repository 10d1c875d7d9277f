//! Why no run creates the successor of a key, as things are. It is known before the successor is due, and a rotation that nobody can
//! make must not disappear from the lists of what is due.

use super::Context;
use super::clock;
use super::cut_off;
use super::deliveries;
use super::minting;
use super::retirement::DOUBTFUL;
use super::successor;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Declared;

pub(super) const WAITING: &str = "the key waits for approval in the store";

/// The reason, of the current generation.
pub(super) fn because(why: &str) -> String {
    format!("no run creates it: {why}")
}

/// The reason, of an old generation.
pub(super) fn because_old(why: &str) -> String {
    format!("no run does it: {why}")
}

/// Why the successor of a key is not created, if that is known. `broken` is what is wrong with its places on this machine.
pub(super) fn why(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
    broken: Option<&Diagnostic>,
) -> Option<String> {
    let refusal = || minting::refusal_of_successor(context, matching, declared, found.live);
    let finding = broken.cloned().or_else(refusal);
    if let Some(finding) = finding {
        return Some(because(&format!("{}: {}", finding.rule, finding.message)));
    }
    // With a status in the manifest, a run gives it that first.
    let is_silent = declared.text("settings.status").is_none();
    if is_silent && found.live.attributes.text("settings.status") == Some("waiting") {
        return Some(because(WAITING));
    }
    let cut_off = cut_off::by(matching, found.live).filter(|(cause, blocked)| blocked.is_silent(cause, context));
    if let Some((cause, blocked)) = cut_off {
        return Some(because(&format!("{cause} is {} in the store", blocked.what())));
    }
    let (rotation, created) = (declared.key.as_ref()?.rotation?, found.live.created?);
    if successor::due_at(rotation, created).0 > context.now {
        return None;
    }
    if clock::is_doubtful(context, found) {
        return Some(because(DOUBTFUL));
    }
    // A run delivers it, and the next one creates the successor.
    deliveries::comes_first(context, declared, found.live).then(|| "its present value is delivered first".to_owned())
}
