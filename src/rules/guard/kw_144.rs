//! KW-144. Decided in `plan/removal/unknown.rs`.

use crate::rule::Rule;

pub static KW_144: Rule = Rule {
    says: "A manifest with `removed: true` removes an object that the workspace database does not know only if the run allows \
           its address.",
    why: "The manifest and a consent in the settings stay after the removal, and a person may have made another object of the \
          same name.",
    source: "Keywright's own rule",
    wrong: "`ann` was removed last month, a person made a new application `shop`, and its manifest still says `removed: true`.",
    right: "The manifest is gone, or the run uses `--allow application/ann/shop`.",
    ..Rule::fixed("KW-144").by_plan()
};
