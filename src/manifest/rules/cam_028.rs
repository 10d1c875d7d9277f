//! CAM-028. Decided in `manifest/scalar.rs`.

use crate::rule::Rule;

pub static CAM_028: Rule = Rule {
    says: "The throttle and the quota of a key are each `plan`, `unlimited`, or a number of 1 or more.",
    why: "The store reads 0 as \"no limit of its own\". A key that you meant to block would get the full limit of the \
          plan.",
    source: "Boomi help, Setting Key Method Overrides / Key Limits",
    ..Rule::fixed("CAM-028").shown_by(cases!("cam-028"))
};
