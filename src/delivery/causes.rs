//! Why a value cannot be delivered.

use crate::files::Refused;
use crate::model::Delivery;
use crate::store::Refusal;

/// Why a value cannot be delivered to a place, and the next step.
#[derive(Clone)]
pub(super) struct Cause {
    pub(super) message: String,
    pub(super) help: String,
    pub(super) lasts: Lasts,
    /// Whether a time limit was the cause.
    pub(super) is_hang: bool,
}

/// For how long a cause refuses a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasts {
    /// The manifest names a file that never receives a value.
    Always,
    /// Something else is there on this machine.
    OnThisMachine,
    /// Only true for this user at this time, like a missing permission.
    ForNow,
}

impl Cause {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), lasts: Lasts::Always, is_hang: false }
    }

    pub(super) fn on_this_machine(self) -> Self {
        Self { lasts: Lasts::OnThisMachine, ..self }
    }

    pub(super) fn for_now(self) -> Self {
        Self { lasts: Lasts::ForNow, ..self }
    }

    pub(super) fn hangs(self) -> Self {
        Self { is_hang: true, ..self.for_now() }
    }
}

pub(super) fn refusal(to: &Delivery, Cause { message, help, .. }: Cause) -> Refusal {
    Refusal::unavailable(format!("could not write {} to {}: {message}", to.variable, to.place())).help(help)
}

pub(super) fn cause(refused: Refused) -> Cause {
    let help = match refused {
        Refused::Link(_) => "replace the link by a folder or a file, or deliver to another file",
        Refused::NotAFolder(_) => "replace it by a folder, or deliver to another file",
        Refused::Git(_) => "choose another file: not a manifest, and not a file of Git or Keywright",
        _ => "fix the file or its folder; the next apply delivers the value",
    };
    let lasts = match refused {
        Refused::Io(_) => Lasts::ForNow,
        Refused::NotAFile | Refused::NotAFolder(_) | Refused::TooLarge(_) | Refused::Link(_) => Lasts::OnThisMachine,
        _ => Lasts::Always,
    };
    Cause { lasts, ..Cause::new(refused.to_string(), help) }
}
