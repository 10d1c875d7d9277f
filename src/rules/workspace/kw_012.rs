//! KW-012. Decided in `rules/secret_source.rs` and `rules/workspace.rs`.

use crate::rule::Rule;

pub static KW_012: Rule = Rule {
    says: "A secret is read only from variables, folders and programs that the workspace allows.",
    why: "Otherwise a pull request could use any variable of the runner as a key's value, and send it to the store or \
          write it to a file.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-012").shown_by(cases!("kw-012"))
};
