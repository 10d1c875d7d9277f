//! KW-148. Decided in `plan/guards/renamed.rs`.

use crate::rule::Rule;

pub static KW_148: Rule = Rule {
    says: "An object is renamed away from a name that another manifest declares, or to the name of another object that the \
           workspace database knows, only if the database shows that this is still to be done.",
    why: "Afterwards the store shows the same names as before, so a run that does not know could rename the wrong object.",
    source: "Keywright's own rule",
    wrong: "`webshop` has `previously: [shop]`, another manifest declares a new `shop`, and the run has no memory.",
    right: "The run has the workspace database, or uses `--allow application/ann/webshop`.",
    ..Rule::fixed("KW-148").by_plan()
};
