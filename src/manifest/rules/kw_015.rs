//! KW-015. Decided in `manifest/scalar.rs` and `rules/package_key.rs`.

use crate::rule::Rule;

pub static KW_015: Rule = Rule {
    says: "Rotation is for generated keys, with an `every` above zero and an `overlap` shorter than it.",
    why: "With an overlap as long as the interval no old key would ever be retired, and the number of live keys would \
          grow without end. A custom value can only be changed by whoever chose it.",
    source: "Keywright's own rule",
    ..Rule::error("KW-015").shown_by(cases!("kw-015"))
};
