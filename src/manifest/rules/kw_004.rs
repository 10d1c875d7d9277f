//! KW-004. Decided in `manifest/tree.rs`.

use crate::rule::Rule;

pub static KW_004: Rule = Rule {
    says: "A mapping contains each key only once.",
    why: "Some YAML readers keep the first of two equal keys and some keep the last. One of the two lines would have \
          no effect, and a person may read that one.",
    source: "Keywright's own rule; YAML 1.2.2, §3.2.1.3",
    ..Rule::fixed("KW-004").shown_by(cases!("kw-004"))
};
