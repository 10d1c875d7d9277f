//! The output formats of `apply`.

use clap::ValueEnum;

use crate::cli::output::Format;

/// The format of what `apply` prints to standard output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(in crate::cli) enum Form {
    /// For people.
    Text,
    /// For programs: the outcome as one document at the end.
    Json,
    /// For programs that follow the run: one object per line, as it happens.
    JsonStream,
}

impl Form {
    /// The format of findings that stop the run before it applies anything.
    pub(in crate::cli) const fn of_findings(self) -> Format {
        match self {
            Self::Text => Format::Text,
            Self::Json => Format::Json,
            Self::JsonStream => Format::JsonStream,
        }
    }
}
