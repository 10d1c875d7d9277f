//! KW-119. Decided in `plan/deliveries.rs`.

use crate::rule::Rule;

pub static KW_119: Rule = Rule {
    says: "A value is not delivered while its key is disabled or has ended, unless its manifest says so, or while the store \
           shows it only masked.",
    why: "Who reads the place would get a value that does not work, perhaps instead of one that does: the database may be \
          that of another day.",
    source: "Keywright's own rule",
    wrong: "A person disabled the key of `checkout`, and the file of its value has another value: the run would write the \
            value of the disabled key.",
    right: "The key is enabled, or `keywright rotate key/checkout --allow key/checkout` creates a new one and delivers it.",
    ..Rule::fixed("KW-119").by_plan()
};
