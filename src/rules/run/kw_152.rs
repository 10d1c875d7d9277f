//! KW-152. Decided in `plan/two_objects.rs`.

use crate::rule::Rule;

pub static KW_152: Rule = Rule {
    says: "A name under `previously` is not the name of another object of the store that has no manifest.",
    why: "An object is renamed only if the store has none with its new name. If the store has both, nothing is renamed, and the \
          one with the old name silently has no manifest any more.",
    source: "Keywright's own rule",
    wrong: "`webshop` has `previously: [shop]`, and an administrator has created an application `webshop` beside `shop`.",
    right: "Both are declared. Or `shop` is declared and `webshop` has `removed: true`; after an apply, `webshop` has \
            `previously: [shop]` again.",
    ..Rule::warning("KW-152").by_plan()
};
