//! What is known about deliveries: what files and sinks show, and what the workspace database recorded.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::Delivery;
use crate::model::Digest;
use crate::model::Fingerprint;
use crate::model::Instant;

/// What a place shows on this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    Value(Digest),
    /// The keyed fingerprint of a value that only others can decrypt.
    Fingerprint(Fingerprint),
    /// The file is there, but has no value for the variable or cannot be read.
    Nothing,
    /// On this machine, something else is there that must not be replaced: why, and the next step.
    Broken {
        why: Box<str>,
        help: Box<str>,
    },
}

/// A delivery that succeeded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    pub value: Fingerprint,
    pub at: Instant,
    /// The identity of the sink at that time ([`crate::workspace::Sink::identity`]). Empty for a file of the workspace.
    pub identity: Box<str>,
}

/// What the workspace database knows about deliveries.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Receipts {
    /// Whether the database records deliveries. One of an older version does not.
    pub are_kept: bool,
    /// What was last delivered to each place.
    pub places: BTreeMap<Delivery, Receipt>,
    /// Values that were delivered before deliveries were recorded.
    pub elsewhere: BTreeSet<Fingerprint>,
    /// The addresses of keys whose create did not end well, as far as the journal knows.
    pub doubtful: BTreeSet<Box<str>>,
}
