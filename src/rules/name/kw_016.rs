//! KW-016. Decided in `rules/name/duplicates.rs`.

use crate::rule::Rule;

pub static KW_016: Rule = Rule {
    says: "A name under `previously` is an old name: not claimed by two objects, not the object's own name, and not part of \
           an exchange of names; that of a key is not declared either.",
    why: "The live object of that name would belong to two manifests, and one of them would take it from the other.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-016").shown_by(cases!("kw-016"))
};
