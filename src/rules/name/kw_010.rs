//! KW-010. Decided in `rules/name.rs`.

use crate::rule::Rule;

pub static KW_010: Rule = Rule {
    says: "A name is not blank, has no space at its ends, and holds no control or format characters.",
    why: "The name finds the live object. A space that nobody sees makes it another name, and the object is created a \
          second time.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-010").shown_by(cases!("kw-010"))
};
