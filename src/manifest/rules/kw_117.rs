//! KW-117. Decided in `manifest/moment.rs`.

use crate::rule::Rule;

pub static KW_117: Rule = Rule {
    says: "`rotation.since` is a date, or a time with an offset.",
    why: "A key that was created before that moment gets its successor. Without an offset, the moment would depend on the \
          machine that reads it.",
    source: "Keywright's own rule",
    ..Rule::error("KW-117").shown_by(cases!("kw-117"))
};
