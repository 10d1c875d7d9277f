//! Why a change is held back: a guard asks for consent, or the change depends on one that is held back.

use std::fmt;

use crate::model::Address;

/// Why a change is not made, although the manifests ask for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Held {
    /// Guards ask for consent; never empty.
    Asks(Vec<Need>),
    /// The change of this object, on which it depends, is held back.
    Waits(Address),
}

/// What one guard needs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Need {
    /// The id of the guard's rule, like `KW-104`. Text, because a saved plan can come from another version.
    pub rule: Box<str>,
    /// The next step: `allow it with --allow user/ann`.
    pub help: Box<str>,
}

impl fmt::Display for Held {
    /// `KW-104: allow it with --allow user/ann`, or `waits for user/ann`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waits(address) => write!(f, "waits for {address}"),
            Self::Asks(needs) => {
                for (index, need) in needs.iter().enumerate() {
                    let comma = if index > 0 { "; " } else { "" };
                    write!(f, "{comma}{}: {}", need.rule, need.help)?;
                }
                Ok(())
            }
        }
    }
}
