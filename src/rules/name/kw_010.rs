//! KW-010. Decided in `rules/name.rs`.

use crate::rule::Rule;

pub static KW_010: Rule = Rule {
    says: "A name is not blank, does not begin or end with a space, and has no control or format characters.",
    why: "Keywright finds the live object by its name. An invisible space makes it another name, and the object is \
          created a second time.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-010").shown_by(cases!("kw-010"))
};
