//! KW-146. Decided in `plan/guards/moved.rs`.

use crate::rule::Rule;

pub static KW_146: Rule = Rule {
    says: "An application or a package is not created without consent while its keys are in one that no manifest declares.",
    why: "It was probably renamed in the manifests, and without `previously` everything in it would be made a second time.",
    source: "Keywright's own rule",
    wrong: "The manifest of the application `shop` now has the name `webshop`, without `previously`.",
    right: "The manifest has `previously: [shop]`, or the run uses `--allow application/ann/webshop`.",
    ..Rule::fixed("KW-146").by_plan()
};
