//! The forms in which an apply is told.

use clap::ValueEnum;

use crate::cli::Format;

/// The form of what an apply prints to standard output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Form {
    /// For people.
    Text,
    /// For programs: the outcome, as one document at the end.
    Json,
    /// For programs that wait: one object a line, as it happens.
    JsonStream,
}

impl Form {
    /// The form of what is found before anything is applied.
    pub(super) const fn of_findings(self) -> Format {
        match self {
            Self::Text => Format::Text,
            Self::Json | Self::JsonStream => Format::Json,
        }
    }
}
