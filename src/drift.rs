//! What moved since the last apply: the differences of a plan, each with the side that made it. A pure function of the plan,
//! of what the store holds, and of the fields that runs recorded.

mod find;
mod findings;

use crate::diagnostic::FileLine;
use crate::diagnostic::Place;
use crate::model::Address;
use crate::model::FieldName;
use crate::model::Instant;
use crate::model::Value;

pub use find::Input;
pub use find::drift;
pub use findings::findings;

/// Who made a difference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Side {
    /// The manifest moved since the last apply; the next apply brings it to the store.
    Ours,
    /// The store moved.
    Theirs,
    Both,
    /// No apply recorded the object, so the comparison has two sides only.
    Unknown,
}

impl Side {
    pub const ALL: [Self; 4] = [Self::Ours, Self::Theirs, Self::Both, Self::Unknown];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
            Self::Both => "both",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the store may have moved.
    pub const fn is_drift(self) -> bool {
        !matches!(self, Self::Ours)
    }

    /// The side of an object whose fields have these sides.
    fn of_all(sides: impl Iterator<Item = Self>) -> Self {
        sides.reduce(|one, other| if one == other { one } else { one.with(other) }).unwrap_or(Self::Unknown)
    }

    const fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            _ => Self::Both,
        }
    }
}

/// How an object differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// Fields differ.
    Changed,
    /// A manifest declares it, and the store does not have it. The address is where the store has it now, if that is known.
    Missing(Option<Address>),
    /// The store has it, and no manifest declares it although the workspace owns it.
    Undeclared,
    /// A manifest removes it, and the store has it.
    Removed,
}

impl What {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing(_) => "missing",
            Self::Undeclared => "undeclared",
            Self::Removed => "removed",
        }
    }
}

/// One object that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drift {
    pub address: Address,
    pub what: What,
    pub side: Side,
    pub fields: Vec<FieldDrift>,
    /// The manifest.
    pub place: Option<Place>,
    pub line: Option<FileLine>,
    /// When the store last changed the object, and who did, where the service says so.
    pub updated: Option<Instant>,
    pub by: Option<Box<str>>,
    /// The last run that recorded the object.
    pub run: Option<i64>,
}

/// One field that differs. A value is absent if it is not set; all are absent if the field may be a secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldDrift {
    pub field: FieldName,
    pub side: Side,
    /// As the last apply left it. `None` if that is not recorded.
    pub applied: Option<Value>,
    pub store: Option<Value>,
    pub manifest: Option<Value>,
    pub place: Option<Place>,
    pub is_secret: bool,
    /// Whether a value is too long to be recorded as it is: its digest shows the side, or nothing does.
    pub is_long: bool,
}

/// Whether something in the store moved, or may have moved.
pub fn has_drift(all: &[Drift]) -> bool {
    all.iter().any(|drift| drift.side.is_drift())
}

#[cfg(test)]
mod tests;
