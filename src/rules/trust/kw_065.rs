//! KW-065. Decided in `source/credentials.rs`.

use crate::rule::Rule;

pub static KW_065: Rule = Rule {
    says: "With --trust, no credential is read from a file that Git tracks, or that is in a submodule.",
    why: "A pull request can change such a file, or replace it with a link to a file of the runner, which would be \
          sent to the store.",
    source: "Keywright's own rule",
    wrong: "The settings have `credentials: {apiKey: {file: mft.key}}`, and `mft.key` is committed.",
    right: "The pipeline writes the file, and Git ignores it, or the pipeline sets a variable.",
    ..Rule::fixed("KW-065").first()
};
