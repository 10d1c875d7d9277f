//! KW-015. Decided in `manifest/scalar.rs` and `rules/package_key.rs`.

use crate::rule::Rule;

pub static KW_015: Rule = Rule {
    says: "Only generated keys are rotated, with an `every` above zero and an `overlap` that is shorter than `every`.",
    why: "If the overlap is as long as the interval, no old key is ever disabled, and the number of live keys grows \
          without end. Keywright cannot rotate a custom value because only its author can choose a new one.",
    source: "Keywright's own rule",
    ..Rule::error("KW-015").shown_by(cases!("kw-015"))
};
